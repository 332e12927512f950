#include "domain/schedule.h"

namespace budgetwatch {

Share PlannedShare(const Project& project, int fiscal_year, Date as_of) {
  if (project.checkpoints.empty()) return TimeProgressInYear(fiscal_year, as_of);
  int32_t share_ppm = 0;
  for (const Checkpoint& checkpoint : project.checkpoints) {
    if (checkpoint.date > as_of) break;
    if (checkpoint.cumulative_ppm) share_ppm = *checkpoint.cumulative_ppm;
  }
  return ShareFromPpm(share_ppm);
}

SchedulePosition PositionAt(const Project& project, int fiscal_year, Date as_of,
                            const Profile& profile) {
  SchedulePosition position;
  position.planned = PlannedShare(project, fiscal_year, as_of);
  position.next = {1, 1};
  position.next_checkpoint = Date::LastOfYear(fiscal_year);
  if (project.checkpoints.empty()) {
    position.last_checkpoint = LastMonitoringDay(profile, fiscal_year, as_of);
    if (const auto next = NextMonitoringDay(profile, fiscal_year, as_of)) {
      position.next = TimeProgress(*next);
      position.next_checkpoint = *next;
    }
    return position;
  }
  for (const Checkpoint& checkpoint : project.checkpoints) {
    if (checkpoint.date > as_of) {
      position.next = PlannedShare(project, fiscal_year, checkpoint.date);
      position.next_checkpoint = checkpoint.date;
      break;
    }
    position.last_checkpoint = checkpoint.date;
  }
  return position;
}

Date DayInYear(int month, int day, int fiscal_year) {
  if (const auto date = Date::FromCivil(fiscal_year, month, day)) return *date;
  return Date::LastOfMonth(fiscal_year, month);
}

std::optional<Date> LastMonitoringDay(const Profile& profile, int fiscal_year, Date as_of) {
  std::optional<Date> last;
  for (const MonitoringDay& day : profile.monitoring_days) {
    const Date date = DayInYear(day.month, day.day, fiscal_year);
    if (date <= as_of && (!last || date > *last)) last = date;
  }
  return last;
}

std::optional<Date> NextMonitoringDay(const Profile& profile, int fiscal_year, Date as_of) {
  std::optional<Date> next;
  for (const MonitoringDay& day : profile.monitoring_days) {
    const Date date = DayInYear(day.month, day.day, fiscal_year);
    if (date > as_of && (!next || date < *next)) next = date;
  }
  return next;
}

}  // namespace budgetwatch
