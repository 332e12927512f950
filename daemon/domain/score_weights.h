#pragma once

#include <string>
#include <vector>

#include "domain/plan.h"
#include "domain/profile.h"
#include "domain/rational.h"

namespace budgetwatch {

// Name of the item of the budget's execution (预算执行率).
inline constexpr const char* kExecutionSection = "预算执行率";

struct IndicatorWeight {
  size_t section = 0;  // index of the rules' section
  Rational weight;
  bool from_plan = false;  // exactly as the plan has it
};

// What each item of a line's score can earn: 100 points together.
struct ScoreWeights {
  Rational execution;
  std::vector<IndicatorWeight> indicators;  // in the order of the project
  std::string text_zh;                      // how they were found
  std::string text_en;
};

// Weights of a line's items:
// - Without indicators the execution takes all 100 points.
// - Indicators that all carry a weight in the plan, together what the execution leaves of 100,
//   keep them, whatever the sections say: 财预〔2020〕10号 lets an office move weights as long
//   as they sum to 100.
// - Else the sections without an indicator pass their weight on to the others in proportion.
//   In a section the plan's weights count, and the rest is spread evenly over the indicators
//   without one; plan weights that exceed the section, or leave a rest that nobody takes, are
//   scaled to it.
// - An indicator of no section belongs to the section of the greatest weight, where it moves
//   the others least.
// REQUIRES: rules as CheckScoreRules (score_rules.h) accepts them.
ScoreWeights WeightsOf(const Project& project, const ScoreRules& rules);

}  // namespace budgetwatch
