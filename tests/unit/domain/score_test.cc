// Goal: points are exact, never above their weight, have a grade by what is displayed, and
// every lost point has its sentence; no figure divides by zero.
// Method: tables of attainments as they are judged elsewhere, single items against sentences.

#include "domain/score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/score_text.h"
#include "support/builders.h"

namespace budgetwatch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kBudget = 1'000'000;

Rational Fraction(int64_t numerator, int64_t denominator) {
  Rational value(numerator, denominator);
  value.canonicalize();
  return value;
}

NumberRequirement Number(Comparator comparator, const char* value, std::string unit = "个",
                         const char* upper = "0") {
  return {comparator, *ParseDecimal(value), *ParseDecimal(upper), std::move(unit)};
}

// An indicator that was not met, with this share of its target.
Attainment Missed(decltype(Requirement::ask) ask, Rational share, std::string observed) {
  Attainment attainment;
  attainment.requirement.ask = std::move(ask);
  attainment.share = std::move(share);
  attainment.state = TargetState::kNotMet;
  attainment.unknown_cause = UnknownCause::kNone;
  attainment.observed_text = std::move(observed);
  return attainment;
}

Attainment Met(Rational share = 1) {
  Attainment attainment = Missed(Number(Comparator::kGe, "1"), std::move(share), "1 个");
  attainment.state = TargetState::kMet;
  return attainment;
}

Attainment Unknown(UnknownCause cause) {
  Attainment attainment;
  attainment.unknown_cause = cause;
  return attainment;
}

// An indicator of output that takes 90 points alone.
Project ProjectWithOneIndicator() {
  Project project = MakeProject("P", kBudget);
  Indicator indicator;
  indicator.indicator_id = "1";
  indicator.level1 = "产出指标";
  indicator.target_text = "≥4754";
  project.indicators.push_back(std::move(indicator));
  return project;
}

// Scores one indicator beside a budget that is spent wholly.
ProjectScore ScoreOne(Attainment attainment) {
  static const Project project = ProjectWithOneIndicator();
  attainment.indicator = &project.indicators[0];
  return ScoreProject(project, kBudget, {attainment}, ScoreRules());
}

// Scores a line without indicators.
ProjectScore ScoreExecution(int64_t budget_fen, int64_t disbursed_fen) {
  static Project project;
  project = MakeProject("P", budget_fen);
  return ScoreProject(project, disbursed_fen, {}, ScoreRules());
}

TEST(Score, AnItemEarnsItsWeightTimesTheShareUpToOne) {
  const struct {
    Attainment attainment;
    Rational points;  // of 90
  } cases[] = {
      {Met(), 90},
      // Met counts in full, whatever the share says.
      {Met(Fraction(1, 2)), 90},
      {Met(0), 90},
      {Met(Fraction(3, 2)), 90},
      {Missed(Number(Comparator::kGe, "4754"), Fraction(4604, 4754), "4604 个"),
       Fraction(90 * 4604, 4754)},
      {Missed(Number(Comparator::kLe, "5300"), Fraction(5300, 5830), "5830 个"),
       Fraction(90 * 5300, 5830)},
      {Missed(Number(Comparator::kGe, "4"), 0, "0 个"), 0},
      {Missed(Number(Comparator::kLe, "0"), 0, "3 个"), 0},
      {Missed(Number(Comparator::kGe, "4"), -1, "-4 个"), 0},
      {Missed(YesNoRequirement{true}, 0, "否"), 0},
      {Missed(DegreeRequirement{}, Fraction(60, 100), "部分达成"), 54},
      {Unknown(UnknownCause::kUnobserved), 0},
      {Unknown(UnknownCause::kIncomparable), 0},
  };
  for (const auto& test : cases) {
    const ProjectScore score = ScoreOne(test.attainment);
    ASSERT_EQ(score.items.size(), 2u);
    const ScoreItem& item = score.items[1];
    EXPECT_EQ(item.weight, 90);
    EXPECT_EQ(item.points, test.points) << item.lost_zh;
    EXPECT_EQ(item.lost_zh.empty(), test.points == 90) << item.lost_zh;
    EXPECT_EQ(item.lost_en.empty(), test.points == 90) << item.lost_en;
    EXPECT_EQ(score.points, 10 + test.points);
    EXPECT_EQ(score.full, 100);
  }
}

// What is reached in words still loses what its degree leaves open.
TEST(Score, ADegreeEarnsItsPercentEvenWhenAchieved) {
  Attainment attainment = Missed(DegreeRequirement{}, Fraction(85, 100), "达成 85 %");
  attainment.state = TargetState::kMet;
  const ProjectScore score = ScoreOne(attainment);
  EXPECT_EQ(score.items[1].points, Fraction(153, 2));
  EXPECT_EQ(score.items[1].lost_zh, "实际“达成 85 %”，按 85.00% 计分，扣 13.50 分。");
  attainment.share = 1;
  EXPECT_EQ(ScoreOne(attainment).items[1].points, 90);
}

