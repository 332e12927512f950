#include "domain/attainment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "support/builders.h"

namespace budgetwatch {
namespace {

Indicator Promise(const std::string& target_text, const std::string& level2 = "数量指标") {
  Indicator indicator;
  indicator.indicator_id = "1";
  indicator.level1 = "产出指标";
  indicator.level2 = level2;
  indicator.target_text = target_text;
  indicator.target = ReadTarget(target_text);
  return indicator;
}

RecordedObservation Observed(std::string_view date, ObservedValue value, std::string unit = "") {
  ObservationEntry entry;
  entry.source = "unit";
  entry.event.observation_id = "1";
  entry.event.project_code = "A";
  entry.event.indicator_id = "1";
  entry.event.observed_date = Day(date);
  entry.event.value = std::move(value);
  entry.event.unit = std::move(unit);
  return {std::make_shared<const ObservationEntry>(std::move(entry)), 1, 1, 0};
}

Attainment Judge(const std::string& target, ObservedValue value,
                 std::string_view as_of = "2020-12-31", const std::string& unit = "",
                 const std::string& level2 = "数量指标") {
  static std::deque<Indicator> indicators;  // an attainment points into its plan
  indicators.push_back(Promise(target, level2));
  return Attain(indicators.back(), 2020, Day(as_of),
                {Observed("2020-06-30", std::move(value), unit)}, Profile());
}

struct NumberCase {
  const char* target;
  const char* actual;
  TargetState state;
  const char* share;  // exact
};

TEST(Attainment, ComparesNumbersExactly) {
  constexpr auto kMet = TargetState::kMet;
  constexpr auto kNot = TargetState::kNotMet;
  const NumberCase cases[] = {
      {"≥4754个", "4604", kNot, "2302/2377"},
      {"≥4754个", "4754", kMet, "1"},
      {"≤5300元", "5830", kNot, "10/11"},
      {"≤5300元", "5300", kMet, "1"},
      {"≤5300元", "0", kMet, "1"},
      {"≥90%", "89.999999999", kNot, "89999999999/90000000000"},
      {"≥90%", "108", kMet, "6/5"},
      {">10个", "10", kNot, "1"},
      {">10个", "10.000000001", kMet, "10000000001/10000000000"},
      {"<10个", "10", kNot, "1"},
      {"=10个", "8", kNot, "4/5"},
      {"=10个", "12.5", kNot, "4/5"},
      {"10-20个", "5", kNot, "1/2"},
      {"10-20个", "20", kMet, "1"},
      {"10-20个", "40", kNot, "1/2"},
      {"≤0起", "0", kMet, "1"},
      {"≤0起", "3", kNot, "0"},
      {"≥0起", "0", kMet, "1"},
      {"≥10个", "0", kNot, "0"},
      {"≥10个", "-5", kNot, "0"},
      {"253个", "253", kMet, "1"},  // unwritten: at least
      {"0起", "1", kNot, "0"},      // unwritten and zero: at most
  };
  for (const NumberCase& each : cases) {
    const Attainment attainment = Judge(each.target, NumberValue{each.actual});
    EXPECT_EQ(attainment.state, each.state) << each.target << ' ' << each.actual;
    ASSERT_TRUE(attainment.share) << each.target << ' ' << each.actual;
    EXPECT_EQ(FormatFraction(*attainment.share), each.share) << each.target << ' ' << each.actual;
  }
}

TEST(Attainment, AssumesAtMostForCost) {
  EXPECT_EQ(Judge("9.70万元", NumberValue{"9.70"}, "2020-12-31", "", "成本指标").state,
            TargetState::kMet);
  const Attainment over = Judge("9.70万元", NumberValue{"9.71"}, "2020-12-31", "", "成本指标");
  EXPECT_EQ(over.state, TargetState::kNotMet);
  EXPECT_TRUE(over.requirement.comparator_assumed);
  EXPECT_EQ(ComparatorOf(over.requirement), Comparator::kLe);
  EXPECT_EQ(Judge("9.70万元", NumberValue{"9.71"}).state, TargetState::kMet);
}

TEST(Attainment, ConvertsMoneyAndShares) {
  EXPECT_EQ(Judge("≤0.97万元", NumberValue{"9700"}, "2020-12-31", "元").state, TargetState::kMet);
  EXPECT_EQ(Judge("≤0.97万元", NumberValue{"9700.01"}, "2020-12-31", "元").state,
            TargetState::kNotMet);
  EXPECT_EQ(Judge("≥0.97比例", NumberValue{"97"}, "2020-12-31", "%").state, TargetState::kMet);
  EXPECT_EQ(ConvertUnit(1, "次", "个"), std::nullopt);
  EXPECT_EQ(ConvertUnit(1, "元", "%"), std::nullopt);
  EXPECT_EQ(ConvertUnit(5, "", "个"), Rational(5));
}

TEST(Attainment, ReadsAUnitInAnyOfItsNotations) {
  for (const char* unit : {"元/人·天", "元/人.每天", "元/人*天", "元／人×天", "元/人/天"}) {
    EXPECT_EQ(Judge("17元/人.每天", NumberValue{"17"}, "2020-12-31", unit).state, TargetState::kMet)
        << unit;
  }
  EXPECT_EQ(ConvertUnit(1, "元/人", "元/天"), std::nullopt);
  EXPECT_EQ(ConvertUnit(1, "元/人·天", "元/人"), std::nullopt);
}

TEST(Attainment, ShowsAllDigitsOfWhatWasObserved) {
  EXPECT_EQ(Judge("≥1亿元", NumberValue{"9999.99"}, "2020-12-31", "万元").observed_text,
            "0.999999 亿元");
  EXPECT_EQ(Judge("≥1个", NumberValue{"0.000000001"}).observed_text, "0.000000001 个");
  EXPECT_EQ(Judge("≥1亿元", NumberValue{"0.000000001"}, "2020-12-31", "元").observed_text,
            "0.00000000000000001 亿元");
  EXPECT_EQ(Judge("≥100%", SurveyValue{99'999, 100'000}).observed_text, "99.999 % (99999/100000)");
}

TEST(Attainment, SaysHowATargetIsMissed) {
  const struct {
    const char* target;
    const char* actual;
    const char* zh;
    const char* en;
  } cases[] = {
      {"≥4754次", "4604", "完成值 4604 次，未达到指标值 ≥4754次，完成 96.84%；",
       "Observed 4604 次, short of the target ≥4754次 (96.84% of it);"},
      {"≥35000次", "34999", "完成值 34999 次，未达到指标值 ≥35000次，完成 99.997%；",
       "Observed 34999 次, short of the target ≥35000次 (99.997% of it);"},
      {"≤5300元", "5830", "完成值 5830 元，超过指标值 ≤5300元，实现程度 90.91%；",
       "Observed 5830 元, above the target ≤5300元 (90.91% attained);"},
      {"<5个", "5", "完成值 5 个，不符合指标值 <5个，实现程度 100.00%；",
       "Observed 5 个, not within the target <5个 (100.00% attained);"},
      {"3-5次", "6", "完成值 6 次，不符合指标值 3-5次，实现程度 83.33%；",
       "Observed 6 次, not within the target 3-5次 (83.33% attained);"},
  };
  for (const auto& each : cases) {
    const Attainment attainment = Judge(each.target, NumberValue{each.actual});
    EXPECT_THAT(DescribeZh(attainment), testing::StartsWith(each.zh));
    EXPECT_THAT(DescribeEn(attainment), testing::StartsWith(each.en));
  }
}

TEST(Attainment, YesToADeadlineShowsTheDayThatCounts) {
  const Attainment late = Judge("5月底前", YesNoValue{true});
  EXPECT_EQ(late.state, TargetState::kNotMet);
  EXPECT_EQ(late.observed_text, "是 (2020-06-30)");
  EXPECT_EQ(Judge("5月底前", YesNoValue{false}).observed_text, "否");
  EXPECT_EQ(Judge("是", YesNoValue{true}).observed_text, "是");
}

TEST(Attainment, KnowsHowSureASurveyIs) {
  const Attainment small = Judge("≥90%", SurveyValue{19, 20});
  EXPECT_EQ(small.state, TargetState::kMet);
  ASSERT_TRUE(small.survey);
  EXPECT_FALSE(small.survey->certain);
  EXPECT_NEAR(small.survey->interval.low, 0.7639, 1e-4);
  EXPECT_NEAR(small.survey->interval.high, 0.9911, 1e-4);
  const Attainment large = Judge("≥90%", SurveyValue{1900, 2000});
  EXPECT_TRUE(large.survey->certain);
  EXPECT_EQ(large.observed_text, "95.00 % (1900/2000)");
  const Attainment bad = Judge("≥90%", SurveyValue{600, 1000}, "2020-06-30");
  EXPECT_EQ(bad.state, TargetState::kNotMet);
  EXPECT_TRUE(bad.survey->certain);
}

// The exact test agrees with the interval wherever floating point can tell.
TEST(Attainment, CertaintyIsThatOfTheInterval) {
  for (int64_t asked = 1; asked <= 200; asked += 7) {
    for (int64_t satisfied = 0; satisfied <= asked; ++satisfied) {
      const WilsonInterval interval = WilsonAt95(satisfied, asked);
      const double low_gap = interval.low - 0.9;
      const double high_gap = interval.high - 0.9;
      if (std::min(std::abs(low_gap), std::abs(high_gap)) < 1e-6) continue;
      EXPECT_EQ(Judge("≥90%", SurveyValue{satisfied, asked}).survey->certain,
                low_gap > 0 || high_gap < 0)
          << satisfied << '/' << asked;
    }
  }
}

TEST(Attainment, ReadsYesDegreesAndDays) {
  EXPECT_EQ(Judge("是", YesNoValue{true}).state, TargetState::kMet);
  EXPECT_EQ(Judge("否", YesNoValue{true}).state, TargetState::kNotMet);
  EXPECT_EQ(Judge("优", AchievementValue{AchievementDegree::kAchieved, ""}).state,
            TargetState::kMet);
  const Attainment partly = Judge("优", AchievementValue{AchievementDegree::kPartly, ""});
  EXPECT_EQ(partly.state, TargetState::kNotMet);
  EXPECT_EQ(*partly.share, Rational(3, 5));
  EXPECT_EQ(Judge("10月底前", CompletionValue{Day("2020-06-01")}).state, TargetState::kMet);
  EXPECT_EQ(Judge("5月底前", CompletionValue{Day("2020-06-01")}).state, TargetState::kNotMet);
}

TEST(Attainment, WhatDoesNotCompareIsUnknown) {
  for (const Attainment& attainment :
       {Judge("≥90%", YesNoValue{true}), Judge("是", NumberValue{"1"}),
        Judge("≥3次", NumberValue{"3"}, "2020-12-31", "个"), Judge("≥3次", SurveyValue{1, 2})}) {
    EXPECT_EQ(attainment.state, TargetState::kUnknown);
    EXPECT_EQ(attainment.unknown_cause, UnknownCause::kIncomparable);
    EXPECT_FALSE(attainment.share);
    EXPECT_NE(DescribeZh(attainment).find("无法比较"), std::string::npos);
  }
}

TEST(Attainment, TellsWhetherTheYearLeavesTime) {
  EXPECT_TRUE(Judge("≥10个", NumberValue{"3"}, "2020-06-30").attainable);
  EXPECT_EQ(Judge("≥10个", NumberValue{"3"}, "2020-06-30").likelihood, Likelihood::kPossible);
  EXPECT_FALSE(Judge("≥10个", NumberValue{"3"}, "2020-12-31").attainable);
  // An amount above its bound does not fall again; a share may.
  EXPECT_FALSE(Judge("≤10万元", NumberValue{"11"}, "2020-06-30").attainable);
  EXPECT_TRUE(Judge("≤10%", NumberValue{"11"}, "2020-06-30").attainable);
  EXPECT_FALSE(Judge("5月底前", YesNoValue{false}, "2020-06-30").attainable);
  // Half of the bound is used in half of the year.
  EXPECT_EQ(Judge("≤10万元", NumberValue{"5"}, "2020-06-30").likelihood, Likelihood::kCertain);
  EXPECT_EQ(Judge("≤10万元", NumberValue{"6"}, "2020-06-30").likelihood, Likelihood::kPossible);
}

TEST(Attainment, WhatIsMeasuredAnewMayFallAgain) {
  for (const char* target : {"≤30分钟", "≤30个工作日", "≤30元/人", "≤30元/人·天"}) {
    const Attainment above = Judge(target, NumberValue{"31"}, "2020-06-30");
    EXPECT_TRUE(above.attainable) << target;
    EXPECT_EQ(above.likelihood, Likelihood::kPossible) << target;
    EXPECT_EQ(Judge(target, NumberValue{"29"}, "2020-06-30").likelihood, Likelihood::kCertain)
        << target;
  }
  for (const char* target : {"≤30次", "≤30次/年", "≤30个月", "≤30元"}) {
    EXPECT_FALSE(Judge(target, NumberValue{"31"}, "2020-06-30").attainable) << target;
    EXPECT_EQ(Judge(target, NumberValue{"29"}, "2020-06-30").likelihood, Likelihood::kPossible)
        << target;
  }
}

TEST(Attainment, SeesATrend) {
  const Indicator indicator = Promise("≤10%");
  const auto trend = [&indicator](const char* before, const char* now) {
    return Attain(indicator, 2020, Day("2020-12-31"),
                  {Observed("2020-03-31", NumberValue{before}),
                   Observed("2020-06-30", NumberValue{now})},
                  Profile())
        .trend;
  };
  EXPECT_EQ(trend("20", "15"), Trend::kImproving);
  EXPECT_EQ(trend("15", "20"), Trend::kWorsening);
  EXPECT_EQ(trend("15", "15"), Trend::kSteady);
}

TEST(Attainment, WithoutAnObservationNothingIsSaid) {
  const Indicator indicator = Promise("≥90%");
  const Attainment attainment = Attain(indicator, 2020, Day("2020-06-30"), {}, Profile());
  EXPECT_EQ(attainment.state, TargetState::kUnknown);
  EXPECT_EQ(attainment.unknown_cause, UnknownCause::kUnobserved);
  EXPECT_NE(DescribeEn(attainment).find("not observed"), std::string::npos);
}

TEST(CheckAgainstTarget, NamesTheFieldAndTheCure) {
  const auto check = [](const std::string& target, ObservedValue value, std::string unit) {
    const auto refusal = CheckAgainstTarget(
        Observed("2020-06-30", std::move(value), std::move(unit)).entry->event, Promise(target));
    return refusal ? std::string(ReasonName(refusal->reason)) + ' ' + refusal->field : "";
  };
  EXPECT_EQ(check("≥3次", NumberValue{"3"}, ""), "");
  EXPECT_EQ(check("≥3次", NumberValue{"3"}, "次"), "");
  EXPECT_EQ(check("≥3次", NumberValue{"3"}, "个"), "UNIT_MISMATCH unit");
  EXPECT_EQ(check("≥3次", SurveyValue{1, 2}, ""), "UNIT_MISMATCH survey");
  EXPECT_EQ(check("≥90%", SurveyValue{1, 2}, ""), "");
  EXPECT_EQ(check("≥90%", YesNoValue{true}, ""), "INVALID_VALUE value");
  EXPECT_EQ(check("是", NumberValue{"1"}, ""), "INVALID_VALUE value");
  EXPECT_EQ(check("优", YesNoValue{true}, ""), "INVALID_VALUE value");
  EXPECT_EQ(check("10月底前", NumberValue{"1"}, ""), "INVALID_VALUE value");
}

}  // namespace
}  // namespace budgetwatch
