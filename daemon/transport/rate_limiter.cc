#include "transport/rate_limiter.h"

#include <algorithm>
#include <chrono>

namespace budgetwatch {
namespace {

// What a bucket holds, as the time in which it fills.
constexpr std::chrono::nanoseconds kCapacity = std::chrono::seconds(1);

// The bucket of those that cannot be told apart.
constexpr const char* kSharedKey = "";

}  // namespace

int64_t RateLimiter::Take(std::string_view key, int64_t count, SteadyTime now) {
  const int64_t per_second = per_second_;
  if (per_second <= 0) return 0;
  const MutexLock lock(mutex_);
  auto bucket = full_at_.find(std::string(key));
  if (bucket == full_at_.end()) {
    if (full_at_.size() >= kMaxKeys) Sweep(now);
    if (full_at_.size() >= kMaxKeys) key = kSharedKey;
    bucket = full_at_.try_emplace(std::string(key), now).first;
  }
  const auto missing = std::max(bucket->second - now, SteadyTime::duration::zero());
  if (missing >= kCapacity) {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(missing - kCapacity);
    return std::max<int64_t>(1, wait.count());
  }
  bucket->second = now + missing + TimeOf(count, per_second);
  return 0;
}

void RateLimiter::GiveBack(std::string_view key, int64_t count) {
  const int64_t per_second = per_second_;
  if (per_second <= 0) return;
  const MutexLock lock(mutex_);
  auto bucket = full_at_.find(std::string(key));
  if (bucket == full_at_.end()) bucket = full_at_.find(kSharedKey);
  if (bucket != full_at_.end()) bucket->second -= TimeOf(count, per_second);
}

void RateLimiter::Sweep(SteadyTime now) {
  // Under a flood of names, not for each of them.
  if (now - swept_at_ < kCapacity) return;
  swept_at_ = now;
  std::erase_if(full_at_, [now](const auto& bucket) { return bucket.second <= now; });
}

}  // namespace budgetwatch
