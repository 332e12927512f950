#pragma once

#include <string>
#include <vector>

#include "domain/profile.h"

namespace budgetwatch {

// Bounds of score rules.
inline constexpr int kFullScoreCenti = 10'000;
inline constexpr size_t kMaxScoreItems = 20;      // sections, words of one, grades
inline constexpr size_t kMaxScoreNameBytes = 60;  // of names and words

// Something wrong with score rules, named as in a profile file.
struct ScoreRuleProblem {
  std::string list;  // "sections", "grades" or "tiers"; empty: the rules themselves
  int index = -1;    // in the list; -1: the list as a whole
  std::string key;   // below that; empty: none
  std::string message_en;
  std::string message_zh;
};

// All that keeps the rules from scoring anything to 100 points and to one grade: weights that
// do not sum to 100, sections that no indicator can reach, tiers that overlap, grades out of
// order, and texts past their bounds.
std::vector<ScoreRuleProblem> CheckScoreRules(const ScoreRules& rules);

}  // namespace budgetwatch
