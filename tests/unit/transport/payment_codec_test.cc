// Goal: batches and outcomes have the bytes that the generated classes give them, and
// no bytes can stop the decoder.
// Method: the same messages through both; cut and changed bytes.

#include "transport/payment_codec.h"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "budgetwatch/v1/payment_service.pb.h"

namespace budgetwatch {
namespace {

grpc::ByteBuffer ToBuffer(const std::string& bytes, size_t piece = SIZE_MAX) {
  std::vector<grpc::Slice> slices;
  for (size_t begin = 0; begin < bytes.size(); begin += std::min(piece, bytes.size() - begin)) {
    slices.emplace_back(bytes.substr(begin, piece));
  }
  return {slices.data(), slices.size()};
}

std::string ToText(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  EXPECT_TRUE(buffer.DumpToSingleSlice(&slice).ok());
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

v1::RecordPaymentsRequest Request() {
  v1::RecordPaymentsRequest request;
  request.set_source("bank");
  v1::PaymentEvent* refund = request.add_payments();
  refund->set_payment_id("id-1");
  refund->set_kind(v1::PAYMENT_KIND_REFUND);
  refund->set_project_code("122-0601");
  refund->set_pay_date("2020-02-29");
  refund->set_amount_fen(-123'456'789'012);
  refund->set_payee("收款人");
  refund->set_memo("办案经费");
  refund->set_original_payment_id("id-0");
  request.add_payments()->set_payment_id("id-2");
  request.add_payments();
  return request;
}

void ExpectSame(const v1::RecordPaymentsRequest& request, const DecodedBatch& batch) {
  EXPECT_EQ(batch.source, request.source());
  ASSERT_EQ(batch.events.size(), static_cast<size_t>(request.payments_size()));
  for (int i = 0; i < request.payments_size(); ++i) {
    const RawPaymentEvent& event = batch.events[static_cast<size_t>(i)];
    const v1::PaymentEvent& expected = request.payments(i);
    EXPECT_EQ(event.payment_id, expected.payment_id());
    EXPECT_EQ(event.kind, static_cast<int>(expected.kind()));
    EXPECT_EQ(event.project_code, expected.project_code());
    EXPECT_EQ(event.pay_date, expected.pay_date());
    EXPECT_EQ(event.amount_fen, expected.amount_fen());
    EXPECT_EQ(event.payee, expected.payee());
    EXPECT_EQ(event.memo, expected.memo());
    EXPECT_EQ(event.original_payment_id, expected.original_payment_id());
  }
}

TEST(PaymentCodec, BatchesAreReadAsTheGeneratedClassesWriteThem) {
  const v1::RecordPaymentsRequest request = Request();
  for (const size_t piece : {SIZE_MAX, size_t{7}, size_t{1}}) {
    DecodedBatch batch;
    ASSERT_TRUE(DecodeBatch(ToBuffer(request.SerializeAsString(), piece), 10, &batch).ok());
    ExpectSame(request, batch);
  }
  DecodedBatch empty;
  ASSERT_TRUE(DecodeBatch(ToBuffer(""), 10, &empty).ok());
  EXPECT_TRUE(empty.events.empty());
}

TEST(PaymentCodec, FieldsOfLaterVersionsAreSkipped) {
  v1::RecordPaymentsRequest request = Request();
  auto* unknown = request.mutable_payments(0)->GetReflection()->MutableUnknownFields(
      request.mutable_payments(0));
  unknown->AddVarint(900, 1);
  unknown->AddFixed32(901, 2);
  unknown->AddFixed64(902, 3);
  unknown->AddLengthDelimited(903, "text");
  DecodedBatch batch;
  ASSERT_TRUE(DecodeBatch(ToBuffer(request.SerializeAsString()), 10, &batch).ok());
  ExpectSame(request, batch);
}

TEST(PaymentCodec, TooManyEventsAreCountedAndRefused) {
  DecodedBatch batch;
  EXPECT_TRUE(DecodeBatch(ToBuffer(Request().SerializeAsString()), 3, &batch).ok());
  DecodedBatch refused;
  const Status status = DecodeBatch(ToBuffer(Request().SerializeAsString()), 2, &refused);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().reason, "BATCH_TOO_LARGE");
  EXPECT_NE(status.error().message.find("holds 3 events"), std::string::npos);
}

// Whatever is read is what the generated classes read, and what they refuse is refused.
TEST(PaymentCodec, DamagedBytesAreReadAsTheGeneratedClassesReadThem) {
  const google::protobuf::LogSilencer silencer;  // tells of every text that is not UTF-8
  std::mt19937_64 random(9);
  const std::string whole = Request().SerializeAsString();
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = whole;
    if (random() % 3 == 0) bytes.resize(random() % bytes.size());
    for (uint64_t flips = random() % 3; flips > 0 && !bytes.empty(); --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    DecodedBatch batch;
    if (!DecodeBatch(ToBuffer(bytes), 100, &batch).ok()) continue;
    ++read;
    v1::RecordPaymentsRequest request;
    // Texts that are not UTF-8 are read here, and refused there.
    if (request.ParseFromString(bytes)) ExpectSame(request, batch);
  }
  EXPECT_GT(read, 1'000);
}

// gRPC keeps so few bytes inside the slice, where a copy of it would not keep them.
TEST(PaymentCodec, TheBytesOfASmallBatchKeepItsTexts) {
  v1::RecordPaymentsRequest request;
  request.set_source("b");
  request.add_payments()->set_payment_id("p1");
  const std::string bytes = request.SerializeAsString();
  ASSERT_LT(bytes.size(), 16u);
  auto batch = std::make_unique<DecodedBatch>();
  ASSERT_TRUE(DecodeBatch(ToBuffer(bytes), 100, batch.get()).ok());
  const std::shared_ptr<const grpc::Slice> kept = batch->bytes;
  const std::string_view source = batch->source;
  const std::string_view payment_id = batch->events.front().payment_id;
  batch.reset();
  EXPECT_EQ(source, "b");
  EXPECT_EQ(payment_id, "p1");
  const auto* begin = reinterpret_cast<const char*>(kept->begin());
  EXPECT_GE(source.data(), begin);
  EXPECT_LE(payment_id.data() + payment_id.size(), begin + kept->size());
}

TEST(PaymentCodec, OutcomesHaveTheBytesOfTheGeneratedClasses) {
  const std::vector<PaymentOutcome> outcomes = {
      {PaymentOutcome::Kind::kRecorded, 300, nullptr},
      {PaymentOutcome::Kind::kDuplicate, 1, nullptr},
      {PaymentOutcome::Kind::kSuspended, INT64_MAX, nullptr},
      PaymentOutcome::Rejected({Reason::kZeroAmount, "amount_fen", "the amount is 0"})};
  const std::string bytes = ToText(EncodeOutcomes(outcomes));
  v1::RecordPaymentsResponse response;
  ASSERT_TRUE(response.ParseFromString(bytes));
  ASSERT_EQ(response.outcomes_size(), 4);
  EXPECT_EQ(response.outcomes(0).outcome(), v1::PaymentOutcome::OUTCOME_RECORDED);
  EXPECT_EQ(response.outcomes(0).sequence(), 300);
  EXPECT_EQ(response.outcomes(2).sequence(), INT64_MAX);
  EXPECT_EQ(response.outcomes(3).outcome(), v1::PaymentOutcome::OUTCOME_REJECTED);
  EXPECT_EQ(response.outcomes(3).reason(), "ZERO_AMOUNT");
  EXPECT_EQ(response.outcomes(3).field(), "amount_fen");
  EXPECT_EQ(response.outcomes(3).message(), "the amount is 0");
  EXPECT_EQ(response.SerializeAsString(), bytes);
}

}  // namespace
}  // namespace budgetwatch
