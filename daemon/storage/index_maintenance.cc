#include "storage/index_maintenance.h"

#include <algorithm>
#include <utility>

#include "base/thread_name.h"

namespace budgetwatch {

IndexMaintenance::IndexMaintenance(PaymentIndex& payments, BookingIndex& bookings,
                                   size_t seal_count)
    : payments_(payments), bookings_(bookings), seal_count_(seal_count) {
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

bool IndexMaintenance::Due() const {
  return std::max(payments_.tail_count(), bookings_.tail_count()) >= seal_count_ ||
         bookings_.unsorted_count() >= BookingIndex::kSortCount;
}

bool IndexMaintenance::Overfull() const {
  return std::max(payments_.tail_count(), bookings_.tail_count()) >= kMaxBacklog * seal_count_;
}

Status IndexMaintenance::WaitForRoom() {
  if (!Overfull()) return {};
  MutexLock lock(mutex_);
  due_ = true;  // tries again after a failure
  changed_.notify_all();
  while (Overfull()) {
    if (error_) return *error_;
    lock.Wait(changed_);
  }
  return {};
}

Status IndexMaintenance::CheckRoom() {
  if (!Overfull()) return {};
  const MutexLock lock(mutex_);
  due_ = true;
  changed_.notify_all();
  if (error_) return *error_;
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
    if (payments_.tail_count() >= seal_count_) {
      if (Status status = payments_.Seal(); !status.ok()) return status;
      merge_due_ = true;
    }
    if (bookings_.tail_count() >= seal_count_) {
      if (Status status = bookings_.Seal(); !status.ok()) return status;
      merge_due_ = true;
    }
    {
      // Whoever found too much in memory waits by now, or sees that it is less.
      const MutexLock lock(mutex_);
    }
    changed_.notify_all();
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
