// Goal: reports show the figures of a real plan, a parent is the sum of what is
// below it, and every part adds up.
// Method: the twelve projects of the published 2020 plan (codes, amounts and shares
// only), and small department trees.

#include "domain/execution_report.h"

#include <gtest/gtest.h>

#include "support/builders.h"

namespace budgetwatch {
namespace {

std::vector<Project> RealProjects() {
  return {MakeProject("000-9999-JSN-040R", 18670000, {"100", "100", "100", "100"}),
          MakeProject("122-0701-JBN-OPUB", 19000000, {"", "50", "80", "100"}),
          MakeProject("122-0501-JBN-4MTX", 50000000, {"", "50", "70", "100"}),
          MakeProject("122-0601-JBN-ZEIZ", 328920000, {"25", "50", "75", "100"}),
          MakeProject("122-0601-JBN-GGD9", 9000000, {"", "30", "60", "100"}),
          MakeProject("122-0401-JBN-QDHR", 30000000, {"", "50", "75", "100"}),
          MakeProject("122-0401-YBN-VZ7U", 400000000, {"", "", "", "100"}),
          MakeProject("122-0601-JBN-9XUZ", 19420000, {"", "30", "60", "100"}),
          MakeProject("122-0501-JBN-0ZTI", 72470000, {"", "30", "60", "100"}),
          MakeProject("122-0501-JBN-DBXO", 47120000, {"", "", "", "100"}),
          MakeProject("122-0401-JBN-IS9R", 300000, {"", "100", "100", "100"}),
          MakeProject("122-0401-JBN-4G48", 9700000, {"", "100", "100", "100"})};
}

class ExecutionReportTest : public testing::Test {
 protected:
  void Apply(const std::string& department, std::vector<Project> projects,
             const std::string& parent = "", std::string_view effective = "2020-01-01") {
    Plan plan = MakePlan(department, std::move(projects));
    plan.parent_department_code = parent;
    plans_.Apply(++sequence_, 0, MakePlanEntry(plan, effective));
  }

  void Pay(const std::string& code, std::string_view date, int64_t amount_fen) {
    totals_.Add(code, Day(date), {amount_fen, 1});
  }

  Result<ExecutionReport> TryMake(const std::string& department, std::string_view as_of) {
    return MakeExecutionReport(department, 2020, Day(as_of),
                               {&plans_, totals_.FindYear(2020), &profile_, kKnownNow});
  }

  ExecutionReport Make(const std::string& department, std::string_view as_of) {
    auto report = TryMake(department, as_of);
    BW_CHECK(report.ok());
    return std::move(report).value();
  }

