// Goal: rules that could leave a score without 100 points or a grade are refused.
// Method: the built-in rules with one fault each.

#include "domain/score_rules.h"

#include <gtest/gtest.h>

#include <functional>

namespace budgetwatch {
namespace {

// Places of what is wrong, "sections[1].words grades".
std::string Places(const std::function<void(ScoreRules&)>& change) {
  ScoreRules rules;
  change(rules);
  std::string places;
  for (const ScoreRuleProblem& problem : CheckScoreRules(rules)) {
    EXPECT_FALSE(problem.message_en.empty());
    EXPECT_FALSE(problem.message_zh.empty());
    places += (places.empty() ? "" : " ") + problem.list;
    if (problem.index >= 0) places += "[" + std::to_string(problem.index) + "]";
    if (!problem.key.empty()) places += "." + problem.key;
  }
  return places;
}

using R = ScoreRules;

TEST(ScoreRules, TheBuiltInOnesAreGood) {
  EXPECT_EQ(Places([](R&) {}), "");
}

TEST(ScoreRules, BadOnesAreNamed) {
  const std::string name = "sections[1].name";
  EXPECT_EQ(Places([](R& r) { r.execution_weight_centi = 1'001; }), "sections");
  EXPECT_EQ(Places([](R& r) { r.sections[0].weight_centi = 4'999; }), "sections");
  EXPECT_EQ(Places([](R& r) { r.execution_weight_centi = -1; }), ".execution_weight sections");
  EXPECT_EQ(Places([](R& r) { r.execution_weight_centi = 10'000; }), ".execution_weight sections");
  EXPECT_EQ(Places([](R& r) { r.sections.clear(); }), "sections");
  EXPECT_EQ(Places([](R& r) { r.sections.resize(21); }), "sections");
  EXPECT_EQ(
      Places([](R& r) { r.sections[0].weight_centi = 6'000, r.sections[1].weight_centi = 0; }),
      "sections[1].weight");
  EXPECT_EQ(Places([](R& r) { r.sections[1].name = ""; }), name);
  EXPECT_EQ(Places([](R& r) { r.sections[1].name = "a\nb"; }), name);
  EXPECT_EQ(Places([](R& r) { r.sections[1].name = "\xff"; }), name);
  EXPECT_EQ(Places([](R& r) { r.sections[1].name = std::string(61, 'a'); }), name);
  EXPECT_EQ(Places([](R& r) { r.sections[1].name = r.sections[0].name; }), name);
  EXPECT_EQ(Places([](R& r) { r.sections[1].words.clear(); }), "sections[1].words");
  EXPECT_EQ(Places([](R& r) { r.sections[1].words = {"满意度", ""}; }), "sections[1].words");
  EXPECT_EQ(Places([](R& r) { r.sections[1].words.assign(21, "甲"); }), "sections[1].words");
  EXPECT_EQ(Places([](R& r) { r.sections[1].words = {"产出"}; }), "sections[1].words");
  EXPECT_EQ(Places([](R& r) { r.sections[1].words = {"产出质量"}; }), "sections[1].words");
  // The longer word may stand before the shorter one.
  EXPECT_EQ(Places([](R& r) { r.sections[0].words = {"效益质量"}; }), "");
  EXPECT_EQ(Places([](R& r) { r.partly_from_percent = 80; }), "tiers.partly_from");
  EXPECT_EQ(Places([](R& r) { r.partly_from_percent = 0; }), "tiers.partly_from");
  EXPECT_EQ(Places([](R& r) { r.achieved_from_percent = 101; }), "tiers.achieved_from");
  EXPECT_EQ(Places([](R& r) { r.achieved_from_percent = 60; }), "tiers.partly_from");
  EXPECT_EQ(Places([](R& r) { r.grades.clear(); }), "grades");
  EXPECT_EQ(Places([](R& r) { r.grades[1].from_centi = 9'000; }), "grades[1].from");
  EXPECT_EQ(Places([](R& r) { r.grades[0].from_centi = 10'001; }), "grades[0].from");
  EXPECT_EQ(Places([](R& r) { r.grades[3].from_centi = 1; }), "grades[3].from");
  EXPECT_EQ(Places([](R& r) { r.grades[3].from_centi = -1; }), "grades[3].from grades[3].from");
  EXPECT_EQ(Places([](R& r) { r.grades[2].name = "优"; }), "grades[2].name");
  EXPECT_EQ(Places([](R& r) { r.grades[2].name = ""; }), "grades[2].name");
}

TEST(ScoreRules, AllThatIsWrongIsTold) {
  EXPECT_EQ(Places([](R& r) {
              r.execution_weight_centi = 0;
              r.partly_from_percent = 90;
              r.grades = {{"", 0}};
            }),
            "sections tiers.partly_from grades[0].name");
}

}  // namespace
}  // namespace budgetwatch