TEST(Score, AStateThatIsUnknownEarnsNothingWhateverTheShare) {
  Attainment attainment = Unknown(UnknownCause::kIncomparable);
  attainment.share = 1;
  EXPECT_EQ(ScoreOne(attainment).items[1].points, 0);
}

// Published self-evaluations gave both of them full marks.
TEST(Score, EveryLostPointHasItsSentence) {
  const DateRequirement by{std::nullopt, Day("2020-10-31")};
  const DateRequirement within{Day("2020-06-01"), Day("2020-10-31")};
  const struct {
    Attainment attainment;
    const char* zh;
    const char* en;
  } cases[] = {
      {Missed(Number(Comparator::kGe, "4754"), Fraction(4604, 4754), "4604 个"),
       "实际 4604 个，低于目标 4754 个，完成 96.84%，扣 2.84 分。",
       "4604 个 is below the target 4754 个: 96.84% of the target, 2.84 points lost."},
      {Missed(Number(Comparator::kLe, "5300", "元"), Fraction(5300, 5830), "5830 元"),
       "实际 5830 元，高于目标 5300 元，目标值为实际值的 90.91%，扣 8.18 分。",
       "5830 元 is above the target 5300 元: the target is 90.91% of it, 8.18 points lost."},
      {Missed(Number(Comparator::kLe, "0", "起"), 0, "3 起"),
       "实际 3 起，高于目标 0 起，目标不是正数，无法按比例计分，扣 90.00 分。",
       "3 起 is above the target 0 起: the target is not above 0, so there is no proportion, 90.00 "
       "points lost."},
      {Missed(Number(Comparator::kGt, "5", ""), 0, "0"),
       "实际 0，低于目标 5，完成 0.00%，扣 90.00 分。",
       "0 is below the target 5: 0.00% of the target, 90.00 points lost."},
      {Missed(Number(Comparator::kEq, "10"), Fraction(10, 12), "12 个"),
       "实际 12 个，与目标 10 个 不一致，按 83.33% 计分，扣 15.00 分。",
       "12 个 is not the target 10 个: it counts as 83.33%, 15.00 points lost."},
      {Missed(Number(Comparator::kRange, "-1.5", "℃", "5"), Fraction(5, 10), "10 ℃"),
       "实际 10 ℃，不在目标 -1.5 至 5 ℃ 之内，按 50.00% 计分，扣 45.00 分。",
       "10 ℃ is outside the target -1.5 to 5 ℃: it counts as 50.00%, 45.00 points lost."},
      {Missed(YesNoRequirement{true}, 0, "否"), "实际“否”，目标“是”，未达成，扣 90.00 分。",
       "the answer is 否, the target 是, 90.00 points lost."},
      {Missed(DegreeRequirement{}, Fraction(60, 100), "部分达成"),
       "实际“部分达成”，按 60.00% 计分，扣 36.00 分。",
       "部分达成 earns 60.00% of the points, 36.00 points lost."},
      {Missed(by, 0, "2020-11-02"),
       "完成情况 2020-11-02，未按目标日期 2020-10-31 完成，扣 90.00 分。",
       "completion 2020-11-02 is not by the target date 2020-10-31, 90.00 points lost."},
      {Missed(within, 0, "否"),
       "完成情况 否，未在目标期间 2020-06-01 至 2020-10-31 完成，扣 90.00 分。",
       "completion 否 is not within the target period 2020-06-01 to 2020-10-31, 90.00 points "
       "lost."},
      {Unknown(UnknownCause::kUnobserved), "尚无完成值，不得分，扣 90.00 分。",
       "Nothing was observed, which earns nothing, 90.00 points lost."},
      {Unknown(UnknownCause::kIncomparable),
       "完成值 - 与指标值“≥4754”无法比较，不得分，扣 90.00 分。",
       "- cannot be compared with the target \"≥4754\" and earns nothing, 90.00 points lost."},
  };
  for (const auto& test : cases) {
    const ScoreItem item = ScoreOne(test.attainment).items[1];
    EXPECT_EQ(item.lost_zh, test.zh);
    EXPECT_EQ(item.lost_en, test.en);
    EXPECT_EQ(item.observed_text, test.attainment.observed_text);
  }
}

