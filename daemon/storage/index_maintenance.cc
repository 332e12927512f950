#include "storage/index_maintenance.h"

#include <algorithm>
#include <utility>

#include "base/thread_name.h"

namespace budgetwatch {
namespace {

// Between two attempts to write a run while commits are refused for want of it.
constexpr std::chrono::seconds kRetryPause{1};

// After a failure, a run is tried again when this part of seal_count more is in memory.
constexpr size_t kRetriesInSeal = 8;

}  // namespace

IndexMaintenance::IndexMaintenance(PaymentIndex& payments, BookingIndex& bookings,
                                   const Options& options)
    : payments_(payments),
      bookings_(bookings),
      seal_count_(options.seal_count),
      due_(options.at_start),
      seal_at_(options.seal_count),
      merge_due_(options.at_start) {
  thread_ = std::thread([this] {
    NameThread("index");
    Loop();
  });
}

IndexMaintenance::~IndexMaintenance() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  stop_merging_ = true;
  changed_.notify_all();
  thread_.join();
}

size_t IndexMaintenance::TailCount() const {
  return std::max(payments_.tail_count(), bookings_.tail_count());
}

bool IndexMaintenance::Due() const {
  return TailCount() >= seal_at_ || bookings_.unsorted_count() >= BookingIndex::kSortCount;
}

bool IndexMaintenance::Overfull() const { return TailCount() >= kMaxBacklog * seal_count_; }

void IndexMaintenance::TryAgain() {
  if (seal_error_ && SteadyNow() < failed_ + kRetryPause) return;
  seal_at_ = seal_count_;
  due_ = true;
  changed_.notify_all();
}

Status IndexMaintenance::WaitForRoom() {
  if (!Overfull()) return {};
  MutexLock lock(mutex_);
  TryAgain();
  while (Overfull()) {
    if (seal_error_) return *seal_error_;
    lock.Wait(changed_);
  }
  return {};
}

Status IndexMaintenance::CheckRoom() {
  if (!Overfull()) return {};
  const MutexLock lock(mutex_);
  TryAgain();
  if (seal_error_) return *seal_error_;
  return {};
}

void IndexMaintenance::Appended() {
  if (!Due()) return;
  const MutexLock lock(mutex_);
  if (due_) return;
  due_ = true;
  changed_.notify_all();
}

Status IndexMaintenance::WaitUntilIdle() {
  MutexLock lock(mutex_);
  while (due_ || working_) lock.Wait(changed_);
  if (error_) return *error_;
  return {};
}

Status IndexMaintenance::SealDue() {
  while (Due()) {
    bookings_.Sort();
    if (TailCount() < seal_at_) continue;
    Status status;
    if (payments_.tail_count() >= seal_at_) status = payments_.Seal();
    if (status.ok() && bookings_.tail_count() >= seal_at_) status = bookings_.Seal();
    {
      // Whoever found too much in memory waits by now, or sees that it is less.
      const MutexLock lock(mutex_);
      seal_at_ = seal_count_;
      seal_error_.reset();
      if (!status.ok()) {
        seal_error_ = status.error();
        seal_at_ = TailCount() + seal_count_ / kRetriesInSeal + 1;
        failed_ = SteadyNow();
      }
    }
    changed_.notify_all();
    if (!status.ok()) return status;
    merge_due_ = true;
  }
  return {};
}

// Once for each run that has come: a merge that fails, by a block that cannot be read for
// one, fails again.
Status IndexMaintenance::MergeDue(const std::function<Status()>& between) {
  if (!std::exchange(merge_due_, false)) return {};
  const Status payments = payments_.Merge(between);
  const Status bookings = bookings_.Merge(between);
  return payments.ok() ? bookings : payments;
}

void IndexMaintenance::Loop() {
  // A long merge must not keep what comes in meanwhile in memory.
  const auto between = [this]() -> Status {
    if (stop_merging_) return Refusal(Reason::kShuttingDown, "", "the store is closed");
    return SealDue();
  };
  while (true) {
    {
      MutexLock lock(mutex_);
      working_ = false;
      changed_.notify_all();
      while (!due_ && !stopping_) lock.Wait(changed_);
      if (stopping_) return;
      due_ = false;
      working_ = true;
    }
    Status status = SealDue();
    if (status.ok()) status = MergeDue(between);
    const MutexLock lock(mutex_);
    error_.reset();
    if (status.ok() || stopping_) continue;
    error_ = status.error();
    ++failure_count_;
  }
}

}  // namespace budgetwatch
