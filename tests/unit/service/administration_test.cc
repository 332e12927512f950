// Goal: years close once and only when they are over, profiles are recorded when
// they change. Method: the service over a store in memory.

#include "service/administration.h"

#include <gtest/gtest.h>

#include "storage/memory_store.h"
#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

TEST(Administration, AYearClosesOnceAndOnlyWhenItIsOver) {
  MemoryStore store;
  TestLedger ledger(store);
  Administration& administration = ledger.administration();
  ledger.calendar().Set(Day("2020-12-31"));
  EXPECT_EQ(administration.CloseFiscalYear(2020).error().reason, "FISCAL_YEAR_NOT_OVER");
  EXPECT_EQ(administration.CloseFiscalYear(1949).error().reason, "INVALID_FIELD");
  EXPECT_EQ(administration.CloseFiscalYear(2200).error().reason, "INVALID_FIELD");
  EXPECT_EQ(ledger.sequence(), 0);
  ledger.calendar().Set(Day("2021-01-01"));
  EXPECT_FALSE(administration.CloseFiscalYear(2020).value());
  EXPECT_TRUE(administration.CloseFiscalYear(2020).value());
  EXPECT_EQ(ledger.sequence(), 1);
  EXPECT_EQ(ledger.RecordOne(MakePayment("p", "A", "2020-12-31", 1)), "FISCAL_YEAR_CLOSED");
  ledger.Restart();
  EXPECT_EQ(ledger.RecordOne(MakePayment("p", "A", "2020-12-31", 1)), "FISCAL_YEAR_CLOSED");
  EXPECT_EQ(ledger.RecordOne(MakePayment("p", "A", "2021-01-01", 1)), "suspended");
}

TEST(Administration, SumsUpEachYear) {
  MemoryStore store;
  TestLedger ledger(store);
  ledger.Apply(MakePlan("100", {MakeProject("A", 1000)}));
  ledger.Apply(MakePlan("200", {MakeProject("B", 1000)}, 2022));
  ledger.Record({MakePayment("p", "A", "2020-05-05", 100), MakeRefund("r", "A", "2020-12-31", 30),
                 MakePayment("x", "X", "2020-05-05", 7), MakePayment("y", "A", "2021-05-05", 5)});
  ASSERT_TRUE(ledger.warnings().EvaluatePending().ok());
  const auto years = ledger.administration().FiscalYears();
  ASSERT_EQ(years.size(), 3u);
  EXPECT_EQ(years[0].fiscal_year, 2020);
  EXPECT_EQ(years[0].payment_count, 3);
  EXPECT_EQ(years[0].amount_fen, 77);
  EXPECT_EQ(years[0].suspense, (Total{7, 1}));
  EXPECT_EQ(years[0].department_codes, (std::vector<std::string>{"100"}));
  EXPECT_GT(years[0].open_warning_count, 0);
  EXPECT_FALSE(years[0].closed);
  EXPECT_EQ(years[1].fiscal_year, 2021);
  EXPECT_EQ(years[1].suspense, (Total{5, 1}));
  EXPECT_EQ(years[2].fiscal_year, 2022);
  EXPECT_EQ(years[2].payment_count, 0);
}

TEST(Administration, AProfileIsRecordedWhenItChanges) {
  MemoryStore store;
  TestLedger ledger(store);
  EXPECT_FALSE(ledger.administration().AdoptProfile(Profile()).value());
  EXPECT_EQ(ledger.sequence(), 0);
  Profile strict;
  strict.tolerance_ppm = 10'000;
  EXPECT_TRUE(ledger.administration().AdoptProfile(strict).value());
  EXPECT_FALSE(ledger.administration().AdoptProfile(strict).value());
  EXPECT_EQ(ledger.sequence(), 1);
  ledger.Restart();
  EXPECT_FALSE(ledger.administration().AdoptProfile(strict).value());
  EXPECT_EQ(ledger.sequence(), 1);
}

}  // namespace
}  // namespace budgetwatch
