// Goal: a forecast follows its formula at every edge of a budget year, is silent where
// there is too little to say, and keeps its laws on any line. Method: a table of lines
// with the answers that the formula gives, most worked out by hand, and laws on lines of five
// shapes from fixed seeds.

#include "domain/forecast.h"

#include <gtest/gtest.h>

#include "domain/schedule.h"
#include "support/builders.h"
#include "support/seeded_random.h"

namespace budgetwatch {
namespace {

const Profile kProfile;
constexpr int kYear = 2020;

Forecast Of(const Project& project, std::string_view as_of, int64_t disbursed_fen,
            const std::vector<EarlierYear>& earlier = {}, int64_t late_disbursed_fen = 0) {
  return ForecastOf(project, kYear, Day(as_of), {disbursed_fen, 1}, late_disbursed_fen, earlier,
                    kProfile);
}

// A year with a budget of 1000.
EarlierYear Earlier(int64_t disbursed_fen, int64_t late_fen, int64_t year_fen,
                    int64_t budget_fen = 1000) {
  return {kYear - 1, budget_fen, disbursed_fen, late_fen, year_fen};
}

const std::vector<std::string> kQuarters = {"25", "50", "83", "100"};
const std::vector<std::string> kLate = {"", "", "20", "100"};

struct Case {
  const char* name;
  int64_t budget_fen;
  std::vector<std::string> percents;
  const char* as_of;
  int64_t disbursed_fen;
  std::vector<EarlierYear> earlier;
  int64_t expected_fen;
  int64_t low_fen;
  int64_t high_fen;
  int64_t late_fen;
  Likelihood likelihood;
};

// Without earlier years in June the range is widened by 1000 × √½ / 4 = 177, with them
// by 88.
const Case kCases[] = {
    {"on its plan",
     1000,
     kQuarters,
     "2020-06-30",
     500,
     {},
     1000,
     823,
     1000,
     170,
     Likelihood::kPossible},
    {"no schedule: time progress",
     1000,
     {},
     "2020-06-30",
     500,
     {},
     1000,
     823,
     1000,
     167,
     Likelihood::kPossible},
    // 1000 + ½ × (300 − 500); low: c = 1, 800 − 177.
    {"behind: half of the gap stays",
     1000,
     kQuarters,
     "2020-06-30",
     300,
     {},
     900,
     623,
     1000,
     204,
     Likelihood::kPossible},
    // Behind by 200 of 830: min(q, time) = 0.83 of it stays. √0.17 × 1000 / 4 = 103.
    {"later in the year more of it stays",
     1000,
     kQuarters,
     "2020-10-31",
     630,
     {},
     834,
     697,
     1000,
     204,
     Likelihood::kPossible},
    {"ahead: no more than the budget",
     1000,
     kQuarters,
     "2020-06-30",
     800,
     {},
     1000,
     823,
     1000,
     68,
     Likelihood::kPossible},
    // q = (2 × 0.2 + 0.5) / 3 = 0.3, r = (2 × 0.8 + ½) / 2.5 = 0.84, U = 840, qU = 252.
    {"earlier years move what is usual",
     1000,
     {},
     "2020-06-30",
     252,
     {Earlier(160, 400, 800), Earlier(160, 400, 800)},
     840,
     651,
     987,
     310,
     Likelihood::kPossible},
    {"nothing paid of what is due",
     1000,
     kQuarters,
     "2020-06-30",
     0,
     {},
     750,
     323,
     1000,
     255,
     Likelihood::kPossible},
    // U = 1000; F = 1000 + 0.75 × (0 − 750); c = 1 gives 250. Width 125.
    {"nothing paid by September",
     1000,
     {},
     "2020-09-30",
     0,
     {},
     437,
     125,
     1000,
     291,
     Likelihood::kPossible},
    // 1000 − 29/30 of 967 and 1000 × √(1/31/12) / 4 = 13 leave far less than 900.
    {"nothing paid by the end of December",
     1000,
     {},
     "2020-12-30",
     0,
     {},
     6,
     0,
     1000,
     6,
     Likelihood::kPossible},
    {"refunds alone are no pace",
     1000,
     {},
     "2020-06-30",
     -100,
     {},
     400,
     223,
     577,
     167,
     Likelihood::kImpossible},
    {"all paid",
     1000,
     kQuarters,
     "2020-03-31",
     1000,
     {},
     1000,
     1000,
     1000,
     0,
     Likelihood::kCertain},
    {"all paid on the first day",
     1000,
     kQuarters,
     "2020-01-01",
     1000,
     {},
     1000,
     1000,
     1000,
     0,
     Likelihood::kCertain},
    // The upper end: 1100 + ½ × 1100.
    {"overspent", 1000, {}, "2020-06-30", 1100, {}, 1100, 1100, 1650, 0, Likelihood::kCertain},
    // q = (2 × 1.25 + 0.5) / 3 = 1, usual refunds 1.25, at most 1.5: 1250/1.25, 1250/1.5.
    {"overspent, but refunds are usual",
     1000,
     {},
     "2020-06-30",
     1250,
     {Earlier(1250, 0, 1000), Earlier(1250, 0, 1000)},
     1000,
     1000,
     1250,
     0,
     Likelihood::kCertain},
    {"one year of refunds in three is no habit",
     1000,
     {},
     "2020-06-30",
     1250,
     {Earlier(500, 0, 1000), Earlier(1250, 0, 1000), Earlier(500, 0, 1000)},
     1250,
     1250,
     1875,
     0,
     Likelihood::kCertain},
    {"no budget, nothing paid", 0, {}, "2020-06-30", 0, {}, 0, 0, 0, 0, Likelihood::kCertain},
    {"no budget, but paid", 0, {}, "2020-06-30", 40, {}, 40, 40, 60, 0, Likelihood::kCertain},
    {"no budget, refunds",
     0,
     {},
     "2020-06-30",
     -40,
     {Earlier(500, 0, 1000)},
     -40,
     -40,
     -40,
     0,
     Likelihood::kCertain},
    // Nothing due and nothing paid, but a year to go by: q = (0.1 + 0) / 2, r = 1.
    {"earlier years speak before anything is due",
     1000,
     kLate,
     "2020-03-31",
     0,
     {Earlier(100, 800, 1000)},
     975,
     828,
     1000,
     823,
     Likelihood::kPossible},
    // A year that came to nothing tells the execution alone: r = (0 + ½) / 1.5.
    {"a year without spending",
     1000,
     {},
     "2020-06-30",
     0,
     {Earlier(0, 0, 0)},
     249,
     0,
     421,
     83,
     Likelihood::kImpossible},
};

TEST(Forecast, FollowsItsFormula) {
  for (const Case& test : kCases) {
    SCOPED_TRACE(test.name);
    const Forecast forecast = Of(MakeProject("P", test.budget_fen, test.percents), test.as_of,
                                 test.disbursed_fen, test.earlier);
    ASSERT_TRUE(forecast.disbursed_fen);
    EXPECT_EQ(*forecast.disbursed_fen, test.expected_fen);
    EXPECT_EQ(forecast.low_fen, test.low_fen);
    EXPECT_EQ(forecast.high_fen, test.high_fen);
    EXPECT_EQ(forecast.late_fen, test.late_fen);
    EXPECT_EQ(forecast.likelihood, test.likelihood);
    EXPECT_EQ(forecast.year_count, static_cast<int>(test.earlier.size()));
    EXPECT_FALSE(forecast.basis_zh.empty());
    EXPECT_FALSE(forecast.basis_en.empty());
  }
}

TEST(Forecast, AtTheEndOfTheYearIsWhatWasPaid) {
  const struct {
    int64_t disbursed_fen;
    Likelihood likelihood;
  } cases[] = {{1000, Likelihood::kCertain}, {1200, Likelihood::kCertain},
               {900, Likelihood::kCertain},  {899, Likelihood::kImpossible},
               {0, Likelihood::kImpossible}, {-5, Likelihood::kImpossible}};
  for (const char* as_of : {"2020-12-31", "2021-06-30"}) {
    for (const auto& test : cases) {
      const Forecast forecast = Of(MakeProject("P", 1000, kQuarters), as_of, test.disbursed_fen,
                                   {Earlier(500, 100, 900)}, 7);
      EXPECT_EQ(forecast.disbursed_fen, test.disbursed_fen);
      EXPECT_EQ(forecast.low_fen, test.disbursed_fen);
      EXPECT_EQ(forecast.high_fen, test.disbursed_fen);
      EXPECT_EQ(forecast.late_fen, 7);
      EXPECT_EQ(forecast.likelihood, test.likelihood) << test.disbursed_fen;
      EXPECT_EQ(forecast.year_count, 0);
    }
  }
}

TEST(Forecast, IsSilentWithItsReasonWhenThereIsTooLittleToSay) {
  const struct {
    std::vector<std::string> percents;
    const char* as_of;
    int64_t disbursed_fen;
    const char* reason;  // empty: it speaks
  } cases[] = {{kQuarters, "2019-12-31", 0, "年度尚未开始"},
               {{}, "2020-01-30", 50, "年初不足一个月"},
               {{}, "2020-01-31", 50, ""},
               {kQuarters, "2020-03-30", 0, "尚无应支出款项"},
               {kQuarters, "2020-03-30", -1, "尚无应支出款项"},
               {kQuarters, "2020-03-30", 1, ""},
               {kQuarters, "2020-03-31", 0, ""},
               {kLate, "2020-10-30", 0, "尚无应支出款项"},
               {kLate, "2020-10-31", 0, ""}};
  for (const auto& test : cases) {
    SCOPED_TRACE(std::string(test.as_of) + " " + std::to_string(test.disbursed_fen));
    const Forecast forecast =
        Of(MakeProject("P", 1000, test.percents), test.as_of, test.disbursed_fen);
    EXPECT_EQ(forecast.disbursed_fen.has_value(), *test.reason == '\0');
    EXPECT_NE(forecast.basis_zh.find(test.reason), std::string::npos) << forecast.basis_zh;
    EXPECT_FALSE(forecast.basis_en.empty());
    if (!forecast.disbursed_fen) {
      EXPECT_EQ(forecast.likelihood, Likelihood::kUnknown);
    }
  }
}

TEST(Forecast, SaysHowItWasMade) {
  const Project project = MakeProject("P", 1000, kQuarters);
  EXPECT_EQ(
      Of(project, "2020-06-30", 300, {Earlier(400, 300, 900), Earlier(400, 300, 900)}).basis_zh,
      "全年按预算的 92.00% 估计，对照支出计划和前 2 年同期情况，目前应完成其中 46.30%，实际支出"
      "与此的差额按 50.00% 计入年底。");
  EXPECT_EQ(Of(MakeProject("P", 1000), "2020-06-30", 300).basis_en,
            "The year is taken to come to 100.00% of the budget, 50.00% of it by now by time "
            "progress (no earlier years); 50.00% of the gap to what is paid is carried to the "
            "year's end.");
}

TEST(Forecast, CountsWhatWasPaidLateAlready) {
  const Project project = MakeProject("P", 1000);
  // q = 11/12; F = 1000 + 11/12 × (700 − 917) = 801, of which 101 are still to come.
  const Forecast forecast = Of(project, "2020-11-30", 700, {}, 150);
  EXPECT_EQ(forecast.disbursed_fen, 801);
  EXPECT_EQ(forecast.late_fen, 251);
  // An overdue line may be paid on any day: a sixth of six months is not before November.
  const Forecast overdue =
      Of(MakeProject("P", 1000, {"100", "100", "100", "100"}), "2020-06-30", 400);
  EXPECT_EQ(overdue.disbursed_fen, 700);
  EXPECT_EQ(overdue.late_fen, 100);
}

TEST(Forecast, RestsOnTheLastFiveYears) {
  const Project project = MakeProject("P", 1000);
  std::vector<EarlierYear> earlier(5, Earlier(300, 0, 900));
  const Forecast expected = Of(project, "2020-06-30", 300, earlier);
  earlier.insert(earlier.begin(), 20, Earlier(900, 0, 900));
  const Forecast forecast = Of(project, "2020-06-30", 300, earlier);
  EXPECT_EQ(forecast.year_count, 5);
  EXPECT_EQ(forecast.disbursed_fen, expected.disbursed_fen);
  EXPECT_EQ(forecast.low_fen, expected.low_fen);
}

TEST(Forecast, TakesTheLargestAmounts) {
  constexpr int64_t kMost = 1'000'000'000'000'000'000;
  const Project project = MakeProject("P", kMaxAmountFen);
  for (const int64_t disbursed_fen : {kMost, -kMost, kMaxAmountFen, int64_t{1}}) {
    for (const EarlierYear& year :
         {Earlier(kMost, -kMost, 1, 1), Earlier(-kMost, kMost, kMost, kMaxAmountFen),
          Earlier(1, 0, -kMost, kMaxAmountFen)}) {
      const Forecast forecast = Of(project, "2020-06-30", disbursed_fen, {year}, disbursed_fen);
      ASSERT_TRUE(forecast.disbursed_fen);
      EXPECT_LE(forecast.low_fen, *forecast.disbursed_fen);
      EXPECT_LE(*forecast.disbursed_fen, forecast.high_fen);
    }
  }
}

// A line of one of five shapes, with noise, up to seven earlier years and any schedule.
struct RandomLine {
  Project project;
  Date as_of;
  int64_t disbursed_fen = 0;
  int64_t late_fen = 0;
  std::vector<EarlierYear> earlier;
};

RandomLine MakeLine(SeededRandom* random) {
  constexpr int64_t kWeights[5][4] = {
      {3, 3, 4, 2}, {1, 1, 3, 10}, {9, 5, 2, 1}, {0, 20, 0, 0}, {0, 0, 0, 1}};
  const int64_t shape = random->Below(5);
  const auto spend = [&](size_t period) {
    const int64_t weight = kWeights[shape][period] * (50 + random->Below(100));
    return random->OneIn(8) ? -weight : weight;
  };
  RandomLine line;
  std::vector<std::string> percents;
  if (!random->OneIn(3)) {
    const int64_t first = random->Below(50);
    percents = {random->OneIn(2) ? "" : std::to_string(first), std::to_string(first + 20),
                random->OneIn(2) ? "" : std::to_string(first + 40), "100"};
  }
  line.project = MakeProject("P", random->OneIn(10) ? 0 : 300 + random->Below(2000), percents);
  line.as_of = Date::FirstOfYear(kYear).AddDays(static_cast<int32_t>(random->Below(365)));
  line.disbursed_fen = spend(0) + spend(1);
  line.late_fen = line.as_of > Day("2020-10-31") ? spend(3) : 0;
  line.disbursed_fen += line.late_fen;
  for (int64_t years = random->Below(8); years > 0; --years) {
    EarlierYear year;
    year.fiscal_year = kYear - static_cast<int>(years);
    year.budget_fen = random->OneIn(4) ? 0 : line.project.budget_fen;
    year.disbursed_fen = spend(0) + spend(1);
    year.late_disbursed_fen = spend(3);
    year.disbursed_year_fen = year.disbursed_fen + spend(2) + year.late_disbursed_fen;
    line.earlier.push_back(year);
  }
  return line;
}

Forecast Of(const RandomLine& line) {
  return ForecastOf(line.project, kYear, line.as_of, {line.disbursed_fen, 1}, line.late_fen,
                    line.earlier, kProfile);
}

TEST(Forecast, KeepsItsLawsOnAnyLine) {
  int spoken = 0;
  for (uint64_t seed = 1; seed <= 20'000; ++seed) {
    SeededRandom random(seed);
    const RandomLine line = MakeLine(&random);
    const Forecast forecast = Of(line);
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Forecast again = Of(line);
    ASSERT_EQ(forecast.disbursed_fen, again.disbursed_fen);
    ASSERT_EQ(forecast.basis_zh, again.basis_zh);
    ASSERT_FALSE(forecast.basis_zh.empty());
    if (!forecast.disbursed_fen) {
      for (const EarlierYear& year : line.earlier) {
        ASSERT_TRUE(year.disbursed_year_fen <= 0 && year.budget_fen == 0);
      }
      continue;
    }
    ++spoken;
    const int64_t point_fen = *forecast.disbursed_fen;
    ASSERT_LE(forecast.low_fen, point_fen);
    ASSERT_LE(point_fen, forecast.high_fen);
    ASSERT_LE(point_fen, std::max(line.project.budget_fen, line.disbursed_fen));
    if (line.earlier.empty()) {
      ASSERT_GE(forecast.low_fen, line.disbursed_fen);
    }
    if (line.as_of < Day("2020-10-31")) {
      ASSERT_GE(forecast.late_fen, 0);
      ASSERT_LE(forecast.late_fen, std::max<int64_t>(0, point_fen - line.disbursed_fen));
    } else {
      ASSERT_EQ(forecast.late_fen, line.late_fen + point_fen - line.disbursed_fen);
    }
    // More paid never makes it less.
    RandomLine more = line;
    more.disbursed_fen += 1 + random.Below(500);
    const Forecast paid_more = Of(more);
    if (paid_more.disbursed_fen) {
      ASSERT_GE(*paid_more.disbursed_fen, point_fen);
    }
  }
  EXPECT_GT(spoken, 15'000);
}

}  // namespace
}  // namespace budgetwatch
