#include "app/memory_guard.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace budgetwatch {
namespace {

constexpr std::chrono::milliseconds kPeriod(100);
// Until the memory of broken connections is free.
constexpr std::chrono::milliseconds kSettling(1000);

}  // namespace

MemoryGuard::MemoryGuard(int64_t limit_bytes, Actions actions)
    : limit_bytes_(limit_bytes), actions_(std::move(actions)) {}

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
  int64_t used = actions_.used_bytes();
  if (used > std::max(limit_bytes_ / 10 * 6, after_give_back_ + step)) {
    actions_.give_back();
    used = actions_.used_bytes();
    after_give_back_ = used;
  }
  after_give_back_ = std::min(after_give_back_, used);
  if (settling_) {
    if (now < settled_at_) return;
    settling_ = false;
    after_shed_ = used;
  }
  after_shed_ = std::min(after_shed_, used);
  if (used <= std::max(limit_bytes_ / 10 * 8, after_shed_ + step)) return;
  actions_.shed();
  settling_ = true;
  settled_at_ = now + kSettling;
  const MutexLock lock(mutex_);
  ++shed_count_;
}

int64_t MemoryGuard::shed_count() const {
  const MutexLock lock(mutex_);
  return shed_count_;
}

}  // namespace budgetwatch
