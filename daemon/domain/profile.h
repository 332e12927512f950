#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/plan.h"

namespace budgetwatch {

// A share of the budget that the finance office demands by a date of the year,
// whatever the plan says (支出进度要求).
struct Floor {
  int month = 0;  // 1 to 12
  int day = 0;    // 1 to 31, an existing day in every year
  int32_t share_ppm = 0;

  friend bool operator==(const Floor&, const Floor&) = default;
};

// A day of the year on which every line is measured against time progress; also
// the checkpoints of lines that have no schedule.
struct MonitoringDay {
  int month = 0;
  int day = 0;

  friend bool operator==(const MonitoringDay&, const MonitoringDay&) = default;
};

// What differs between provinces and offices. The ledger records each profile it
// is run with, so that an old report keeps the thresholds of its time.
struct Profile {
  std::string name = "default";
  // Percentage points, as shares: how far a line may fall short of its plan, or
  // exceed the next checkpoint, before it counts.
  int32_t tolerance_ppm = 50'000;
  int32_t severe_ppm = 200'000;
  // A plan is backloaded when more than this share is due only after the day.
  int32_t backloaded_ppm = 500'000;
  MonitoringDay backloaded_after = {10, 31};
  std::vector<MonitoringDay> monitoring_days = {{3, 31}, {6, 30}, {9, 30}, {12, 31}};
  // None by default: floors are set by each finance office.
  std::vector<Floor> floors;

  friend bool operator==(const Profile&, const Profile&) = default;
};

}  // namespace budgetwatch
