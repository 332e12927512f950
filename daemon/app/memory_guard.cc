#include "app/memory_guard.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace budgetwatch {
namespace {

constexpr std::chrono::milliseconds kPeriod(20);
// Between two attempts to give memory back that does not shrink; each takes some time.
constexpr std::chrono::milliseconds kGiveBackPeriod(5000);
// The same while connections are broken to free memory, and how long none are taken when
// it does not come back.
constexpr std::chrono::milliseconds kShedGiveBackPeriod(100);
constexpr std::chrono::milliseconds kShedMin(2000);
constexpr std::chrono::milliseconds kShedMax(30'000);

}  // namespace

MemoryGuard::MemoryGuard(int64_t limit_bytes, Actions actions)
    : limit_bytes_(limit_bytes),
      much_bytes_(limit_bytes / 20 * 12),
      critical_bytes_(limit_bytes / 20 * 13),
      actions_(std::move(actions)) {}

void MemoryGuard::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void MemoryGuard::Stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void MemoryGuard::Loop() {
  while (true) {
    {
      MutexLock lock(mutex_);
      const auto next = SteadyNow() + kPeriod;
      while (!stopping_ && SteadyNow() < next) lock.WaitUntil(wake_, next);
      if (stopping_) return;
    }
    Look(SteadyNow());
  }
}

void MemoryGuard::Look(SteadyTime now) {
  const int64_t step = limit_bytes_ / 20;
  const int64_t high = limit_bytes_ / 2;
  int64_t used = actions_.used_bytes();
  const auto line = [&] { return std::max(critical_bytes_, after_shed_ + step); };
  const auto too_much = [&] { return used > line(); };
  // What was freed long ago still counts as used until it is given back.
  const auto late = [&](auto period) { return now - gave_back_at_ >= period; };
  const bool wanted = shed_ ? used > high && late(kShedGiveBackPeriod)
                            : too_much() || used > std::max(much_bytes_, after_give_back_ + step) ||
                                  (used > critical_bytes_ && late(kGiveBackPeriod));
  if (wanted) {
    actions_.give_back();
    used = actions_.used_bytes();
    if (!shed_ && !too_much()) {
      actions_.mend(MendingRoom(used, line()));
      used = actions_.used_bytes();
    }
    after_give_back_ = used;
    gave_back_at_ = now;
  }
  // What has come down since was not the ledger's own.
  after_shed_ = std::min(after_shed_, used);
  if (used <= high) {
    after_give_back_ = 0;
    after_shed_ = 0;
  }
  const auto shed_for = now - shed_at_;
  if (shed_ &&
      (used <= high || (shed_for >= kShedMin && actions_.idle()) || shed_for >= kShedMax)) {
    // What is still in use is the ledger's own.
    if (used > high) after_shed_ = used;
    shed_ = false;
    actions_.reopen();
  }
  if (shed_ || !too_much()) return;
  actions_.shed();
  shed_ = true;
  shed_at_ = now;
  const MutexLock lock(mutex_);
  ++shed_count_;
}

bool MemoryGuard::HasRoom(size_t bytes, SteadyTime now) {
  const auto more = static_cast<int64_t>(std::min(bytes, static_cast<size_t>(limit_bytes_)));
  if (actions_.used_bytes() + more <= critical_bytes_) return true;
  {
    const MutexLock lock(mutex_);
    const bool in_vain = no_room_used_ + more > critical_bytes_;
    if (in_vain && now - no_room_at_ < kGiveBackPeriod) return false;
  }
  actions_.give_back();
  const int64_t used = actions_.used_bytes();
  const bool granted = used + more <= critical_bytes_;
  actions_.mend(MendingRoom(granted ? used + more : used, critical_bytes_));
  if (granted) return true;
  const MutexLock lock(mutex_);
  no_room_at_ = now;
  no_room_used_ = used;
  return false;
}

int64_t MemoryGuard::MendingRoom(int64_t used, int64_t line) const {
  return std::max({much_bytes_ - used, (line - used) / 2, int64_t{0}});
}

int64_t MemoryGuard::shed_count() const {
  const MutexLock lock(mutex_);
  return shed_count_;
}

}  // namespace budgetwatch
