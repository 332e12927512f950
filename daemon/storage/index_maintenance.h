#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "storage/booking_index.h"
#include "storage/payment_index.h"

namespace budgetwatch {

// Moves what the indexes hold in memory into runs and merges runs, on a thread of
// its own, so that commits do not wait for it. Thread-safe.
class IndexMaintenance {
 public:
  struct Options {
    size_t seal_count;  // an index is sealed when it holds so many words in memory
    // Whether what is due already is done, and not only what becomes due by an append.
    bool at_start = true;
  };

  // Starts the thread. The indexes outlive this.
  IndexMaintenance(PaymentIndex& payments, BookingIndex& bookings, const Options& options);

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
  size_t TailCount() const;
  bool Overfull() const;
  void TryAgain() BW_REQUIRES(mutex_);
  Status SealDue();
  Status MergeDue(const std::function<Status()>& between);
  void Loop();

  PaymentIndex& payments_;
  BookingIndex& bookings_;
  const size_t seal_count_;
  Mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ BW_GUARDED_BY(mutex_) = false;
  bool due_ BW_GUARDED_BY(mutex_);
  bool working_ BW_GUARDED_BY(mutex_) = false;
  std::optional<Error> error_ BW_GUARDED_BY(mutex_);       // of the last attempt at anything
  std::optional<Error> seal_error_ BW_GUARDED_BY(mutex_);  // and at a run
  std::atomic<int64_t> failure_count_ = 0;
  std::atomic<bool> stop_merging_ = false;
  // The tails are sealed when one has so many words: more after a failure, so that a run that
  // cannot be written is not written once more with each commit.
  std::atomic<size_t> seal_at_;
  SteadyTime failed_ BW_GUARDED_BY(mutex_);  // the last time that a run could not be written
  bool merge_due_;  // of the thread; at the start, for merges that were not finished
  std::thread thread_;
};

}  // namespace budgetwatch
