// Goal: every event has exactly one result, in order, whatever breaks; nothing is
// recorded twice; the number of batches under way is bounded.
// Method: the real sender and the real stream against a fake ledger on a loopback
// port that breaks its streams with answers lost.

#include "lib/payment_sender.h"

#include <gtest/gtest.h>

#include "fake_payment_service.h"
#include "lib/connection.h"

namespace budgetwatch::client {
namespace {

class PaymentSenderTest : public testing::Test {
 protected:
  PaymentSenderTest() {
    options_.source = "test";
    options_.batch_size = 10;
    options_.batches_in_flight = 4;
    options_.retry.initial_wait = std::chrono::milliseconds(1);
  }

  static v1::PaymentEvent Event(int number) {
    v1::PaymentEvent event;
    event.set_payment_id("p" + std::to_string(number));
    event.set_amount_fen(number % 97 == 5 ? 0 : number + 1);
    return event;
  }

  // Sends events [0, count) and returns how that ended.
  CallStatus Send(int count) {
    ConnectionOptions settings;
    settings.server = server_.address();
    Connection connection(settings);
    SystemPacer pacer;
    PaymentSender sender(
        options_, [&] { return connection.OpenPaymentStream(); },
        [&](const PaymentResult& result) {
          tags_.push_back(result.tag);
          outcomes_.push_back(result.outcome.outcome());
          EXPECT_EQ(result.event.payment_id(), "p" + std::to_string(result.tag));
          // The answer is the one to this event.
          EXPECT_EQ(result.outcome.outcome() == v1::PaymentOutcome::OUTCOME_REJECTED,
                    result.event.amount_fen() == 0);
        },
        &pacer);
    for (int number = 0; number < count; ++number) {
      CallStatus status = sender.Add(Event(number), number);
      if (!status.ok()) return status;
    }
    return sender.Finish();
  }

  void ExpectAllInOrder(int count) {
    ASSERT_EQ(tags_.size(), static_cast<size_t>(count));
    for (int number = 0; number < count; ++number) {
      EXPECT_EQ(tags_[static_cast<size_t>(number)], number);
    }
    // Recorded in the order of sending, each once.
    std::vector<std::string> expected;
    for (int number = 0; number < count; ++number) {
      if (Event(number).amount_fen() != 0) expected.push_back("p" + std::to_string(number));
    }
    EXPECT_EQ(service_.recorded_ids(), expected);
  }

  FakePaymentService service_;
  FakeServer server_{&service_};
  PaymentSenderOptions options_;
  std::vector<int64_t> tags_;
  std::vector<v1::PaymentOutcome::Outcome> outcomes_;
};

TEST_F(PaymentSenderTest, SendsAllInOrder) {
  const CallStatus status = Send(1'234);
  EXPECT_TRUE(status.ok()) << status.message;
  ExpectAllInOrder(1'234);
  EXPECT_EQ(service_.stream_count(), 1);
}

TEST_F(PaymentSenderTest, NothingToSendOpensNoStream) {
  EXPECT_TRUE(Send(0).ok());
  EXPECT_EQ(service_.stream_count(), 0);
}

TEST_F(PaymentSenderTest, KeepsSeveralBatchesUnderWayAndNoMore) {
  // A server that waits for four batches gets them, and would wait for ever for five.
  service_.set_hold_answers(4);
  EXPECT_TRUE(Send(400).ok());
  ExpectAllInOrder(400);
  EXPECT_EQ(service_.unanswered_max(), 4);
}

TEST_F(PaymentSenderTest, SendsAgainWhatWasNotAcknowledged) {
  service_.BreakStreamsAfter({1, 3, 2, -1});
  const CallStatus status = Send(200);
  EXPECT_TRUE(status.ok()) << status.message;
  ExpectAllInOrder(200);
  EXPECT_EQ(service_.stream_count(), 4);
  // The batches whose answers were lost come back as duplicates: at least three.
  EXPECT_GE(std::count(outcomes_.begin(), outcomes_.end(), v1::PaymentOutcome::OUTCOME_DUPLICATE),
            20);
}

TEST_F(PaymentSenderTest, AnEndWithoutAnErrorIsABreakToo) {
  service_.set_break_status(grpc::Status::OK);
  service_.BreakStreamsAfter({2, -1});
  EXPECT_TRUE(Send(100).ok());
  ExpectAllInOrder(100);
}

TEST_F(PaymentSenderTest, ARefusalOfTheBatchIsFinal) {
  service_.set_break_status(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "bad source"));
  service_.BreakStreamsAfter({1, -1});
  const CallStatus status = Send(100);
  EXPECT_EQ(status.code, CallCode::kInvalidArgument);
  EXPECT_EQ(status.message, "bad source");
  EXPECT_EQ(service_.stream_count(), 1);
}

TEST_F(PaymentSenderTest, GivesUpAfterTheTotal) {
  service_.BreakStreamsAfter(std::vector<int>(1'000, 1));
  options_.retry.wait_max = std::chrono::milliseconds(20);
  options_.retry.total_max = std::chrono::milliseconds(100);
  const CallStatus status = Send(100);
  EXPECT_EQ(status.code, CallCode::kUnavailable);
  EXPECT_GT(service_.stream_count(), 2);
}

TEST_F(PaymentSenderTest, ASilentServerMeetsTheDeadline) {
  service_.set_hold_answers(1'000'000);
  options_.timeout = std::chrono::milliseconds(50);
  options_.retry.total_max = std::chrono::milliseconds(0);
  const CallStatus status = Send(100);
  EXPECT_EQ(status.code, CallCode::kDeadlineExceeded) << status.message;
  EXPECT_TRUE(tags_.empty());
}

TEST_F(PaymentSenderTest, LargeAnswersDoNotBlockLargeRequests) {
  // Both directions far beyond the flow control windows.
  options_.batch_size = 5'000;
  options_.batches_in_flight = 8;
  EXPECT_TRUE(Send(100'000).ok());
  EXPECT_EQ(tags_.size(), 100'000u);
}

TEST(PaymentSenderAddressTest, NobodyThere) {
  ConnectionOptions settings;
  settings.server = "127.0.0.1:1";
  settings.retry.total_max = std::chrono::milliseconds(200);
  Connection connection(settings);
  v1::GetServerInfoResponse response;
  EXPECT_EQ(connection.GetServerInfo({}, &response).code, CallCode::kUnavailable);

  SystemPacer pacer;
  PaymentSenderOptions options;
  options.source = "test";
  options.retry.total_max = std::chrono::milliseconds(200);
  PaymentSender sender(
      options, [&] { return connection.OpenPaymentStream(); },
      [](const PaymentResult&) { FAIL() << "nobody answered"; }, &pacer);
  EXPECT_TRUE(sender.Add(v1::PaymentEvent(), 1).ok());  // not a full batch yet
  EXPECT_EQ(sender.Finish().code, CallCode::kUnavailable);
}

}  // namespace
}  // namespace budgetwatch::client
