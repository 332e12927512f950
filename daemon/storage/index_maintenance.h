#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <optional>
#include <thread>

#include "base/mutex.h"
#include "storage/booking_index.h"
#include "storage/payment_index.h"

namespace budgetwatch {

// Moves what the indexes hold in memory into runs and merges runs, on a thread of
// its own, so that commits do not wait for it. Thread-safe.
class IndexMaintenance {
 public:
  // Starts the thread. The indexes outlive this. An index is sealed when it holds
  // `seal_count` words in memory.
  IndexMaintenance(PaymentIndex& payments, BookingIndex& bookings, size_t seal_count);

  // Ends the thread after the run it is at.
  ~IndexMaintenance();

  // To be called before each write: waits while too much is in memory. Error: why it
  // cannot become less.
  Status WaitForRoom();

  // Error: why too much is in memory and cannot become less; tries again then.
  Status CheckRoom();

  // To be called after each append.
  void Appended();

  // Attempts to write a run or to merge some that failed.
  int64_t failure_count() const { return failure_count_; }

  // Waits until nothing is left to do. For tests.
  Status WaitUntilIdle();

 private:
  // Multiples of seal_count that the indexes may hold in memory.
  static constexpr size_t kMaxBacklog = 4;

  bool Due() const;
  bool Overfull() const;
  Status SealDue();
  Status MergeDue(const std::function<Status()>& between);
  void Loop();

  PaymentIndex& payments_;
  BookingIndex& bookings_;
  const size_t seal_count_;
  Mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ BW_GUARDED_BY(mutex_) = false;
  bool due_ BW_GUARDED_BY(mutex_) = true;  // at the start too
  bool working_ BW_GUARDED_BY(mutex_) = false;
  std::optional<Error> error_ BW_GUARDED_BY(mutex_);  // of the last attempt
  std::atomic<int64_t> failure_count_ = 0;
  std::atomic<bool> stop_merging_ = false;
  bool merge_due_ = true;  // of the thread; at the start, for merges that were not finished
  std::thread thread_;
};

}  // namespace budgetwatch
