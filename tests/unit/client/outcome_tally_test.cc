// Goal: an answer that is not the expected one is never taken for a good one.
// Method: right answers of a small feed, and each way in which they can be wrong.

#include "bench/outcome_tally.h"

#include <grpcpp/support/slice.h>
#include <gtest/gtest.h>

#include "budgetwatch/v1/payment_service.pb.h"

namespace budgetwatch::bench {
namespace {

constexpr int64_t kItems = 400;

class OutcomeTallyTest : public testing::Test {
 protected:
  // What a right server answers to all items: suspense for odd ones.
  v1::RecordPaymentsResponse Right() {
    v1::RecordPaymentsResponse response;
    for (int64_t i = 0; i < kItems; ++i) {
      auto* outcome = response.add_outcomes();
      outcome->set_outcome(feed_.IsRepeat(i) ? v1::PaymentOutcome::OUTCOME_DUPLICATE
                           : i % 2 == 1      ? v1::PaymentOutcome::OUTCOME_SUSPENDED
                                             : v1::PaymentOutcome::OUTCOME_RECORDED);
      outcome->set_sequence(i * 1'000'003 + 1);
    }
    return response;
  }

  static grpc::ByteBuffer Bytes(const v1::RecordPaymentsResponse& response) {
    const std::string bytes = response.SerializeAsString();
    // In two pieces, as they may come from the network.
    const grpc::Slice slices[] = {grpc::Slice(bytes.substr(0, bytes.size() / 3)),
                                  grpc::Slice(bytes.substr(bytes.size() / 3))};
    return grpc::ByteBuffer(slices, 2);
  }

  int64_t RepeatAt() const {
    int64_t index = 0;
    while (!feed_.IsRepeat(index)) ++index;
    return index;
  }

  PaymentFeed feed_{FeedOptions{.project_count = 3, .repeat_permille = 100}};
  OutcomeTally tally_{feed_};
};

TEST_F(OutcomeTallyTest, CountsRightAnswers) {
  int64_t sent_fen = 0;
  int64_t suspended_fen = 0;
  int64_t repeats = 0;
  for (int64_t i = 0; i < kItems; ++i) {
    const FeedItem item = feed_.At(i);
    tally_.Sent(item);
    if (item.repeat) {
      ++repeats;
      continue;
    }
    sent_fen += item.amount_fen;
    if (i % 2 == 1) suspended_fen += item.amount_fen;
  }
  tally_.Answered(0, kItems, Bytes(Right()));
  EXPECT_EQ(tally_.wrong_count(), 0) << tally_.first_wrong();
  EXPECT_GT(repeats, 0);
  EXPECT_EQ(tally_.duplicate_count(), repeats);
  EXPECT_EQ(tally_.recorded_count() + tally_.suspended_count(), kItems - repeats);
  EXPECT_EQ(tally_.sent_fen(), sent_fen);
  EXPECT_EQ(tally_.suspended_fen(), suspended_fen);
  EXPECT_EQ(tally_.project_fen(0) + tally_.project_fen(1) + tally_.project_fen(2), sent_fen);
}

TEST_F(OutcomeTallyTest, ANewEventIsNoDuplicate) {
  auto response = Right();
  response.mutable_outcomes(0)->set_outcome(v1::PaymentOutcome::OUTCOME_DUPLICATE);
  tally_.Answered(0, kItems, Bytes(response));
  EXPECT_EQ(tally_.wrong_count(), 1);
  EXPECT_EQ(tally_.first_wrong().substr(0, 7), "item 0:");
}

TEST_F(OutcomeTallyTest, ARepeatIsNotRecordedAgain) {
  auto response = Right();
  response.mutable_outcomes(static_cast<int>(RepeatAt()))
      ->set_outcome(v1::PaymentOutcome::OUTCOME_RECORDED);
  tally_.Answered(0, kItems, Bytes(response));
  EXPECT_EQ(tally_.wrong_count(), 1);
}

TEST_F(OutcomeTallyTest, ARejectionIsWrongAndSaysWhy) {
  for (const size_t length : {size_t{5}, size_t{500}}) {
    OutcomeTally tally(feed_);
    auto response = Right();
    auto* outcome = response.mutable_outcomes(3);
    outcome->set_outcome(v1::PaymentOutcome::OUTCOME_REJECTED);
    outcome->set_reason("ZERO_AMOUNT");
    outcome->set_message(std::string(length, 'm'));
    tally.Answered(0, kItems, Bytes(response));
    EXPECT_EQ(tally.wrong_count(), 1) << length;
    EXPECT_NE(tally.first_wrong().find("ZERO_AMOUNT"), std::string::npos) << tally.first_wrong();
    EXPECT_EQ(tally.recorded_count() + tally.suspended_count() + tally.duplicate_count(),
              kItems - 1);
  }
}

TEST_F(OutcomeTallyTest, AnOutcomeNotGivenIsWrong) {
  auto response = Right();
  response.mutable_outcomes(5)->clear_outcome();
  tally_.Answered(0, kItems, Bytes(response));
  EXPECT_EQ(tally_.wrong_count(), 1);
}

TEST_F(OutcomeTallyTest, TooFewTooManyOrUnreadable) {
  auto few = Right();
  few.mutable_outcomes()->RemoveLast();
  auto many = Right();
  *many.add_outcomes() = many.outcomes(0);
  const grpc::Slice garbage("\x0a\x7f\x08", 3);
  for (const grpc::ByteBuffer& bytes :
       {Bytes(few), Bytes(many), grpc::ByteBuffer(&garbage, 1), grpc::ByteBuffer()}) {
    OutcomeTally tally(feed_);
    tally.Answered(0, kItems, bytes);
    EXPECT_GT(tally.wrong_count(), 0);
  }
}

}  // namespace
}  // namespace budgetwatch::bench
