#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "service/business_calendar.h"

namespace budgetwatch {

// The day by a clock in a time zone. Thread-safe.
class ZonedCalendar : public BusinessCalendar {
 public:
  // Null when the zone's name is not known to this machine. The clock outlives it.
  static std::unique_ptr<ZonedCalendar> Create(const std::string& time_zone, const Clock* clock);
  ~ZonedCalendar() override;

  Date Today() const override;
  bool fixed() const override { return false; }

 private:
  struct Zone;
  ZonedCalendar();

  std::unique_ptr<Zone> zone_;
  const Clock* clock_ = nullptr;
};

// A day that never changes. Thread-safe.
class FixedCalendar : public BusinessCalendar {
 public:
  explicit FixedCalendar(Date today) : today_(today) {}

  Date Today() const override { return today_; }
  bool fixed() const override { return true; }

 private:
  const Date today_;
};

}  // namespace budgetwatch
