// Goal: the server holds no more than its bounds, whatever is given back in what order,
// and knows when it is idle.
// Method: holds taken and given back by hand.

#include "transport/admission.h"

#include <gtest/gtest.h>

#include <thread>
#include <utility>
#include <vector>

namespace budgetwatch {
namespace {

ServerLimits Limits(size_t max_held_bytes, int max_streams = 2) {
  ServerLimits limits;
  limits.max_held_bytes = max_held_bytes;
  limits.max_streams = max_streams;
  return limits;
}

std::string ReasonOf(const Result<Hold>& hold) { return hold.ok() ? "" : hold.error().reason; }

TEST(Admission, HoldsAtMostItsBytes) {
  Admission admission(Limits(100));
  auto first = admission.AdmitCall(60);
  ASSERT_TRUE(first.ok());
  auto second = admission.AdmitBatch(40);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(admission.load().held_bytes, 100u);
  const auto refused = admission.AdmitCall(1);
  EXPECT_EQ(ReasonOf(refused), "QUEUE_FULL");
  EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
  Hold(std::move(first).value());
  EXPECT_EQ(admission.load().held_bytes, 40u);
  EXPECT_EQ(ReasonOf(admission.AdmitCall(61)), "QUEUE_FULL");
  EXPECT_EQ(ReasonOf(admission.AdmitCall(60)), "");
}

TEST(Admission, TheLargestRequestIsTakenAlone) {
  Admission admission(Limits(100));
  auto large = admission.AdmitCall(1000);
  ASSERT_TRUE(large.ok());
  EXPECT_EQ(ReasonOf(admission.AdmitCall(1)), "QUEUE_FULL");
  EXPECT_EQ(ReasonOf(admission.AdmitCall(SIZE_MAX)), "QUEUE_FULL");
  Hold(std::move(large).value());
  EXPECT_EQ(ReasonOf(admission.AdmitCall(1)), "");
}

TEST(Admission, LargeAnswersShareTheMemoryThatIsLeft) {
  Admission admission(Limits(100), [](size_t bytes) { return bytes <= 1000; });
  {
    const auto one = admission.AdmitLargeAnswer(600, "a report");
    const auto other = admission.AdmitLargeAnswer(400, "a report");
    ASSERT_TRUE(one.ok() && other.ok());
    EXPECT_EQ(ReasonOf(admission.AdmitLargeAnswer(1, "a report")), "QUEUE_FULL");
    EXPECT_EQ(admission.load().large_answer_bytes, 1000u);
    EXPECT_EQ(ReasonOf(admission.AdmitCall(100)), "");
  }
  const auto refused = admission.AdmitLargeAnswer(1001, "a report");
  EXPECT_EQ(ReasonOf(refused), "ANSWER_TOO_LARGE");
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(admission.load().large_answers, 0);
  EXPECT_EQ(admission.load().large_answer_bytes, 0u);
  EXPECT_EQ(admission.load().held_bytes, 0u);
}

// Its call was taken on before.
TEST(Admission, ALargeAnswerIsMadeWhenTheServerStops) {
  Admission admission(Limits(100));
  const auto call = admission.AdmitCall(10);
  admission.Close();
  EXPECT_TRUE(admission.AdmitLargeAnswer(1000, "a report").ok());
}

TEST(Admission, AHoldGrowsIfThereIsRoomAndAlwaysShrinks) {
  Admission admission(Limits(100));
  Hold one = admission.AdmitCall(50).value();
  Hold other = admission.AdmitCall(30).value();
  EXPECT_FALSE(one.Resize(71));
  EXPECT_EQ(one.bytes(), 50u);
  EXPECT_TRUE(one.Resize(70));
  EXPECT_EQ(admission.load().held_bytes, 100u);
  EXPECT_TRUE(other.Resize(0));
  EXPECT_EQ(admission.load().held_bytes, 70u);
  Hold nothing;
  EXPECT_FALSE(nothing.Resize(1));
}

TEST(Admission, AMovedHoldIsGivenBackOnce) {
  Admission admission(Limits(100));
  {
    Hold first = admission.AdmitStream(10).value();
    Hold second = std::move(first);
    Hold third;
    third = std::move(second);
    EXPECT_EQ(admission.load().streams, 1);
    EXPECT_EQ(admission.load().held_bytes, 10u);
  }
  EXPECT_EQ(admission.load().streams, 0);
  EXPECT_EQ(admission.load().held_bytes, 0u);
}

TEST(Admission, OpensAtMostItsStreams) {
  Admission admission(Limits(100, 2));
  Hold first = admission.AdmitStream(0).value();
  Hold second = admission.AdmitStream(0).value();
  EXPECT_EQ(ReasonOf(admission.AdmitStream(0)), "QUEUE_FULL");
  EXPECT_EQ(ReasonOf(admission.AdmitCall(0)), "");
  first = Hold();
  EXPECT_EQ(ReasonOf(admission.AdmitStream(0)), "");
}

TEST(Admission, ClosedItAdmitsNothingAndKnowsWhenItIsIdle) {
  Admission admission(Limits(100));
  Hold call = admission.AdmitCall(10).value();
  admission.Close();
  for (auto admit : {&Admission::AdmitCall, &Admission::AdmitStream, &Admission::AdmitBatch}) {
    EXPECT_EQ(ReasonOf((admission.*admit)(0)), "SHUTTING_DOWN");
  }
  EXPECT_TRUE(call.Resize(20));
  EXPECT_FALSE(admission.WaitUntilIdle(SteadyNow()));
  std::thread answering([held = std::move(call)]() mutable { held = Hold(); });
  EXPECT_TRUE(admission.WaitUntilIdle(SteadyNow() + std::chrono::seconds(60)));
  answering.join();
}

TEST(Admission, ManyThreadsNeverHoldMoreThanThereIs) {
  static constexpr size_t kBytes = 100;
  Admission admission(Limits(kBytes));
  std::vector<std::thread> threads;
  for (size_t i = 1; i <= 4; ++i) {
    threads.emplace_back([&admission, i] {
      for (int round = 0; round < 2000; ++round) {
        auto hold = admission.AdmitCall(10 * i);
        EXPECT_LE(admission.load().held_bytes, kBytes);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admission.load().held_bytes, 0u);
  EXPECT_EQ(admission.load().calls, 0);
}

}  // namespace
}  // namespace budgetwatch