TEST(Score, ALossTooSmallToShowIsStillTold) {
  const ProjectScore score = ScoreOne(
      Missed(Number(Comparator::kGe, "1000000"), Fraction(999'999, 1'000'000), "999999 个"));
  EXPECT_EQ(score.items[1].lost_zh,
            "实际 999999 个，低于目标 1000000 个，完成 99.9999%，扣分不足 0.01 分。");
  EXPECT_THAT(score.items[1].lost_en, HasSubstr("99.9999% of the target, less than 0.01 points"));
  EXPECT_EQ(FormatDecimal(score.points, 2), "100.00");
  EXPECT_LT(score.points, 100);
}

// More than 5 was asked and 5 were reached: law 18 knows only the proportion.
TEST(Score, EqualityThatDoesNotMeetIsNoted) {
  const ProjectScore score = ScoreOne(Missed(Number(Comparator::kGt, "5"), 1, "5 个"));
  EXPECT_EQ(score.points, 100);
  EXPECT_EQ(score.items[1].lost_zh, "");
  EXPECT_THAT(score.notes_zh, ElementsAre("指标 1 未达到目标，但完成比例为 100%，按比例得满分。"));
  EXPECT_EQ(score.notes_en.size(), 1u);
}

TEST(Score, UnobservedIndicatorsAreCounted) {
  const ProjectScore unobserved = ScoreOne(Unknown(UnknownCause::kUnobserved));
  EXPECT_EQ(unobserved.unobserved_count, 1);
  EXPECT_THAT(unobserved.notes_zh, ElementsAre("有 1 个指标尚无完成值，按 0 分计。"));
  const ProjectScore incomparable = ScoreOne(Unknown(UnknownCause::kIncomparable));
  EXPECT_EQ(incomparable.unobserved_count, 0);
  EXPECT_THAT(incomparable.notes_zh, IsEmpty());
}

TEST(Score, TheExecutionEarnsItsRatio) {
  const struct {
    int64_t budget_fen, disbursed_fen;
    Rational points;  // of 100
    const char* observed;
    const char* lost_zh;
    size_t note_count;
  } cases[] = {
      {kBudget, kBudget, 100, "100.00%", "", 0},
      {kBudget, 800'000, 80, "80.00%",
       "预算执行率 80.00%（执行数 8,000.00 元，预算数 10,000.00 元），扣 20.00 分。", 0},
      {3, 1, Fraction(100, 3), "33.33%",
       "预算执行率 33.33%（执行数 0.01 元，预算数 0.03 元），扣 66.67 分。", 0},
      {kBudget, 0, 0, "0.00%",
       "预算执行率 0.00%（执行数 0.00 元，预算数 10,000.00 元），扣 100.00 分。", 0},
      // Overspent: the full weight and no more, with a note.
      {kBudget, kBudget + 1, 100, "100.00%", "", 1},
      {kBudget, 3 * kBudget, 100, "300.00%", "", 1},
      // More came back than was paid.
      {kBudget, -500, 0, "-0.05%", "执行数 -5.00 元，退款多于支付，执行率按 0 计，扣 100.00 分。",
       0},
      // Without a budget there is no ratio.
      {0, 0, 100, "-", "", 1},
      {0, -1, 100, "-", "", 1},
      {0, 1, 0, "-", "没有预算而执行数 0.01 元，不得分，扣 100.00 分。", 0},
      // No overflow at the limits.
      {kMaxAmountFen, 9'000'000'000'000'000'000, 100, "900000.00%", "", 1},
      {1, -9'000'000'000'000'000'000, 0, "-900000000000000000000.00%",
       "执行数 -90,000,000,000,000,000.00 元，退款多于支付，执行率按 0 计，扣 100.00 分。", 0},
  };
  for (const auto& test : cases) {
    const ProjectScore score = ScoreExecution(test.budget_fen, test.disbursed_fen);
    ASSERT_EQ(score.items.size(), 1u);
    const ScoreItem& item = score.items[0];
    EXPECT_EQ(item.indicator, nullptr);
    EXPECT_EQ(item.section, "预算执行率");
    EXPECT_EQ(item.points, test.points) << test.disbursed_fen;
    EXPECT_EQ(item.observed_text, test.observed);
    EXPECT_EQ(item.lost_zh, test.lost_zh);
    EXPECT_EQ(item.lost_en.empty(), item.lost_zh.empty());
    EXPECT_EQ(score.notes_zh.size(), test.note_count) << test.disbursed_fen;
    EXPECT_EQ(score.notes_en.size(), test.note_count) << test.disbursed_fen;
    EXPECT_EQ(score.points, test.points);
  }
}

TEST(Score, ItemsStandInTheOrderOfThePlanBehindTheExecution) {
  Project project = MakeProject("P", kBudget);
  for (const char* level1 : {"满意度指标", "产出指标", "效益指标", "产出指标"}) {
    Indicator indicator;
    indicator.indicator_id = std::to_string(project.indicators.size() + 1);
    indicator.level1 = level1;
    project.indicators.push_back(std::move(indicator));
  }
  project.indicators[1].weight = "20";
  const ProjectScore score =
      ScoreProject(project, 900'000,
                   {Met(), Missed(Number(Comparator::kGe, "3"), Fraction(1, 3), "1 个"), Met(),
                    Unknown(UnknownCause::kUnobserved)},
                   ScoreRules());
  EXPECT_EQ(score.project, &project);
  ASSERT_EQ(score.items.size(), 5u);
  const struct {
    const char* section;
    Rational weight, points;
    bool from_plan;
  } expected[] = {{"预算执行率", 10, 9, false},
                  {"满意度指标", 10, 10, false},
                  {"产出指标", 20, Fraction(20, 3), true},
                  {"效益指标", 30, 30, false},
                  {"产出指标", 30, 0, false}};
  for (size_t i = 0; i < score.items.size(); ++i) {
    const ScoreItem& item = score.items[i];
    EXPECT_EQ(item.section, expected[i].section) << i;
    EXPECT_EQ(item.weight, expected[i].weight) << i;
    EXPECT_EQ(item.points, expected[i].points) << i;
    EXPECT_EQ(item.weight_from_plan, expected[i].from_plan) << i;
    EXPECT_EQ(item.indicator, i == 0 ? nullptr : &project.indicators[i - 1]);
  }
  EXPECT_EQ(score.points, Fraction(167, 3));
  EXPECT_EQ(FormatDecimal(score.points, 2), "55.67");
  EXPECT_EQ(score.grade, "差");
}

TEST(Score, TheGradeFollowsTheScoreAsDisplayed) {
  const ScoreRules rules;
  const struct {
    Rational points;
    const char* grade;
  } cases[] = {{100, "优"},
               {90, "优"},
               {Fraction(89'995, 1'000), "优"},  // shown as 90.00
               {Fraction(89'994, 1'000), "良"},
               {80, "良"},
               {Fraction(79'994, 1'000), "中"},
               {60, "中"},
               {Fraction(59'994, 1'000), "差"},
               {0, "差"}};
  for (const auto& test : cases) {
    EXPECT_EQ(GradeOf(test.points, rules), test.grade) << FormatFraction(test.points);
  }
}

TEST(Score, TheMeanIsWeightedByBudgets) {
  const auto mean = [](std::vector<std::pair<int64_t, Rational>> lines) {
    std::vector<Project> projects;
    for (const auto& [budget_fen, points] : lines) projects.push_back(MakeProject("P", budget_fen));
    std::vector<ProjectScore> scores(lines.size());
    for (size_t i = 0; i < lines.size(); ++i) {
      scores[i].project = &projects[i];
      scores[i].points = lines[i].second;
    }
    return MeanPoints(scores);
  };
  EXPECT_EQ(mean({{100, 90}, {200, 60}}), Rational(70));
  EXPECT_EQ(mean({{0, 90}, {200, 60}}), Rational(60));
  EXPECT_EQ(mean({{0, 90}, {0, 61}}), Fraction(151, 2));
  EXPECT_EQ(mean({{kMaxAmountFen, 100}, {kMaxAmountFen, 99}}), Fraction(199, 2));
  EXPECT_FALSE(mean({}).has_value());
}

TEST(Score, TheMeanIsThatOfTheLinesWithAForm) {
  Project project = MakeProject("P", 100);
  Project salaries = MakeProject("RY", 1'000'000);
  salaries.kind = ProjectKind::kPersonnel;
  Project travel = MakeProject("SG", 300);
  travel.kind = ProjectKind::kThreePublic;
  const auto mean = [&] {
    std::vector<ProjectScore> scores(3);
    const Project* lines[] = {&project, &salaries, &travel};
    const int points[] = {90, 50, 70};
    for (size_t i = 0; i < 3; ++i) {
      scores[i].project = lines[i];
      scores[i].points = points[i];
    }
    return MeanPoints(scores);
  };
  EXPECT_EQ(mean(), Rational(90));
  travel.indicators.emplace_back();
  EXPECT_EQ(mean(), Rational(75));
  // A project without money beside lines that do not count is not outweighed by them.
  project.budget_fen = 0;
  travel.indicators.clear();
  EXPECT_EQ(mean(), Rational(90));
  project.kind = ProjectKind::kPublic;
  EXPECT_FALSE(mean().has_value());
}

TEST(Score, AShareBelowOneIsNeverShownAsAWhole) {
  EXPECT_EQ(SharePercent(1), "100.00%");
  EXPECT_EQ(SharePercent(0), "0.00%");
  EXPECT_EQ(SharePercent(Fraction(99'994, 100'000)), "99.99%");
  EXPECT_EQ(SharePercent(Fraction(99'996, 100'000)), "99.996%");
  EXPECT_EQ(SharePercent(Fraction(3, 2)), "150.00%");
  const Rational tiny = Fraction(1, 1'000'000'000'000'000'000);
  EXPECT_EQ(SharePercent(1 - tiny), "99.9999999999999999%");
}

}  // namespace
}  // namespace budgetwatch
