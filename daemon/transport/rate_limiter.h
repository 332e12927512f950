#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/mutex.h"

namespace budgetwatch {

// A token bucket for each key, such as the name of a source: it fills at a constant
// rate and holds a second's worth. Thread-safe.
//
// 1. A request of any size passes while its bucket is not empty, and may leave a debt
//    that the next requests wait for: requests larger than a bucket get through.
// 2. At most kMaxKeys keys are told apart; while so many are busy, further ones share a
//    bucket, so that made-up names neither cost memory nor escape the limit.
class RateLimiter {
 public:
  static constexpr size_t kMaxKeys = 10'000;

  // 0: everything passes.
  explicit RateLimiter(int64_t per_second) : per_second_(per_second) {}

  bool limits() const { return per_second_ > 0; }

  // From now on; debts stay.
  void SetRate(int64_t per_second) { per_second_ = per_second; }

  // Takes `count` from the bucket of `key` and gives 0, or takes nothing and gives
  // the milliseconds until something is in it. REQUIRES: 0 <= count <= 10^9.
  int64_t Take(std::string_view key, int64_t count, SteadyTime now);

  // Puts back what was just taken, since it will not be used after all.
  void GiveBack(std::string_view key, int64_t count);

 private:
  // In which `count` flows in.
  static std::chrono::nanoseconds TimeOf(int64_t count, int64_t per_second) {
    return std::chrono::nanoseconds(count * 1'000'000'000 / per_second);
  }

  // Forgets what is full, which is as good as new.
  void Sweep(SteadyTime now) BW_REQUIRES(mutex_);

  std::atomic<int64_t> per_second_;
  Mutex mutex_;
  // When the bucket will be full again, if nothing more is taken.
  std::unordered_map<std::string, SteadyTime> full_at_ BW_GUARDED_BY(mutex_);
  SteadyTime swept_at_ BW_GUARDED_BY(mutex_);
};

}  // namespace budgetwatch
