// Goal: each rule opens exactly where its formula says, with the figures behind it.
// Method: for each rule a case that fires and the nearest one that does not.

#include "domain/rules.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "support/builders.h"

namespace budgetwatch {
namespace {

constexpr int64_t kBudget = 1'000'000;

const RuleFinding* Find(const std::vector<RuleFinding>& findings, Rule rule) {
  for (const RuleFinding& finding : findings) {
    if (finding.rule == rule) return &finding;
  }
  return nullptr;
}

struct Case {
  Rule rule;
  std::vector<std::string> percents;
  const char* as_of;
  Total disbursed;
  bool fires;
  const char* checkpoint = "";
  int64_t gap_fen = 0;
  Total unmatched = {};
};

Profile WithFloors() {
  Profile profile;
  profile.floors = {{9, 30, 750'000}, {6, 30, 500'000}};
  return profile;
}

const std::vector<std::string> kEven = {"25", "50", "75", "100"};
const std::vector<std::string> kLate = {"", "", "", "100"};
const std::vector<std::string> kHalf = {"", "", "50", "100"};
const std::vector<std::string> kNone = {};

void CheckCase(const Case& test, const Measure& measure) {
  const Project project = MakeProject("P", kBudget, test.percents);
  const auto findings =
      ProjectFindings(project, measure, test.disbursed, test.unmatched, WithFloors());
  const RuleFinding* finding = Find(findings, test.rule);
  ASSERT_EQ(finding != nullptr, test.fires)
      << RuleName(test.rule) << ' ' << test.as_of << ' ' << test.disbursed.amount_fen;
  if (finding == nullptr) return;
  EXPECT_EQ(finding->checkpoint ? finding->checkpoint->ToString() : "", test.checkpoint)
      << RuleName(test.rule);
  EXPECT_EQ(finding->figures.gap_fen, test.gap_fen) << RuleName(test.rule);
}

TEST(Rules, EachFiresExactlyWhereItsFormulaSays) {
  const Case cases[] = {
      {Rule::kBehindPlan, kEven, "2020-07-15", {449'999, 1}, true, "2020-06-30", 50'001},
      {Rule::kBehindPlan, kEven, "2020-07-15", {450'000, 1}, false},
      {Rule::kBehindPlan, kEven, "2020-06-29", {200'000, 1}, false},
      {Rule::kSeverelyBehindPlan, kEven, "2020-07-15", {299'999, 1}, true, "2020-06-30", 200'001},
      {Rule::kSeverelyBehindPlan, kEven, "2020-07-15", {300'000, 1}, false},
      {Rule::kBehindTimeProgress, kLate, "2020-06-30", {449'999, 1}, true, "2020-06-30", 50'001},
      {Rule::kBehindTimeProgress, kLate, "2020-06-30", {450'000, 1}, false},
      // A line without a schedule is measured once, against the year, as its plan.
      {Rule::kBehindTimeProgress, kNone, "2020-06-30", {0, 0}, false},
      {Rule::kBehindPlan, kNone, "2020-06-30", {449'999, 1}, true, "2020-06-30", 50'001},
      {Rule::kBelowFloor, kLate, "2020-06-30", {499'999, 1}, true, "2020-06-30", 1},
      {Rule::kBelowFloor, kLate, "2020-06-30", {500'000, 1}, false},
      {Rule::kBelowFloor, kLate, "2020-06-29", {0, 0}, false},
      {Rule::kBelowFloor, kLate, "2020-10-01", {500'000, 1}, true, "2020-09-30", 250'000},
      {Rule::kNoSpending, kEven, "2020-05-01", {0, 0}, true, "2020-03-31", 250'000},
      {Rule::kNoSpending, kEven, "2020-05-01", {0, 2}, false},  // paid and refunded
      {Rule::kNoSpending, kEven, "2020-03-30", {0, 0}, false},
      {Rule::kOverspent, kEven, "2020-01-01", {kBudget + 1, 1}, true, "", 1},
      {Rule::kOverspent, kEven, "2020-01-01", {kBudget, 1}, false},
      {Rule::kAheadOfPlan, kEven, "2020-05-01", {550'001, 1}, true, "2020-06-30", 50'001},
      {Rule::kAheadOfPlan, kEven, "2020-05-01", {550'000, 1}, false},
      {Rule::kPlanBackloaded, kLate, "2020-01-01", {0, 0}, true, "", kBudget},
      {Rule::kPlanBackloaded, kHalf, "2020-01-01", {0, 0}, false},
      {Rule::kPlanBackloaded, {"", "", "49.9999", "100"}, "2020-01-01", {0, 0}, true, "", 500'001},
      {Rule::kRefundUnmatched, kEven, "2020-01-01", {0, 0}, true, "", 77, {77, 2}},
      {Rule::kRefundUnmatched, kEven, "2020-01-01", {-77, 2}, false}};
  for (const Case& test : cases) CheckCase(test, MeasureForReport(2020, Day(test.as_of)));
}

TEST(Rules, WithoutABudgetOnlyOverspendingCounts) {
  const Project project = MakeProject("P", 0, kEven);
  const Measure measure = MeasureForReport(2020, Day("2020-12-31"));
  EXPECT_TRUE(ProjectFindings(project, measure, {0, 0}, {}, WithFloors()).empty());
  const auto findings = ProjectFindings(project, measure, {1, 1}, {}, WithFloors());
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, Rule::kOverspent);
  EXPECT_EQ(findings[0].severity, Severity::kCritical);
}

TEST(Rules, FiguresSayWhatWasComparedWithWhat) {
  const auto findings =
      ProjectFindings(MakeProject("P", kBudget, kEven), MeasureForReport(2020, Day("2020-07-15")),
                      {100'000, 1}, {}, Profile());
  const RuleFinding* severe = Find(findings, Rule::kSeverelyBehindPlan);
  ASSERT_NE(severe, nullptr);
  EXPECT_EQ(severe->figures.budget_fen, kBudget);
  EXPECT_EQ(severe->figures.disbursed_fen, 100'000);
  EXPECT_EQ(severe->figures.expected, ShareFromPpm(500'000));
  EXPECT_EQ(severe->figures.gap_fen, 400'000);
  EXPECT_FALSE(severe->figures.payment_count.has_value());
}

TEST(Rules, WarningsMeasureAtMonitoringDays) {
  const Profile profile;
  const Measure measure = MeasureForWarnings(2020, Day("2020-08-20"), profile);
  EXPECT_EQ(measure.as_of, Day("2020-08-20"));
  EXPECT_EQ(measure.day, Day("2020-06-30"));
  EXPECT_FALSE(MeasureForWarnings(2020, Day("2020-03-30"), profile).day.has_value());
  EXPECT_EQ(MeasureForWarnings(2020, Day("2023-01-05"), profile).as_of, Day("2020-12-31"));
  // Between two of them time progress does not move.
  CheckCase({Rule::kBehindTimeProgress, kLate, "2020-08-20", {450'000, 1}, false}, measure);
  CheckCase({Rule::kBehindPlan, kNone, "2020-08-20", {450'000, 1}, false}, measure);
  CheckCase({Rule::kBehindPlan, kNone, "2020-08-20", {449'999, 1}, true, "2020-06-30", 50'001},
            measure);
}

TEST(Rules, DepartmentsAreMeasuredByTheirMoney) {
  const Measure measure = MeasureForReport(2020, Day("2020-06-30"));
  const auto findings = [&measure](int64_t disbursed_fen, int64_t planned_fen,
                                   int64_t before_backload_fen) {
    return DepartmentFindings({kBudget, disbursed_fen, planned_fen}, before_backload_fen, measure,
                              WithFloors());
  };
  EXPECT_TRUE(Find(findings(249'999, 300'000, 0), Rule::kBehindPlan));
  EXPECT_FALSE(Find(findings(250'000, 300'000, 0), Rule::kBehindPlan));
  EXPECT_TRUE(Find(findings(99'999, 300'000, 0), Rule::kSeverelyBehindPlan));
  EXPECT_FALSE(Find(findings(100'000, 300'000, 0), Rule::kSeverelyBehindPlan));
  EXPECT_TRUE(Find(findings(449'999, 0, 0), Rule::kBehindTimeProgress));
  EXPECT_FALSE(Find(findings(450'000, 0, 0), Rule::kBehindTimeProgress));
  EXPECT_TRUE(Find(findings(499'999, 0, 0), Rule::kBelowFloor));
  EXPECT_FALSE(Find(findings(500'000, 0, 0), Rule::kBelowFloor));
  EXPECT_TRUE(Find(findings(kBudget + 1, 0, 0), Rule::kOverspent));
  EXPECT_FALSE(Find(findings(kBudget, 0, 0), Rule::kOverspent));
  EXPECT_TRUE(Find(findings(0, 0, 499'999), Rule::kPlanBackloaded));
  EXPECT_FALSE(Find(findings(0, 0, 500'000), Rule::kPlanBackloaded));
  EXPECT_EQ(Find(findings(0, 300'000, 0), Rule::kBehindPlan)->figures.expected,
            (Share{300'000, kBudget}));
  EXPECT_TRUE(DepartmentFindings({0, 0, 0}, 0, measure, WithFloors()).empty());
}

TEST(Rules, SuspenseIsPendingWhileThereAreSuchPayments) {
  EXPECT_TRUE(SuspenseFindings({}).empty());
  const auto findings = SuspenseFindings({0, 2});  // one and its correction
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].figures.payment_count, 2);
  EXPECT_EQ(findings[0].figures.gap_fen, 0);
}

TEST(Rules, EveryRuleIsDescribedInBothLanguages) {
  for (const Rule rule : kAllRules) {
    RuleFinding finding;
    finding.rule = rule;
    finding.checkpoint = Day("2020-06-30");
    finding.figures = {kBudget, 100'000,  ShareFromPpm(500'000), 400'000, 3, 670'000, 5,
                       "≥90%",  "60.00 %"};
    // The rules about results speak of what is attained, the others of money.
    const bool results = rule == Rule::kMoneyOutpacesResults ||
                         rule == Rule::kResultsOutpaceMoney || rule == Rule::kTargetMissed;
    const std::string figure = results                           ? "67.00%"
                               : rule == Rule::kTargetUnobserved ? "5"
                                                                 : "4,000.00";
    for (const std::string& text : {DescribeZh(finding), DescribeEn(finding)}) {
      EXPECT_TRUE(IsValidUtf8(text));
      EXPECT_NE(text.find(figure), std::string::npos) << text;
    }
    finding.figures = {};
    EXPECT_FALSE(DescribeZh(finding).empty());
    EXPECT_FALSE(DescribeEn(finding).empty());
  }
}

}  // namespace
}  // namespace budgetwatch
