// Goal: connections are broken when memory runs short for want of anything better, and
// not again and again for memory that is the ledger's own.
// Method: memory and time are numbers of the test.

#include "app/memory_guard.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace budgetwatch {
namespace {

constexpr int64_t kLimit = 1000;
constexpr std::chrono::milliseconds kTick(20);

class MemoryGuardTest : public testing::Test {
 protected:
  // So many looks with this much memory in use and free, `idle` of it kept by the allocator.
  void Use(int64_t bytes, int looks = 1) {
    used_ = bytes;
    for (int i = 0; i < looks; ++i) {
      now_ += kTick;
      guard_.Look(now_);
    }
  }

  int64_t used_ = 0;
  int64_t idle_ = 0;
  int64_t torn_ = 0;  // that mending fills, as far as it may
  int given_back_ = 0;
  int mended_ = 0;
  int64_t mend_bytes_ = 0;
  int shed_ = 0;
  bool open_ = true;
  bool idle_calls_ = false;
  SteadyTime now_ = SteadyTime() + std::chrono::hours(1);
  MemoryGuard guard_{kLimit,
                     {[this] { return used_ + idle_; },
                      [this] {
                        ++given_back_;
                        idle_ = 0;
                      },
                      [this](int64_t bytes) {
                        ++mended_;
                        mend_bytes_ = bytes;
                        idle_ += std::min(bytes, torn_);
                      },
                      [this] {
                        ++shed_;
                        EXPECT_TRUE(open_);
                        open_ = false;
                      },
                      [this] {
                        EXPECT_FALSE(open_);
                        open_ = true;
                      },
                      [this] { return idle_calls_; }}};
};

TEST_F(MemoryGuardTest, LittleMemoryIsLeftAlone) {
  Use(600, 1000);
  EXPECT_EQ(given_back_, 0);
  EXPECT_EQ(shed_, 0);
}

TEST_F(MemoryGuardTest, WhatTheAllocatorKeepsIsGivenBackFirst) {
  idle_ = 500;
  Use(500);
  EXPECT_EQ(given_back_, 1);
  EXPECT_EQ(idle_, 0);
  EXPECT_EQ(shed_, 0);
}

// It stays below the mark, or it would be given back at once again.
TEST_F(MemoryGuardTest, WhatIsTornIsMendedWithinTheMark) {
  torn_ = 1000;
  idle_ = 200;
  Use(450, 100);
  EXPECT_EQ(given_back_, 1);
  EXPECT_EQ(mended_, 1);
  EXPECT_EQ(mend_bytes_, 150);
  EXPECT_EQ(used_ + idle_, 600);
  EXPECT_EQ(shed_, 0);
}

TEST_F(MemoryGuardTest, ALedgerNearTheMarkGivesBackByTheStepOnly) {
  Use(610, 1000);
  EXPECT_EQ(given_back_, 1);
  EXPECT_EQ(mend_bytes_, 20);
  for (int i = 0; i < 40; ++i) {
    ++idle_;
    Use(610);
  }
  EXPECT_EQ(given_back_, 1);
  idle_ = 41;
  Use(610);
  EXPECT_EQ(given_back_, 2);
  EXPECT_EQ(shed_, 0);
}

// Without room below the mark half of the way to where connections are broken is room.
TEST_F(MemoryGuardTest, ALedgerPastTheMarkIsMendedToo) {
  torn_ = 1000;
  idle_ = 30;
  Use(610);
  EXPECT_EQ(mend_bytes_, 20);
  EXPECT_EQ(used_ + idle_, 630);
  Use(610, 1000);
  EXPECT_EQ(mended_, 1);
  EXPECT_EQ(shed_, 0);
}

TEST_F(MemoryGuardTest, ALedgerThatFillsItsMemoryIsMendedToo) {
  Use(850, 200);
  idle_calls_ = true;
  Use(850, 10'000);
  EXPECT_TRUE(open_);
  EXPECT_EQ(mend_bytes_, 25);
  EXPECT_EQ(shed_, 1);
}

TEST_F(MemoryGuardTest, WhatIsRefusedNeedsNoRoomWhenMending) {
  torn_ = 1000;
  used_ = 450;
  idle_ = 100;
  EXPECT_FALSE(guard_.HasRoom(300, now_));
  EXPECT_EQ(mend_bytes_, 150);
}

TEST_F(MemoryGuardTest, NothingIsMendedWhileConnectionsAreBroken) {
  Use(651, 100);
  EXPECT_GT(given_back_, 1);
  EXPECT_EQ(mended_, 0);
}

// What was in use when connections were taken again was not the ledger's own after all.
TEST_F(MemoryGuardTest, MemoryThatComesDownLaterIsNoReasonToWaitForMoreNextTime) {
  Use(950, 2000);
  EXPECT_TRUE(open_);
  EXPECT_EQ(shed_, 1);
  Use(550);
  Use(651);
  EXPECT_EQ(shed_, 2);
}

TEST_F(MemoryGuardTest, RoomEndsWhereConnectionsAreBroken) {
  used_ = 400;
  EXPECT_TRUE(guard_.HasRoom(250, now_));
  EXPECT_EQ(given_back_, 0);
  EXPECT_FALSE(guard_.HasRoom(251, now_));
  EXPECT_EQ(given_back_, 1);
  EXPECT_EQ(mended_, 1);
  // Who asks again and again makes no work.
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(guard_.HasRoom(SIZE_MAX, now_));
  EXPECT_EQ(given_back_, 1);
  EXPECT_FALSE(guard_.HasRoom(SIZE_MAX, now_ + std::chrono::seconds(5)));
  EXPECT_EQ(given_back_, 2);
}

// The refusal of a very large answer is none of a smaller one.
TEST_F(MemoryGuardTest, RoomForLessIsMadeAlsoSoonAfterMoreWasRefused) {
  used_ = 400;
  EXPECT_FALSE(guard_.HasRoom(300, now_));
  idle_ = 150;
  EXPECT_TRUE(guard_.HasRoom(150, now_));
  EXPECT_EQ(given_back_, 2);
  EXPECT_FALSE(guard_.HasRoom(300, now_));
  EXPECT_EQ(given_back_, 2);
}

TEST_F(MemoryGuardTest, RoomIsMadeOfWhatTheAllocatorKeeps) {
  torn_ = 1000;
  used_ = 400;
  idle_ = 200;
  EXPECT_TRUE(guard_.HasRoom(150, now_));
  // What is mended leaves the room that was promised.
  EXPECT_EQ(mend_bytes_, 50);
  EXPECT_EQ(idle_, 50);
  // As often as it helps: a large answer leaves much behind for the next one.
  for (int i = 0; i < 3; ++i) {
    idle_ = 200;
    EXPECT_TRUE(guard_.HasRoom(150, now_));
  }
}

TEST_F(MemoryGuardTest, ConnectionsAreBrokenWhenNothingElseHelps) {
  Use(650, 3);
  EXPECT_EQ(shed_, 0);
  Use(651);
  EXPECT_EQ(shed_, 1);
  EXPECT_EQ(guard_.shed_count(), 1);
  // Memory goes down in its own time, and no connection is taken until it has.
  Use(950, 5);
  EXPECT_EQ(shed_, 1);
  EXPECT_FALSE(open_);
  Use(501);
  EXPECT_FALSE(open_);
  Use(500);
  EXPECT_TRUE(open_);
  Use(651);
  EXPECT_EQ(shed_, 2);
}

TEST_F(MemoryGuardTest, MemoryThatStaysIsNoReasonToBreakThemAgain) {
  Use(850, 200);
  EXPECT_FALSE(open_);
  idle_calls_ = true;
  Use(850, 10'000);
  EXPECT_TRUE(open_);
  EXPECT_EQ(shed_, 1);
  EXPECT_LT(given_back_, 100);
  Use(910);
  EXPECT_EQ(shed_, 2);
  idle_calls_ = false;
  Use(910, 10'000);
  EXPECT_EQ(shed_, 2);
}

TEST_F(MemoryGuardTest, WhatIsFreedLaterIsGivenBackLater) {
  Use(850, 100);
  used_ = 100;
  idle_ = 750;
  Use(100, 500);
  EXPECT_EQ(idle_, 0);
  EXPECT_EQ(shed_, 1);
}

}  // namespace
}  // namespace budgetwatch
