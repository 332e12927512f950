// Goal: over any time a key passes no more than its rate and one burst, and knows how long
// to wait.
// Method: times as arguments.

#include "transport/rate_limiter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace budgetwatch {
namespace {

using std::chrono::milliseconds;

const SteadyTime kStart = SteadyTime() + std::chrono::hours(1);

TEST(RateLimiter, ZeroLimitsNothing) {
  RateLimiter limiter(0);
  EXPECT_FALSE(limiter.limits());
  EXPECT_EQ(limiter.Take("a", 1'000'000'000, kStart), 0);
  EXPECT_EQ(limiter.Take("a", 1'000'000'000, kStart), 0);
}

TEST(RateLimiter, ABurstPassesThenTheRate) {
  RateLimiter limiter(10);
  int passed = 0;
  // 25 attempts a second for ten seconds: the burst of 10, and 10 in each second.
  for (int i = 0; i < 250; ++i) {
    if (limiter.Take("a", 1, kStart + milliseconds(40 * i)) == 0) ++passed;
  }
  EXPECT_GE(passed, 100);
  EXPECT_LE(passed, 110);
}

TEST(RateLimiter, SaysHowLongToWait) {
  RateLimiter limiter(10);
  EXPECT_EQ(limiter.Take("a", 10, kStart), 0);
  EXPECT_EQ(limiter.Take("a", 1, kStart), 1);
  EXPECT_EQ(limiter.Take("a", 1, kStart + milliseconds(1)), 0);
  // One is left to wait for, less a millisecond.
  EXPECT_EQ(limiter.Take("a", 1, kStart + milliseconds(1)), 99);
  EXPECT_EQ(limiter.Take("a", 1, kStart + milliseconds(99)), 1);
  EXPECT_EQ(limiter.Take("a", 1, kStart + milliseconds(101)), 0);
}

TEST(RateLimiter, ALargeRequestPassesAndLeavesADebt) {
  RateLimiter limiter(10);
  EXPECT_EQ(limiter.Take("a", 1000, kStart), 0);
  EXPECT_EQ(limiter.Take("a", 1, kStart), 99'000);
  EXPECT_EQ(limiter.Take("a", 1, kStart + std::chrono::seconds(98)), 1'000);
  EXPECT_EQ(limiter.Take("a", 1, kStart + milliseconds(99'001)), 0);
}

TEST(RateLimiter, AnotherRateHoldsAtOnceAndDebtsStay) {
  RateLimiter limiter(0);
  EXPECT_EQ(limiter.Take("a", 1000, kStart), 0);
  limiter.SetRate(10);
  EXPECT_TRUE(limiter.limits());
  EXPECT_EQ(limiter.Take("a", 1000, kStart), 0);
  EXPECT_EQ(limiter.Take("a", 1, kStart), 99'000);
  limiter.SetRate(1000);
  EXPECT_EQ(limiter.Take("a", 1, kStart), 99'000);
  EXPECT_EQ(limiter.Take("b", 1000, kStart), 0);
  EXPECT_EQ(limiter.Take("b", 1, kStart), 1);
  limiter.SetRate(0);
  EXPECT_EQ(limiter.Take("a", 1, kStart), 0);
}

TEST(RateLimiter, WhatIsGivenBackIsAsIfNeverTaken) {
  RateLimiter limiter(10);
  EXPECT_EQ(limiter.Take("a", 10, kStart), 0);
  limiter.GiveBack("a", 10);
  limiter.GiveBack("nobody", 1000);
  EXPECT_EQ(limiter.Take("a", 10, kStart), 0);
  EXPECT_GT(limiter.Take("a", 1, kStart), 0);
  // No more than a burst gathers.
  limiter.GiveBack("a", 10);
  const SteadyTime later = kStart + std::chrono::seconds(100);
  EXPECT_EQ(limiter.Take("a", 10, later), 0);
  EXPECT_GT(limiter.Take("a", 1, later), 0);
}

TEST(RateLimiter, KeysDoNotShare) {
  RateLimiter limiter(1);
  EXPECT_EQ(limiter.Take("a", 1, kStart), 0);
  EXPECT_EQ(limiter.Take("b", 1, kStart), 0);
  EXPECT_GT(limiter.Take("a", 1, kStart), 0);
}

TEST(RateLimiter, MadeUpKeysShareABucketAndAreForgotten) {
  RateLimiter limiter(1);
  const auto flood = [&limiter](const std::string& prefix, SteadyTime now) {
    int passed = 0;
    for (size_t i = 0; i < RateLimiter::kMaxKeys + 100; ++i) {
      if (limiter.Take(prefix + std::to_string(i), 1, now) == 0) ++passed;
    }
    return passed;
  };
  EXPECT_EQ(flood("a", kStart), static_cast<int>(RateLimiter::kMaxKeys) + 1);
  // Two seconds later all buckets are full again, and make room for others.
  EXPECT_GE(flood("b", kStart + std::chrono::seconds(2)), static_cast<int>(RateLimiter::kMaxKeys));
}

}  // namespace
}  // namespace budgetwatch
