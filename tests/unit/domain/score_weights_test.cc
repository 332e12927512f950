// Goal: whatever a plan says about weights, the items of a line can earn 100 points together,
// and the line says how they were found.
// Method: a table of indicators with their levels and weights; every way of spreading them.

#include "domain/score_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/builders.h"

namespace budgetwatch {
namespace {

using testing::HasSubstr;

struct Line {
  const char* level1;
  const char* level2;
  const char* weight;
};

Project ProjectOf(const std::vector<Line>& lines) {
  Project project = MakeProject("P", 100);
  for (const Line& line : lines) {
    Indicator indicator;
    indicator.indicator_id = std::to_string(project.indicators.size() + 1);
    indicator.level1 = line.level1;
    indicator.level2 = line.level2;
    indicator.weight = line.weight;
    project.indicators.push_back(std::move(indicator));
  }
  return project;
}

// "50/3 20* | ...": the weights of the indicators, those of the plan with a star.
std::string WeightsText(const ScoreWeights& weights) {
  std::string text;
  for (const IndicatorWeight& weight : weights.indicators) {
    text +=
        (text.empty() ? "" : " ") + FormatFraction(weight.weight) + (weight.from_plan ? "*" : "");
  }
  return text;
}

void ExpectFull(const ScoreWeights& weights, const char* about) {
  Rational sum = weights.execution;
  for (const IndicatorWeight& weight : weights.indicators) {
    EXPECT_GE(weight.weight, 0) << about;
    sum += weight.weight;
  }
  EXPECT_EQ(sum, 100) << about;
}

struct SpreadCase {
  const char* about;
  std::vector<Line> lines;
  const char* weights;
  const char* zh;
  const char* en;
};

const std::vector<SpreadCase> kSpreadCases = {
    {"no weights",
     {{"产出指标", "", ""},
      {"产出指标", "", ""},
      {"产出指标", "", ""},
      {"效果指标", "", ""},
      {"满意度指标", "", ""}},
     "50/3 50/3 50/3 30 10",
     "预算执行率 10 分；产出指标 50 分由 3 个指标均分；满意度指标 10 分由 1 个指标承担；"
     "效益指标 30 分由 1 个指标承担。",
     "Execution of the budget 10 points; 产出指标 50 points spread evenly over 3 indicators; "
     "满意度指标 10 points spread evenly over 1 indicator; 效益指标 30 points spread evenly over "
     "1 indicator."},
    {"the plan weighs all, in its own proportion",
     {{"产出指标", "", "30"}, {"效益指标", "", "40"}, {"满意度指标", "", "20"}},
     "30* 40* 20*",
     "预算执行率 10 分；各指标分值均取自计划，合计 90 分。",
     "all indicators have the plan's weights, together 90 points."},
    {"the plan weighs a section wholly",
     {{"产出指标", "", "20"}, {"产出指标", "", "30"}, {"效益指标", "", ""}, {"满意度指标", "", ""}},
     "20* 30* 30 10",
     "产出指标 50 分按计划所定分值；",
     "产出指标 50 points as the plan weighs them;"},
    {"the plan weighs some of a section",
     {{"产出指标", "", "12.5"},
      {"产出指标", "", ""},
      {"产出指标", "", ""},
      {"效益指标", "", ""},
      {"满意度指标", "", ""}},
     "25/2* 75/4 75/4 30 10",
     "产出指标 50 分，其中 12.5 分按计划所定分值，其余 37.5 分由 2 个指标均分",
     "产出指标 50 points, 12.5 of them as the plan weighs them and 37.5 spread evenly over 2 "
     "indicators without a weight"},
    {"nothing is left for one without a weight",
     {{"产出指标", "", "50"}, {"产出指标", "", ""}, {"效益指标", "", ""}, {"满意度指标", "", ""}},
     "50* 0 30 10",
     "其中 50 分按计划所定分值，1 个未定分值的指标不占分",
     "50 of them as the plan weighs them, which leaves nothing to 1 indicator without a weight"},
    {"the plan's weights exceed the section",
     {{"产出指标", "", "40"},
      {"产出指标", "", "60"},
      {"产出指标", "", ""},
      {"效益指标", "", ""},
      {"满意度指标", "", ""}},
     "20 30 0 30 10",
     "产出指标 50 分，计划所定分值合计 100 分，按比例折算，1 个未定分值的指标不占分",
     "to which the plan's weights of together 100 are scaled, which leaves nothing to 1"},
    {"the plan's weights leave a rest that nobody takes",
     {{"产出指标", "", "10"}, {"产出指标", "", "30"}, {"效益指标", "", ""}, {"满意度指标", "", ""}},
     "25/2 75/2 30 10",
     "计划所定分值合计 40 分，按比例折算；",
     "to which the plan's weights of together 40 are scaled;"},
    {"weights of 0 alone",
     {{"产出指标", "", "0"},
      {"产出指标", "", "0.00"},
      {"效益指标", "", ""},
      {"满意度指标", "", ""}},
     "25 25 30 10",
     "产出指标 50 分，计划所定分值均为 0，由 2 个指标均分",
     "whose plan weights are all 0, spread evenly over 2 indicators"},
    {"a weight of 0 beside one without",
     {{"产出指标", "", "0"}, {"产出指标", "", ""}, {"效益指标", "", ""}, {"满意度指标", "", ""}},
     "0* 50 30 10",
     "其中 0 分按计划所定分值，其余 50 分由 1 个指标承担",
     "and 50 spread evenly"},
    {"a section without an indicator",
     {{"产出指标", "", ""}, {"满意度指标", "", ""}},
     "75 15",
     "产出指标 75 分由 1 个指标承担；满意度指标 15 分由 1 个指标承担。计划没有效益指标，其 30 "
     "分按比例并入其他部分。",
     "The plan has no indicators of 效益指标: their 30 points go to the other sections in "
     "proportion."},
    {"one section alone",
     {{"满意度指标", "", ""}, {"满意度指标", "", "10"}},
     "80 10*",
     "计划没有产出指标、效益指标，其 80 分",
     "no indicators of 产出指标, 效益指标: their 80 points"},
    {"the plan's weights of a section that grew",
     {{"产出指标", "", "50"}, {"满意度指标", "", "10"}},
     "75 15",
     "产出指标 75 分，计划所定分值合计 50 分，按比例折算",
     "of together 50 are scaled"},
    {"an indicator of no section",
     {{"产出指标", "", ""}, {"其他指标", "其他", ""}, {"效益指标", "", ""}, {"满意度指标", "", ""}},
     "25 25 30 10",
     "指标 2 的一级、二级指标名称不属于任何部分，归入产出指标。",
     "The levels of the indicators 2 belong to no section; they are counted in 产出指标."},
    {"indicators without levels",
     {{"", "", ""}, {"", "", ""}, {"", "", ""}, {"", "", ""}, {"", "", ""}, {"", "", ""}},
     "15 15 15 15 15 15",
     "指标 1、2、3、4、5等 的一级",
     "indicators 1, 2, 3, 4, 5 and others"},
    {"weights that are none",
     {{"产出指标", "", "-1"},
      {"产出指标", "", "x"},
      {"效益指标", "", "1e1"},
      {"满意度指标", "", ""}},
     "25 25 30 10",
     "指标 1、2、3 的分值不是非负小数，按未定分值处理。",
     "The weights of the indicators 1, 2, 3 are no decimals from 0 on and do not count."},
};

TEST(ScoreWeights, EveryWayOfSpreadingAddsUpAndIsTold) {
  for (const SpreadCase& test : kSpreadCases) {
    const Project project = ProjectOf(test.lines);
    const ScoreWeights weights = WeightsOf(project, ScoreRules());
    EXPECT_EQ(WeightsText(weights), test.weights) << test.about;
    EXPECT_THAT(weights.text_zh, HasSubstr(test.zh)) << test.about;
    EXPECT_THAT(weights.text_en, HasSubstr(test.en)) << test.about;
    EXPECT_EQ(weights.execution, 10) << test.about;
    ExpectFull(weights, test.about);
  }
}

TEST(ScoreWeights, WithoutIndicatorsTheExecutionTakesAll) {
  const ScoreWeights weights = WeightsOf(MakeProject("P", 100), ScoreRules());
  EXPECT_EQ(weights.execution, 100);
  EXPECT_TRUE(weights.indicators.empty());
  EXPECT_THAT(weights.text_zh, HasSubstr("未设绩效指标，仅按预算执行率评分"));
  EXPECT_THAT(weights.text_en, HasSubstr("no indicators"));
}

TEST(ScoreWeights, SectionsAreFoundByFirstAndSecondLevel) {
  const struct {
    const char* level1;
    const char* level2;
    const char* section;
  } cases[] = {{"产出指标", "数量指标", "产出指标"},
               {"产出", "", "产出指标"},
               {"", "时效指标", "产出指标"},
               {"项目产出", "质量指标", "产出指标"},
               {"成本指标", "经济成本指标", "产出指标"},
               {"效果指标", "可持续影响指标", "效益指标"},
               {"", "社会效益指标", "效益指标"},
               {"效益指标", "服务对象满意度指标", "满意度指标"},
               {"满意度指标", "", "满意度指标"}};
  const ScoreRules rules;
  for (const auto& test : cases) {
    const ScoreWeights weights = WeightsOf(ProjectOf({{test.level1, test.level2, ""}}), rules);
    EXPECT_EQ(rules.sections[weights.indicators[0].section].name, test.section)
        << test.level1 << "/" << test.level2;
  }
}

// 财预〔2021〕101号: cost has a weight of its own, also where forms have it under the output.
TEST(ScoreWeights, ASectionThatIsTriedBeforeTakesItsIndicators) {
  ScoreRules rules;
  rules.sections = {{"成本指标", {"成本"}, 2'000},
                    {"产出指标", {"产出"}, 4'000},
                    {"满意度指标", {"满意度"}, 1'000},
                    {"效益指标", {"效益"}, 2'000}};
  const ScoreWeights weights = WeightsOf(ProjectOf({{"产出指标", "成本指标", ""},
                                                    {"产出指标", "数量指标", ""},
                                                    {"成本指标", "经济成本指标", ""},
                                                    {"效益指标", "", ""},
                                                    {"满意度指标", "", ""}}),
                                         rules);
  EXPECT_EQ(WeightsText(weights), "10 40 10 20 10");
  ExpectFull(weights, "cost");
}

TEST(ScoreWeights, RulesMayLeaveTheExecutionOut) {
  ScoreRules rules;
  rules.execution_weight_centi = 0;
  rules.sections[0].weight_centi = 6'000;
  const ScoreWeights weights = WeightsOf(ProjectOf({{"产出指标", "", ""}}), rules);
  EXPECT_EQ(weights.execution, 0);
  EXPECT_EQ(WeightsText(weights), "100");
  // Where there is nothing else to score, it is all the same the execution.
  EXPECT_EQ(WeightsOf(ProjectOf({}), rules).execution, 100);
}

}  // namespace
}  // namespace budgetwatch
