#pragma once

#include <optional>
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
  // What the score rests on where a reader would not expect it, a sentence each.
  std::vector<std::string> notes_zh;
  std::vector<std::string> notes_en;
  int unobserved_count = 0;
};

// Scores a line. `attainments` are those of its indicators, in their order.
//
// An indicator earns its weight when its target is met, else its weight times the share of
// the target that was reached, at most 1; a degree in words always earns its share; what is
// unknown earns nothing.
// The execution earns its weight times disbursed/budget, from 0 to 1. Spending above the
// budget earns the full weight and no more: the forms of 财预〔2020〕10号 score the ratio up
// to the item's points, and overspending is answered by its own warning, not by points.
// The budget is the one in force, with its adjustments. Without a budget the full weight is
// earned as long as nothing was spent, else nothing.
// REQUIRES: one attainment for each indicator; rules as CheckScoreRules (score_rules.h) accepts
// them.
ProjectScore ScoreProject(const Project& project, int64_t disbursed_fen,
                          const std::vector<Attainment>& attainments, const ScoreRules& rules);

// Whether the line counts in its department's score: lines of 项目支出 and others with
// indicators do, those that the forms have a sheet for. Salaries and running costs without
// indicators have an execution and no results, and would drown the projects.
bool CountsForDepartment(const Project& project);

// Mean of the points of the lines that count, weighted by their budgets, evenly when all of
// these are 0; nothing when no line counts.
std::optional<Rational> MeanPoints(const std::vector<ProjectScore>& scores);

// Grade of a score under the rules, by the score as displayed.
std::string GradeOf(const Rational& points, const ScoreRules& rules);

}  // namespace budgetwatch
