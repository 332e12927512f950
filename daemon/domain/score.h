#pragma once

#include <string>
#include <vector>

#include "domain/attainment.h"
#include "domain/plan.h"
#include "domain/profile.h"

namespace budgetwatch {

// Points of one item of a score.
struct ScoreItem {
  const Indicator* indicator = nullptr;  // null: execution of the budget
  std::string section;                   // name of the profile's section
  Rational weight;
  Rational points;  // 0 <= points <= weight
  bool weight_from_plan = false;
  std::string observed_text;
  std::string lost_zh;  // why points were lost; empty when none were
  std::string lost_en;
};

// Score of one line: exact, to be rounded once for display.
struct ProjectScore {
  const Project* project = nullptr;
  Rational points;
  Rational full;  // 100
  std::string grade;
  std::vector<ScoreItem> items;  // execution first, then the indicators in their order
  std::string weights_zh;        // how weights were found
  std::string weights_en;
  int unobserved_count = 0;
};

// Scores a line. `attainments` are those of its indicators, in their order.
ProjectScore ScoreProject(const Project& project, int64_t disbursed_fen,
                          const std::vector<Attainment>& attainments, const ScoreRules& rules);

// Grade of a score under the rules, by the score as displayed.
std::string GradeOf(const Rational& points, const ScoreRules& rules);

}  // namespace budgetwatch