  PlanBook plans_;
  Totals totals_;
  Profile profile_;
  Sequence sequence_ = 0;
};

TEST_F(ExecutionReportTest, TheRealPlanHasItsFiguresByTheCheckpoints) {
  Apply("122002", RealProjects());
  const std::pair<const char*, int64_t> cases[] = {
      {"2020-01-01", 0},         {"2020-03-30", 0},         {"2020-03-31", 100900000},
      {"2020-06-30", 272897000}, {"2020-10-31", 408594000}, {"2020-12-30", 408594000},
      {"2020-12-31", 1004600000}};
  for (const auto& [date, planned_fen] : cases) {
    const ExecutionReport report = Make("122002", date);
    EXPECT_EQ(report.totals.budget_fen, 1004600000);
    EXPECT_EQ(report.totals.planned_fen, planned_fen) << date;
    EXPECT_EQ(report.projects.size(), 12u);
  }
  EXPECT_DOUBLE_EQ(*Make("122002", "2020-03-31").totals.PlannedRatio(), 0.10043798526776826);
  EXPECT_DOUBLE_EQ(*Make("122002", "2020-06-30").totals.PlannedRatio(), 0.27164742185944657);
  EXPECT_DOUBLE_EQ(*Make("122002", "2020-10-31").totals.PlannedRatio(), 0.40672307386024287);
}

TEST_F(ExecutionReportTest, WithoutPaymentsWhatIsDueIsSeverelyBehind) {
  Apply("122002", RealProjects());
  const ExecutionReport report = Make("122002", "2020-06-30");
  for (const ProjectReport& line : report.projects) {
    const std::string& code = line.project->project_code;
    const bool not_due = code == "122-0401-YBN-VZ7U" || code == "122-0501-JBN-DBXO";
    EXPECT_EQ(line.execution.status,
              not_due ? ExecutionStatus::kNotDue : ExecutionStatus::kSeverelyBehind)
        << code;
    // Severely behind is listed once, not as behind as well.
    int behind = 0;
    for (const RuleFinding& finding : line.findings) {
      EXPECT_NE(finding.rule, Rule::kPlanBackloaded);
      if (finding.rule == Rule::kBehindPlan) ++behind;
    }
    EXPECT_EQ(behind, 0) << code;
  }
  EXPECT_EQ(report.time_progress.numerator * 2, report.time_progress.denominator);
}

TEST_F(ExecutionReportTest, AParentIsTheSumOfItsChildrenAndItsOwnLines) {
  Apply("1", {MakeProject("A", 1000, {"", "50", "80", "100"})});
  Apply("11", {MakeProject("B", 2000, {"", "30", "80", "100"})}, "1");
  Apply("111", {MakeProject("C", 4000)}, "11");
  Apply("12", {MakeProject("D", 8000, {"", "", "", "100"})}, "1");
  Pay("A", "2020-05-01", 1);
  Pay("B", "2020-05-01", 20);
  Pay("C", "2020-05-01", 300);
  Pay("D", "2020-05-01", 4000);
  Pay("D", "2020-07-01", 50000);
  const ExecutionReport report = Make("1", "2020-06-30");
  EXPECT_EQ(report.totals.budget_fen, 15000);
  EXPECT_EQ(report.totals.disbursed_fen, 4321);
  EXPECT_EQ(report.totals.planned_fen, 500 + 600 + 2000);
  ASSERT_EQ(report.projects.size(), 1u);
  ASSERT_EQ(report.departments.size(), 2u);
  EXPECT_EQ(report.departments[0].department_code, "11");
  EXPECT_EQ(report.departments[0].figures.disbursed_fen, 320);
  EXPECT_EQ(report.departments[0].figures.planned_fen, 2600);
  EXPECT_EQ(report.departments[1].figures.disbursed_fen, 4000);
  EXPECT_EQ(Make("11", "2020-06-30").totals.disbursed_fen, 320);
}

TEST_F(ExecutionReportTest, ADepartmentWithoutAPlanMayHaveOthersBelowIt) {
  Apply("11", {MakeProject("B", 2000)}, "1");
  const ExecutionReport report = Make("1", "2020-06-30");
  EXPECT_EQ(report.revision, nullptr);
  EXPECT_TRUE(report.projects.empty());
  EXPECT_EQ(report.totals.budget_fen, 2000);
  const auto none = TryMake("2", "2020-06-30");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().reason, "PLAN_NOT_FOUND");
}

TEST_F(ExecutionReportTest, ACircleOfDepartmentsIsWalkedOnce) {
  Apply("1", {MakeProject("A", 1000)}, "2");
  Apply("2", {MakeProject("B", 2000)}, "1");
  EXPECT_EQ(Make("1", "2020-06-30").totals.budget_fen, 3000);
  EXPECT_EQ(Make("2", "2020-06-30").totals.budget_fen, 3000);
}

TEST_F(ExecutionReportTest, SubtotalsAddUpToTheTotals) {
  std::vector<Project> projects = {MakeProject("A", 1000, {"", "33.3333", "80", "100"}),
                                   MakeProject("B", 7), MakeProject("C", 0)};
  projects[0].fundings = {{FundingSource::kGeneral, 333},
                          {FundingSource::kGovernmentFund, 333},
                          {FundingSource::kOther, 334}};
  projects[1].kind = ProjectKind::kPersonnel;
  projects[2].fundings = {{FundingSource::kOther, 0}};
  Apply("1", projects);
  for (const int64_t paid_fen : {0, 1, 2, 500, 1000, 1001, -1, -500}) {
    totals_ = Totals();
    Pay("A", "2020-05-01", paid_fen);
    Pay("B", "2020-05-01", 3);
    Pay("C", "2020-05-01", 11);
    const ExecutionReport report = Make("1", "2020-06-30");
    ExecutionFigures by_kind, by_source;
    for (const SubtotalReport& subtotal : report.subtotals) {
      ASSERT_NE(subtotal.kind.has_value(), subtotal.source.has_value());
      (subtotal.kind ? by_kind : by_source) += subtotal.figures;
      if (subtotal.source == FundingSource::kGeneral) {
        EXPECT_EQ(subtotal.figures.budget_fen, 333 + 7);
      }
    }
    for (const ExecutionFigures& figures : {by_kind, by_source}) {
      EXPECT_EQ(figures.budget_fen, report.totals.budget_fen);
      EXPECT_EQ(figures.disbursed_fen, report.totals.disbursed_fen) << paid_fen;
      EXPECT_EQ(figures.planned_fen, report.totals.planned_fen);
    }
  }
}

TEST_F(ExecutionReportTest, SuspenseIsWhatNoPlanInForceCarries) {
  Apply("1", {MakeProject("A", 1000)}, "", "2020-03-01");
  Apply("2", {MakeProject("B", 1000)}, "", "2020-06-01");
  Pay("A", "2020-02-01", 1);
  Pay("B", "2020-04-01", 20);
  Pay("X", "2020-05-01", 300);
  EXPECT_EQ(Make("1", "2020-05-31").suspense, (Total{320, 2}));
  EXPECT_EQ(Make("1", "2020-06-01").suspense, (Total{300, 1}));
  EXPECT_EQ(Make("1", "2020-03-01").suspense, Total());
  EXPECT_EQ(Make("1", "2020-03-01").totals.disbursed_fen, 1);
}

}  // namespace
}  // namespace budgetwatch
