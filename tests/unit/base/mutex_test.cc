// Goal: readers that overlap without end do not keep a writer out.
// Method: two readers, each of which lets go only when the other one holds the lock too, or
// cannot get it for a while; with one of them always inside, the lock is never free.

#include "base/mutex.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace budgetwatch {
namespace {

constexpr std::chrono::seconds kPatience(60);
constexpr std::chrono::milliseconds kLongerThanALock(50);

// Reads until `over`, handing the lock from one to the other.
void Relay(SharedMutex* mutex, const std::atomic<bool>& over, std::atomic<int>* mine,
           const std::atomic<int>& others) {
  while (!over) {
    const ReaderLock lock(*mutex);
    ++*mine;
    const int seen = others;
    const auto latest = std::chrono::steady_clock::now() + kLongerThanALock;
    while (!over && others == seen && std::chrono::steady_clock::now() < latest) {
      std::this_thread::yield();
    }
  }
}

TEST(SharedMutexTest, AWriterGoesBeforeReadersThatComeLater) {
  SharedMutex mutex;
  std::atomic<bool> over = false;
  std::atomic<bool> written = false;
  std::atomic<int> first_reads = 0;
  std::atomic<int> second_reads = 0;
  std::thread first([&] { Relay(&mutex, over, &first_reads, second_reads); });
  std::thread second([&] { Relay(&mutex, over, &second_reads, first_reads); });
  while (first_reads == 0 || second_reads == 0) std::this_thread::yield();
  std::thread writer([&] {
    const WriterLock lock(mutex);
    written = true;
  });
  const auto latest = std::chrono::steady_clock::now() + kPatience;
  while (!written && std::chrono::steady_clock::now() < latest) std::this_thread::yield();
  EXPECT_TRUE(written);
  over = true;
  first.join();
  second.join();
  writer.join();
}

}  // namespace
}  // namespace budgetwatch
