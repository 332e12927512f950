#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/performance_report.h"
#include "domain/score.h"

namespace budgetwatch {

// Scores of a department's own lines. Points into the report that it was made from.
struct Scorecard {
  std::string profile_name;
  std::vector<ProjectScore> projects;  // in the order of the plan
  std::optional<Rational> points;      // MeanPoints of the lines
  std::string grade;                   // of the points; empty without
};

Scorecard MakeScorecard(const PerformanceReport& report, const Profile& profile);

}  // namespace budgetwatch
