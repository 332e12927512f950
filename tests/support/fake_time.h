#pragma once

#include <atomic>

#include "base/clock.h"
#include "service/business_calendar.h"

namespace budgetwatch {

// A wall clock that moves only when it is told to, in either direction. Thread-safe.
class FakeClock : public Clock {
 public:
  explicit FakeClock(WallMicros now = 1'600'000'000'000'000) : now_(now) {}

  WallMicros Now() const override { return now_.load(); }
  void Set(WallMicros now) { now_ = now; }
  void Advance(WallMicros micros) { now_ += micros; }

 private:
  std::atomic<WallMicros> now_;
};

// A business date that is set by hand. Thread-safe.
class FakeCalendar : public BusinessCalendar {
 public:
  explicit FakeCalendar(Date today) : today_(today) {}

  Date Today() const override { return today_.load(); }
  bool fixed() const override { return true; }
  void Set(Date today) { today_ = today; }

 private:
  std::atomic<Date> today_;
};

}  // namespace budgetwatch
