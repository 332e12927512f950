#pragma once

#include <optional>

#include "domain/plan.h"
#include "domain/profile.h"
#include "domain/share.h"

namespace budgetwatch {

// What a line's plan asks for around a date. A blank checkpoint carries the share
// before it forward, 0 at the start. A line without a schedule follows time
// progress day by day, with the profile's monitoring days as its checkpoints.
struct SchedulePosition {
  Share planned;                        // share due by the date
  std::optional<Date> last_checkpoint;  // last one on or before the date
  Share next;                           // share of the first checkpoint after it, else 1
  Date next_checkpoint;                 // that checkpoint, else the last day of the year
};

SchedulePosition PositionAt(const Project& project, int fiscal_year, Date as_of,
                            const Profile& profile);

// Share due by `as_of`.
Share PlannedShare(const Project& project, int fiscal_year, Date as_of);

// The day of the monitoring day in `fiscal_year`; 29 February is read as the 28th
// where there is none.
Date DayInYear(int month, int day, int fiscal_year);

// The last monitoring day of the year on or before `as_of`.
std::optional<Date> LastMonitoringDay(const Profile& profile, int fiscal_year, Date as_of);

// The first monitoring day of the year after `as_of`.
std::optional<Date> NextMonitoringDay(const Profile& profile, int fiscal_year, Date as_of);

}  // namespace budgetwatch
