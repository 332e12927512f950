// Goal: a plan is applied as a revision, twice is once, and what contradicts other
// plans is refused. Method: the service over a store in memory.

#include "service/plans.h"

#include <gtest/gtest.h>

#include "storage/memory_store.h"
#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

class PlansTest : public testing::Test {
 protected:
  static Plan OfDepartment(const std::string& department, const std::string& code,
                           int64_t budget_fen = 1000) {
    return MakePlan(department, {MakeProject(code, budget_fen, {"25", "50", "75", "100"})});
  }

  Result<Plans::ApplyResult> Try(Plan plan, std::string_view effective_date = "2020-01-01") {
    return ledger_.plans().Apply({std::move(plan), Day(effective_date), "reason", "1号"});
  }

  // The id of the error that refuses the plan.
  std::string RefusedFor(Plan plan, std::string_view effective_date = "2020-01-01") {
    const Sequence before = ledger_.sequence();
    const auto result = Try(std::move(plan), effective_date);
    EXPECT_TRUE(result.ok());
    EXPECT_FALSE(result.value().applied);
    EXPECT_EQ(ledger_.sequence(), before);
    for (const Finding& finding : result.value().findings) {
      if (finding.severity == Severity::kError) return finding.id;
    }
    return "";
  }

  MemoryStore store_;
  TestLedger ledger_{store_};
};

TEST_F(PlansTest, RevisionsAreNumberedWithinDepartmentAndYear) {
  for (int number = 1; number <= 3; ++number) {
    const auto result = Try(OfDepartment("100", "A", number * 1000), "2020-02-01");
    ASSERT_TRUE(result.ok());
    ASSERT_NE(result.value().revision, nullptr);
    EXPECT_EQ(result.value().revision->entry.revision_number, number);
    EXPECT_EQ(result.value().revision->entry.reason, "reason");
    EXPECT_EQ(result.value().revision->entry.document_number, "1号");
    EXPECT_FALSE(result.value().unchanged);
  }
  EXPECT_EQ(Try(OfDepartment("200", "B")).value().revision->entry.revision_number, 1);
  EXPECT_EQ(ledger_.plans().Revisions("100", 2020).size(), 3u);
}

TEST_F(PlansTest, ApplyingTheSamePlanAgainChangesNothing) {
  ledger_.Apply(OfDepartment("100", "A"));
  const Sequence before = ledger_.sequence();
  const auto again = Try(OfDepartment("100", "A"));
  EXPECT_TRUE(again.value().applied);
  EXPECT_TRUE(again.value().unchanged);
  EXPECT_EQ(again.value().revision->sequence, 1);
  EXPECT_EQ(ledger_.sequence(), before);
  // Behind another one it is an adjustment back.
  ledger_.Apply(OfDepartment("100", "A", 2000), "2020-06-01");
  EXPECT_TRUE(Try(OfDepartment("100", "A"), "2020-05-31").value().unchanged);
  EXPECT_FALSE(Try(OfDepartment("100", "A"), "2020-06-01").value().unchanged);
}

TEST_F(PlansTest, APlanWithErrorsChangesNothing) {
  Plan plan = OfDepartment("100", "A");
  plan.projects.push_back(plan.projects[0]);
  EXPECT_EQ(RefusedFor(plan), "duplicate_project_code");
}

TEST_F(PlansTest, ACodeBelongsToOneDepartmentAtATime) {
  ledger_.Apply(OfDepartment("100", "A"));
  EXPECT_EQ(RefusedFor(OfDepartment("200", "A")), "project_of_other_department");
  EXPECT_EQ(RefusedFor(OfDepartment("200", "A"), "2020-12-31"), "project_of_other_department");
  // After it was handed over, from that day on.
  ledger_.Apply(OfDepartment("100", "B"), "2020-06-01");
  EXPECT_EQ(RefusedFor(OfDepartment("200", "A"), "2020-05-31"), "project_of_other_department");
  EXPECT_TRUE(Try(OfDepartment("200", "A"), "2020-06-01").value().applied);
}

TEST_F(PlansTest, ACodeThatAnotherCarriesForAWhileIsFoundToo) {
  ledger_.Apply(OfDepartment("100", "B"));
  ledger_.Apply(OfDepartment("100", "A"), "2020-04-01");
  ledger_.Apply(OfDepartment("100", "B"), "2020-07-01");
  EXPECT_EQ(RefusedFor(OfDepartment("200", "A"), "2020-01-01"), "project_of_other_department");
  EXPECT_TRUE(Try(OfDepartment("200", "A"), "2020-07-01").value().applied);
}

TEST_F(PlansTest, DepartmentsFormATree) {
  Plan first = OfDepartment("1", "A");
  first.parent_department_code = "3";
  ledger_.Apply(first);
  Plan second = OfDepartment("2", "B");
  second.parent_department_code = "1";
  ledger_.Apply(second);
  Plan third = OfDepartment("3", "C");
  third.parent_department_code = "2";
  EXPECT_EQ(RefusedFor(third), "department_above_itself");
  third.parent_department_code = "0";
  EXPECT_TRUE(Try(third).value().applied);
}

TEST_F(PlansTest, RequestsOutOfBoundsAreRefused) {
  const auto outside = Try(OfDepartment("100", "A"), "2021-01-01");
  ASSERT_FALSE(outside.ok());
  EXPECT_EQ(outside.error().reason, "DATE_OUTSIDE_FISCAL_YEAR");
  const auto reason =
      ledger_.plans().Apply({OfDepartment("100", "A"), std::nullopt, std::string(1025, 'x'), ""});
  EXPECT_EQ(reason.error().reason, "INVALID_FIELD");
  EXPECT_EQ(reason.error().field, "reason");
  const auto number = ledger_.plans().Apply({OfDepartment("100", "A"), std::nullopt, "", "\xff"});
  EXPECT_EQ(number.error().field, "document_number");
  ledger_.calendar().Set(Day("2021-01-01"));
  ASSERT_TRUE(ledger_.administration().CloseFiscalYear(2020).ok());
  EXPECT_EQ(Try(OfDepartment("100", "A")).error().reason, "FISCAL_YEAR_CLOSED");
}

TEST_F(PlansTest, APlanIsFoundByDateAndKnowledge) {
  ledger_.Apply(OfDepartment("100", "A"));
  ledger_.Apply(OfDepartment("100", "B"), "2020-06-01");
  const auto in_force = [this](std::string_view date, Sequence known_at) {
    const auto revision = ledger_.plans().InForce("100", 2020, Day(date), known_at);
    return revision.ok() ? revision.value()->sequence : 0;
  };
  EXPECT_EQ(in_force("2020-05-31", kKnownNow), 1);
  EXPECT_EQ(in_force("2020-06-01", kKnownNow), 2);
  EXPECT_EQ(in_force("2020-06-01", 1), 1);
  EXPECT_EQ(in_force("2020-06-01", 0), 0);
  EXPECT_EQ(ledger_.plans().InForce("x", 2020, Day("2020-06-01"), 9).error().reason,
            "PLAN_NOT_FOUND");
}

}  // namespace
}  // namespace budgetwatch
