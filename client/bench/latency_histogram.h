#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace budgetwatch::bench {

// Counts durations in buckets whose width is at most 1/64 of their value, so that
// any number of them takes the same memory. Thread-compatible.
class LatencyHistogram {
 public:
  // Negative counts as zero.
  void Add(std::chrono::nanoseconds duration);

  int64_t count() const { return count_; }

  // The smallest bound that at least `share` of the durations do not pass, within
  // 1/64, and never more than the longest; 0 when there are none.
  // REQUIRES: 0 < share <= 1.
  double QuantileMillis(double share) const;

  // Exact.
  double MaxMillis() const { return static_cast<double>(max_nanos_) / 1e6; }

 private:
  // Values below 64 have a bucket each; above, each power of two has 64.
  static constexpr int kSubBits = 6;
  static constexpr size_t kBuckets = (64 - kSubBits) << kSubBits;

  static size_t BucketOf(uint64_t nanos);
  static uint64_t UpperBound(size_t bucket);

  std::array<int64_t, kBuckets> counts_{};
  int64_t count_ = 0;
  uint64_t max_nanos_ = 0;
};

}  // namespace budgetwatch::bench
