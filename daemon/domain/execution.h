#pragma once

#include <cstdint>
#include <optional>

#include "domain/plan.h"
#include "domain/profile.h"
#include "domain/schedule.h"
#include "domain/totals.h"

namespace budgetwatch {

// Where a line stands against its own plan; the first in this order that holds,
// with A disbursed, B budget, P planned share and N the next checkpoint's share.
enum class ExecutionStatus {
  kOverspent = 1,       // A > B
  kSeverelyBehind = 2,  // A/B < P − severe
  kBehind = 3,          // A/B < P − tolerance
  kAhead = 4,           // A/B > N + tolerance
  kCompleted = 5,       // A = B
  kNotDue = 6,          // P = 0 and A = 0
  kOnTrack = 7,
};

// REQUIRES: budget_fen >= 0. With a budget of 0 there is no ratio, and only
// kOverspent, kCompleted, kNotDue and kOnTrack can hold.
ExecutionStatus StatusOf(int64_t budget_fen, int64_t disbursed_fen,
                         const SchedulePosition& position, const Profile& profile);

// Money of one or several lines.
struct ExecutionFigures {
  int64_t budget_fen = 0;
  int64_t disbursed_fen = 0;
  int64_t planned_fen = 0;  // each line rounded half up, so that tables add up

  ExecutionFigures& operator+=(const ExecutionFigures& other);

  // Absent when the budget is 0. For display only.
  std::optional<double> ExecutionRatio() const;
  std::optional<double> PlannedRatio() const;
  std::optional<double> DeviationRatio() const;
};

// Execution of one line at the end of a date.
struct LineExecution {
  ExecutionFigures figures;
  int64_t payment_count = 0;
  SchedulePosition position;
  ExecutionStatus status = ExecutionStatus::kOnTrack;
};

LineExecution ExecutionOf(const Project& project, int fiscal_year, Date as_of,
                          const Total& disbursed, const Profile& profile);

}  // namespace budgetwatch
