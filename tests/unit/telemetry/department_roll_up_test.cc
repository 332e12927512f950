// Goal: a department's total is its own lines and those of everything below it, for
// every shape of the tree.
// Method: small trees with figures from which each part can be told.

#include "telemetry/department_roll_up.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace budgetwatch {
namespace {

DepartmentLines Lines(const std::string& code, const std::string& parent, int64_t own_fen) {
  return {code, "name of " + code, parent, {own_fen, own_fen * 2, own_fen * 3}};
}

// Budgets by code; the other figures are their double and triple throughout.
std::map<std::string, int64_t> BudgetsOf(const std::vector<DepartmentLines>& departments) {
  std::map<std::string, int64_t> budgets;
  for (const DepartmentTotal& total : RollUpDepartments(departments)) {
    EXPECT_EQ(total.figures.disbursed_fen, total.figures.budget_fen * 2);
    EXPECT_EQ(total.figures.planned_fen, total.figures.budget_fen * 3);
    EXPECT_TRUE(budgets.emplace(total.department_code, total.figures.budget_fen).second);
  }
  return budgets;
}

using Budgets = std::map<std::string, int64_t>;

TEST(DepartmentRollUpTest, NothingGivesNothing) { EXPECT_EQ(BudgetsOf({}), Budgets()); }

TEST(DepartmentRollUpTest, ParentIsItsOwnLinesAndEverythingBelow) {
  EXPECT_EQ(BudgetsOf({Lines("1", "", 1), Lines("11", "1", 10), Lines("111", "11", 100),
                       Lines("12", "1", 1'000), Lines("2", "", 10'000)}),
            (Budgets{{"1", 1'111}, {"11", 110}, {"111", 100}, {"12", 1'000}, {"2", 10'000}}));
}

TEST(DepartmentRollUpTest, OrderOfTheDepartmentsDoesNotMatter) {
  EXPECT_EQ(BudgetsOf({Lines("9", "5", 1), Lines("5", "7", 10), Lines("7", "", 100)}),
            (Budgets{{"9", 1}, {"5", 11}, {"7", 111}}));
}

TEST(DepartmentRollUpTest, ParentWithoutAPlanHasATotalAndNoName) {
  const auto totals = RollUpDepartments({Lines("11", "1", 10), Lines("12", "1", 100)});
  ASSERT_EQ(totals.size(), 3u);
  EXPECT_EQ(totals[0].department_code, "1");
  EXPECT_EQ(totals[0].department_name, "");
  EXPECT_EQ(totals[0].figures.budget_fen, 110);
  EXPECT_EQ(totals[1].department_name, "name of 11");
}

TEST(DepartmentRollUpTest, CircleCountsEachDepartmentOnce) {
  EXPECT_EQ(BudgetsOf({Lines("a", "b", 1), Lines("b", "a", 10), Lines("c", "b", 100),
                       Lines("d", "d", 1'000)}),
            (Budgets{{"a", 111}, {"b", 111}, {"c", 100}, {"d", 1'000}}));
}

}  // namespace
}  // namespace budgetwatch
