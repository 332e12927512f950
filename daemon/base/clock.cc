#include "base/clock.h"

#include <cstdio>
#include <ctime>

namespace budgetwatch {

WallMicros SystemClock::Now() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

SteadyTime SteadyNow() { return std::chrono::steady_clock::now(); }

int64_t MonotonicNanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(SteadyNow().time_since_epoch())
      .count();
}

bool HasPassed(std::chrono::system_clock::time_point deadline) {
  return deadline <= std::chrono::system_clock::now();
}

std::string FormatWallTime(WallMicros time) {
  WallMicros micros = time % 1'000'000;
  if (micros < 0) micros += 1'000'000;
  const std::time_t seconds = (time - micros) / 1'000'000;
  std::tm utc = {};
  gmtime_r(&seconds, &utc);
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", utc.tm_year + 1900,
                utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                static_cast<int>(micros));
  return buffer;
}

}  // namespace budgetwatch
