#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace budgetwatch {

// Microseconds since 1970-01-01T00:00:00Z.
using WallMicros = int64_t;

// Source of time. Rules take times and dates as arguments; only wiring and the
// commit loop ask a clock. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The wall clock; may step backwards.
  virtual WallMicros Now() const = 0;
};

// The system's clock.
class SystemClock : public Clock {
 public:
  WallMicros Now() const override;
};

// A moment of a clock that never steps, for durations and deadlines only.
using SteadyTime = std::chrono::steady_clock::time_point;
SteadyTime SteadyNow();

// The same in nanoseconds.
int64_t MonotonicNanos();

// Whether a deadline of the system's clock, as gRPC gives it, has passed.
bool HasPassed(std::chrono::system_clock::time_point deadline);

// "2020-06-30T08:00:00.000000Z".
std::string FormatWallTime(WallMicros time);

}  // namespace budgetwatch
