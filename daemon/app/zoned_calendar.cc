#include "app/zoned_calendar.h"

#include <absl/time/time.h>

#include "base/check.h"

namespace budgetwatch {

struct ZonedCalendar::Zone {
  absl::TimeZone zone;
};

ZonedCalendar::ZonedCalendar() = default;
ZonedCalendar::~ZonedCalendar() = default;

std::unique_ptr<ZonedCalendar> ZonedCalendar::Create(const std::string& time_zone,
                                                     const Clock* clock) {
  auto zone = std::make_unique<Zone>();
  if (!absl::LoadTimeZone(time_zone, &zone->zone)) return nullptr;
  std::unique_ptr<ZonedCalendar> calendar(new ZonedCalendar());
  calendar->zone_ = std::move(zone);
  calendar->clock_ = clock;
  return calendar;
}

Date ZonedCalendar::Today() const {
  const absl::CivilDay day = absl::ToCivilDay(absl::FromUnixMicros(clock_->Now()), zone_->zone);
  const auto date = Date::FromCivil(static_cast<int>(day.year()), day.month(), day.day());
  BW_CHECK(date.has_value());
  return *date;
}

}  // namespace budgetwatch
