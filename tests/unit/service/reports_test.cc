// Goal: a report at (as_of, known_at) is the same for ever, however the moment is
// named and whatever arrives later. Method: whole reports as text, before and after.

#include "service/reports.h"

#include <gtest/gtest.h>

#include <climits>

#include "storage/memory_store.h"
#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

Committer::Options Frequent() {
  Committer::Options options;
  options.checkpoint_interval = 2;
  return options;
}

class ReportsTest : public testing::Test {
 protected:
  ReportsTest() {
    ledger_.Apply(MakePlan("100", {MakeProject("A", 1000, {"", "50", "80", "100"})}));
    ledger_.Record({MakePayment("p", "A", "2020-05-05", 100)});
    ledger_.Record({MakePayment("q", "X", "2020-05-06", 20)});
  }

  Result<ExecutionReport> Try(std::optional<Date> as_of, KnownAt known_at = {}, int year = 2020) {
    return ledger_.reports().Execution({"100", year, as_of, known_at});
  }

  std::string Text(const KnownAt& known_at) {
    const auto report = Try(Day("2020-06-30"), known_at);
    EXPECT_TRUE(report.ok());
    return ReportText(report.value());
  }

  // A later payment for an earlier date, a correction, a plan and a profile.
  void ChangeEverything() {
    ledger_.clock().Advance(1000);
    ledger_.Record({MakePayment("late", "A", "2020-02-02", 5),
                    MakeCorrection("c", "A", "2020-05-07", 20, "q")});
    ledger_.Apply(MakePlan("100", {MakeProject("A", 5000), MakeProject("X", 10)}), "2020-03-01");
    Profile profile;
    profile.tolerance_ppm = 1;
    ASSERT_TRUE(ledger_.administration().AdoptProfile(profile).ok());
  }

  MemoryStore store_;
  TestLedger ledger_{store_, Frequent()};
};

TEST_F(ReportsTest, WhatWasKnownStaysTheSameForEver) {
  const Sequence then = ledger_.sequence();
  const WallMicros time = ledger_.clock().Now();
  const std::string now = Text({});
  const std::string by_sequence = Text({then, std::nullopt});
  ledger_.clock().Advance(5);
  const std::string by_time = Text({std::nullopt, time + 5});
  EXPECT_EQ(now, by_sequence);
  EXPECT_EQ(now, by_time);
  const std::string before = Text({then - 1, std::nullopt});
  EXPECT_NE(before, now);
  ChangeEverything();
  EXPECT_NE(Text({}), now);
  EXPECT_EQ(Text({then, std::nullopt}), now);
  EXPECT_EQ(Text({std::nullopt, time + 5}), now);
  EXPECT_EQ(Text({then - 1, std::nullopt}), before);
  ledger_.Restart();
  ledger_.clock().Advance(5000);
  EXPECT_EQ(Text({then, std::nullopt}), now);
  EXPECT_EQ(Text({std::nullopt, time + 5}), now);
  EXPECT_EQ(Text({then - 1, std::nullopt}), before);
}

TEST_F(ReportsTest, TheDateIsTheBusinessDateHeldInTheYear) {
  EXPECT_EQ(Try(std::nullopt).value().as_of, Day("2020-07-01"));
  ledger_.calendar().Set(Day("2021-03-03"));
  EXPECT_EQ(Try(std::nullopt).value().as_of, Day("2020-12-31"));
}

TEST_F(ReportsTest, OnlyPaymentsUpToTheDateCount) {
  EXPECT_EQ(ledger_.Report("100", "2020-05-04").totals.disbursed_fen, 0);
  EXPECT_EQ(ledger_.Report("100", "2020-05-05").totals.disbursed_fen, 100);
  EXPECT_EQ(ledger_.Report("100", "2020-05-05").suspense.amount_fen, 0);
  EXPECT_EQ(ledger_.Report("100", "2020-05-06").suspense.amount_fen, 20);
}

TEST_F(ReportsTest, AYearWithoutMoneyOnTheLineTellsTheForecastWhereTheLedgerKnowsTheYear) {
  Plan before = MakePlan("100", {MakeProject("A", 1000), MakeProject("B", 1000)});
  before.fiscal_year = 2019;
  ledger_.Apply(std::move(before));
  const auto year_count = [this] {
    const auto report = ledger_.reports().Performance({"100", 2020, Day("2020-06-30"), {}});
    return report.value().lines.at(0).forecast.year_count;
  };
  EXPECT_EQ(year_count(), 0);  // nothing of 2019 is in the ledger
  ledger_.Record({MakePayment("old", "B", "2019-05-05", 100)});
  EXPECT_EQ(year_count(), 1);
}

TEST_F(ReportsTest, RequestsOutOfBoundsAreRefused) {
  const Date day = Day("2020-06-30");
  EXPECT_EQ(Try(Day("2021-01-01")).error().reason, "DATE_OUTSIDE_FISCAL_YEAR");
  EXPECT_EQ(Try(std::nullopt, {}, 1949).error().reason, "INVALID_FIELD");
  EXPECT_EQ(Try(std::nullopt, {}, 2200).error().reason, "INVALID_FIELD");
  EXPECT_EQ(Try(std::nullopt, {}, 2019).error().reason, "PLAN_NOT_FOUND");
  EXPECT_EQ(Try(day, {ledger_.sequence() + 1, std::nullopt}).error().reason, "KNOWN_AT_IN_FUTURE");
  EXPECT_EQ(Try(day, {-1, std::nullopt}).error().reason, "KNOWN_AT_IN_FUTURE");
  EXPECT_EQ(Try(day, {std::nullopt, ledger_.clock().Now() + 1'000'000}).error().reason,
            "KNOWN_AT_IN_FUTURE");
  EXPECT_EQ(Try(day, {0, std::nullopt}).error().reason, "PLAN_NOT_FOUND");
}

TEST_F(ReportsTest, AYearThatIsNoneIsRefusedBeforeItsSizeIsLookedFor) {
  for (const int year : {INT_MIN, -1, 0, 1949, 2200, INT_MAX}) {
    const auto size = ledger_.reports().LargestSize({"100", year, std::nullopt, {0, {}}}, 5);
    ASSERT_FALSE(size.ok()) << year;
    EXPECT_EQ(size.error().reason, "INVALID_FIELD");
  }
  EXPECT_TRUE(ledger_.reports().LargestSize({"100", 2020, std::nullopt, {0, {}}}, 5).ok());
}

}  // namespace
}  // namespace budgetwatch
