// Goal: times print in UTC to the microsecond, before 1970 too. Method: a table.

#include "base/clock.h"

#include <gtest/gtest.h>

namespace budgetwatch {
namespace {

TEST(Clock, TimesPrintInUtcToTheMicrosecond) {
  const std::pair<WallMicros, const char*> cases[] = {
      {0, "1970-01-01T00:00:00.000000Z"},
      {1, "1970-01-01T00:00:00.000001Z"},
      {-1, "1969-12-31T23:59:59.999999Z"},
      {-1'000'000, "1969-12-31T23:59:59.000000Z"},
      {1'593'504'000'000'000, "2020-06-30T08:00:00.000000Z"},
      {951'782'400'123'456, "2000-02-29T00:00:00.123456Z"}};
  for (const auto& [time, text] : cases) EXPECT_EQ(FormatWallTime(time), text);
}

TEST(Clock, MonotonicTimeNeverFalls) {
  int64_t last = MonotonicNanos();
  for (int i = 0; i < 1000; ++i) {
    const int64_t now = MonotonicNanos();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace budgetwatch
