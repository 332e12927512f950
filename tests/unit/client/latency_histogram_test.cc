// Goal: quantiles are right within 1/64, whatever the durations.
// Method: compare with sorting.

#include "bench/latency_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace budgetwatch::bench {
namespace {

using std::chrono::nanoseconds;

TEST(LatencyHistogramTest, EmptyIsZero) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.QuantileMillis(0.5), 0);
  EXPECT_EQ(histogram.MaxMillis(), 0);
}

TEST(LatencyHistogramTest, OneDurationIsEveryQuantile) {
  for (const int64_t nanos : {int64_t{0}, int64_t{1}, int64_t{127}, int64_t{128}, int64_t{255},
                              int64_t{256}, int64_t{1'000'003}, INT64_MAX}) {
    LatencyHistogram histogram;
    histogram.Add(nanoseconds(nanos));
    const double millis = static_cast<double>(nanos) / 1e6;
    EXPECT_DOUBLE_EQ(histogram.QuantileMillis(0.01), millis) << nanos;
    EXPECT_DOUBLE_EQ(histogram.QuantileMillis(1), millis) << nanos;
    EXPECT_DOUBLE_EQ(histogram.MaxMillis(), millis) << nanos;
  }
}

TEST(LatencyHistogramTest, NegativeCountsAsZero) {
  LatencyHistogram histogram;
  histogram.Add(nanoseconds(-5));
  EXPECT_EQ(histogram.count(), 1);
  EXPECT_EQ(histogram.QuantileMillis(1), 0);
}

TEST(LatencyHistogramTest, AgreesWithSorting) {
  std::mt19937_64 random(7);
  std::vector<int64_t> durations;
  LatencyHistogram histogram;
  for (int i = 0; i < 10'000; ++i) {
    const auto nanos = static_cast<int64_t>(random() >> (random() % 60 + 2));
    durations.push_back(nanos);
    histogram.Add(nanoseconds(nanos));
  }
  std::sort(durations.begin(), durations.end());
  for (const double share : {0.0001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.9999, 1.0}) {
    const auto place = static_cast<size_t>(std::ceil(share * 10'000)) - 1;
    const double exact = static_cast<double>(durations[place]) / 1e6;
    EXPECT_GE(histogram.QuantileMillis(share), exact) << share;
    EXPECT_LE(histogram.QuantileMillis(share), exact * 65 / 64 + 1e-6) << share;
  }
}

}  // namespace
}  // namespace budgetwatch::bench
