#include "bench/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace budgetwatch::bench {

size_t LatencyHistogram::BucketOf(uint64_t nanos) {
  const int shift = std::max(0, static_cast<int>(std::bit_width(nanos)) - 1 - kSubBits);
  return (static_cast<size_t>(shift) << kSubBits) + static_cast<size_t>(nanos >> shift);
}

// The largest value of a bucket.
uint64_t LatencyHistogram::UpperBound(size_t bucket) {
  if (bucket < (size_t{2} << kSubBits)) return bucket;
  const size_t shift = (bucket >> kSubBits) - 1;
  const uint64_t first = (bucket - (shift << kSubBits)) << shift;
  return first + (uint64_t{1} << shift) - 1;
}

void LatencyHistogram::Add(std::chrono::nanoseconds duration) {
  const uint64_t nanos = static_cast<uint64_t>(std::max<int64_t>(0, duration.count()));
  ++counts_[BucketOf(nanos)];
  ++count_;
  max_nanos_ = std::max(max_nanos_, nanos);
}

double LatencyHistogram::QuantileMillis(double share) const {
  const auto wanted = static_cast<int64_t>(std::ceil(share * static_cast<double>(count_)));
  int64_t seen = 0;
  for (size_t bucket = 0; bucket < kBuckets && count_ > 0; ++bucket) {
    seen += counts_[bucket];
    if (seen >= wanted) {
      return static_cast<double>(std::min(UpperBound(bucket), max_nanos_)) / 1e6;
    }
  }
  return 0;
}

}  // namespace budgetwatch::bench
