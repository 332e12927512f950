// The worker pool: every task that was taken runs once, and a full queue says so.

#include "base/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace budgetwatch {
namespace {

TEST(WorkerPool, RunsWhatWasPostedBeforeItEnds) {
  std::atomic<int> run = 0;
  {
    WorkerPool pool(3, 1000);
    for (int i = 0; i < 500; ++i) EXPECT_TRUE(pool.Post([&run] { ++run; }));
  }
  EXPECT_EQ(run, 500);
}

TEST(WorkerPool, AFullQueueRefuses) {
  std::promise<void> release;
  std::promise<void> started;
  WorkerPool pool(1, 2);
  ASSERT_TRUE(pool.Post([&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(pool.Post([] {}));
  EXPECT_TRUE(pool.Post([] {}));
  EXPECT_FALSE(pool.Post([] {}));
  release.set_value();
}

TEST(WorkerPool, AStuckTaskLeavesTheOtherThreads) {
  std::promise<void> release;
  std::promise<void> other;
  WorkerPool pool(2, 10);
  ASSERT_TRUE(pool.Post([&] { release.get_future().wait(); }));
  ASSERT_TRUE(pool.Post([&] { other.set_value(); }));
  EXPECT_EQ(other.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  release.set_value();
}

}  // namespace
}  // namespace budgetwatch
