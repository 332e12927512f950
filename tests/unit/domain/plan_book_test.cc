// Goal: on each date one revision is in force, as known at each moment.
// Method: a few revisions recorded out of the order of their effective dates.

#include "domain/plan_book.h"

#include <gtest/gtest.h>

#include "support/builders.h"

namespace budgetwatch {
namespace {

class PlanBookTest : public testing::Test {
 protected:
  // Recorded as 10, 20, 30, 40; in force from January, June, March and June.
  PlanBookTest() {
    Apply(10, "100", {"A", "B"}, "2020-01-01");
    Apply(20, "100", {"A", "C"}, "2020-06-01");
    Apply(30, "100", {"A", "D"}, "2020-03-01");
    Apply(40, "100", {"E"}, "2020-06-01");
    Apply(50, "200", {"B"}, "2020-06-01");
  }

  void Apply(Sequence sequence, const std::string& department,
             const std::vector<std::string>& codes, std::string_view effective_date) {
    std::vector<Project> projects;
    for (const std::string& code : codes) projects.push_back(MakeProject(code, 10));
    book_.Apply(sequence, 0, MakePlanEntry(MakePlan(department, projects), effective_date));
  }

  Sequence InForce(std::string_view date, Sequence known_at = kKnownNow) const {
    const PlanRevisionPtr revision = book_.InForce("100", 2020, Day(date), known_at);
    return revision == nullptr ? 0 : revision->sequence;
  }

  Sequence Carrier(const std::string& code, std::string_view date,
                   Sequence known_at = kKnownNow) const {
    const PlanRevisionPtr revision = book_.Carrier(2020, code, Day(date), known_at);
    return revision == nullptr ? 0 : revision->sequence;
  }

  PlanBook book_;
};

TEST_F(PlanBookTest, TheLatestEffectiveDateIsInForce) {
  EXPECT_EQ(InForce("2019-12-31"), 0);
  EXPECT_EQ(InForce("2020-01-01"), 10);
  EXPECT_EQ(InForce("2020-02-29"), 10);
  EXPECT_EQ(InForce("2020-03-01"), 30);
  EXPECT_EQ(InForce("2020-05-31"), 30);
  EXPECT_EQ(InForce("2020-06-01"), 40);  // of two, the one recorded last
  EXPECT_EQ(InForce("2020-12-31"), 40);
}

TEST_F(PlanBookTest, OnlyWhatWasKnownIsInForce) {
  EXPECT_EQ(InForce("2020-12-31", 9), 0);
  EXPECT_EQ(InForce("2020-12-31", 10), 10);
  EXPECT_EQ(InForce("2020-12-31", 29), 20);
  // A late entry for an early date does not undo a later adjustment.
  EXPECT_EQ(InForce("2020-12-31", 39), 20);
  EXPECT_EQ(InForce("2020-04-01", 39), 30);
  EXPECT_EQ(InForce("2020-04-01", 29), 10);
}

TEST_F(PlanBookTest, CarriedIsWhatAPlanCarriesAtTheEndOfTheYear) {
  const auto expect_as_the_carriers_say = [this] {
    for (const char* code : {"A", "B", "C", "D", "E", "X"}) {
      EXPECT_EQ(book_.IsCarried(2020, code), Carrier(code, "2020-12-31") != 0) << code;
    }
  };
  expect_as_the_carriers_say();
  EXPECT_TRUE(book_.IsCarried(2020, "E"));
  EXPECT_FALSE(book_.IsCarried(2020, "A"));
  EXPECT_FALSE(book_.IsCarried(2019, "E"));
  // Late, for a date before those in force; then one that hands E to another department.
  Apply(60, "100", {"X"}, "2020-02-01");
  expect_as_the_carriers_say();
  Apply(70, "200", {"B", "E"}, "2020-07-01");
  Apply(80, "100", {"A"}, "2020-07-01");
  expect_as_the_carriers_say();
  EXPECT_TRUE(book_.IsCarried(2020, "E"));
  Apply(90, "200", {"B"}, "2020-08-01");
  expect_as_the_carriers_say();
  EXPECT_FALSE(book_.IsCarried(2020, "E"));
}

TEST_F(PlanBookTest, TheCarrierOfACodeChangesWithThePlans) {
  EXPECT_EQ(Carrier("B", "2020-01-01"), 10);
  EXPECT_EQ(Carrier("B", "2020-03-01"), 0);
  EXPECT_EQ(Carrier("B", "2020-06-01"), 50);
  EXPECT_EQ(Carrier("B", "2020-06-01", 40), 0);
  EXPECT_EQ(Carrier("C", "2020-06-01"), 0);
  EXPECT_EQ(Carrier("C", "2020-06-01", 30), 20);
  EXPECT_EQ(Carrier("X", "2020-06-01"), 0);
  EXPECT_EQ(book_.Carrier(2021, "A", Day("2021-01-01"), kKnownNow), nullptr);
}

TEST_F(PlanBookTest, ListsItsYearsDepartmentsAndRevisions) {
  EXPECT_EQ(book_.FiscalYears(), (std::set<int>{2020}));
  EXPECT_EQ(book_.Departments(2020), (std::vector<std::string>{"100", "200"}));
  EXPECT_TRUE(book_.Departments(2021).empty());
  EXPECT_EQ(book_.Revisions("100", 2020).size(), 4u);
  EXPECT_TRUE(book_.Revisions("300", 2020).empty());
  EXPECT_TRUE(book_.Revisions("100", 2021).empty());
  EXPECT_EQ(book_.Revisions("100", 2020).front()->budget_fen, 20);
  EXPECT_EQ(book_.AllInForce(2020, Day("2020-05-31"), kKnownNow).size(), 1u);
  EXPECT_EQ(book_.AllInForce(2020, Day("2020-06-01"), kKnownNow).size(), 2u);
}

}  // namespace
}  // namespace budgetwatch
