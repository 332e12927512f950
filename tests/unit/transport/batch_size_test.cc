// Goal: the size of a batch is known before it is decoded, for any bytes.
// Method: encoded batches, cut, damaged and in pieces.

#include "transport/batch_size.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "budgetwatch/v1/payment_service.pb.h"

namespace budgetwatch {
namespace {

constexpr size_t kAny = 1'000'000;

grpc::ByteBuffer BufferOf(const std::string& bytes, size_t piece) {
  std::vector<grpc::Slice> slices;
  for (size_t at = 0; at < bytes.size(); at += piece) slices.emplace_back(bytes.substr(at, piece));
  return grpc::ByteBuffer(slices.data(), slices.size());
}

size_t EventsOf(const std::string& bytes, size_t piece = kAny) {
  const auto size = MeasureBatch(BufferOf(bytes, piece), kAny);
  EXPECT_TRUE(size.ok());
  EXPECT_EQ(size.value().wire_bytes, bytes.size());
  return size.value().events;
}

std::string Encoded(int events) {
  v1::RecordPaymentsRequest request;
  request.set_source("bank");
  for (int i = 0; i < events; ++i) {
    request.add_payments()->set_memo(std::string(static_cast<size_t>(i), 'x'));
  }
  return request.SerializeAsString();
}

TEST(MeasureBatch, CountsEvents) {
  EXPECT_EQ(EventsOf(""), 0u);
  for (const int events : {0, 1, 2, 300}) {
    for (const size_t piece : {size_t{1}, size_t{7}, kAny}) {
      EXPECT_EQ(EventsOf(Encoded(events), piece), static_cast<size_t>(events)) << piece;
    }
  }
}

TEST(MeasureBatch, CountsBytesAndAnAllowanceForEachEvent) {
  const std::string bytes = Encoded(3);
  const BatchSize size = MeasureBatch(BufferOf(bytes, kAny), kAny).value();
  EXPECT_EQ(size.held_bytes(), bytes.size() + 3 * BatchSize::kEventBytes);
}

TEST(MeasureBatch, TooManyAreRefused) {
  EXPECT_TRUE(MeasureBatch(BufferOf(Encoded(5), kAny), 5).ok());
  const auto refused = MeasureBatch(BufferOf(Encoded(6), kAny), 5);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "BATCH_TOO_LARGE");
  EXPECT_NE(refused.error().message.find("holds 6 events; send at most 5"), std::string::npos);
}

// As many as decoding would make of them before it fails.
TEST(MeasureBatch, DamagedBytesAreCountedAsFarAsTheyGo) {
  const std::string bytes = Encoded(20);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_LE(EventsOf(bytes.substr(0, cut)), 20u);
  }
  EXPECT_EQ(EventsOf("\xff"), 0u);
  EXPECT_EQ(EventsOf(std::string("\x12\x00\x12\x00\xff", 5)), 2u);
  // Fields that are not known are passed over.
  EXPECT_EQ(EventsOf(std::string("\x18\x01\x22\x02\x12\x00\x12\x00", 8)), 1u);
}

}  // namespace
}  // namespace budgetwatch
