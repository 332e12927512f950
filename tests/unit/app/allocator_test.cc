// Goal: what is in memory stays as it was when free parts between are given back and large
// pages are mended, and mending takes no more memory than it may.
// Method: blocks smaller than a large page, every fourth freed, beside a thread that
// allocates.

#include "app/allocator.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include "telemetry/load_collector.h"

namespace budgetwatch {
namespace {

using Block = std::vector<int64_t>;

TEST(Allocator, GivingBackAndMendingLeaveWhatIsInUseAlone) {
  KeepFreedMemory();
  constexpr int kBlocks = 2000;
  constexpr int kWords = 8192;
  std::vector<std::unique_ptr<Block>> blocks;
  for (int64_t i = 0; i < kBlocks; ++i) {
    blocks.push_back(std::make_unique<Block>(kWords));
    std::iota(blocks.back()->begin(), blocks.back()->end(), i);
  }
  for (size_t i = 1; i < blocks.size(); i += 4) blocks[i].reset();
  std::atomic<bool> stop = false;
  std::thread other([&stop] {
    while (!stop) {
      const Block block(1000, 7);
      EXPECT_EQ(block.back(), 7);
    }
  });
  for (int i = 0; i < 3; ++i) {
    GiveBackFreedMemory();
    const int64_t before = ResidentAnonymousBytes();
    MendLargePages(8 << 20);
    EXPECT_LE(ResidentAnonymousBytes() - before, 12 << 20);
    MendLargePages(0);
  }
  stop = true;
  other.join();
  for (int64_t i = 0; i < kBlocks; i += 2) {
    Block wanted(kWords);
    std::iota(wanted.begin(), wanted.end(), i);
    ASSERT_EQ(*blocks[static_cast<size_t>(i)], wanted);
  }
}

}  // namespace
}  // namespace budgetwatch
