// Goal: a warning opens once, resolves when its cause is gone, reopens on the same
// record, and gives way to that of a later checkpoint; people explain it once.
// Method: the service over a store in memory, with the business date set by hand.

#include "service/warnings.h"

#include <gtest/gtest.h>

#include "storage/memory_store.h"
#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

constexpr const char* kBehindInJune = "behind_plan/2020/project:A/2020-06-30";

class WarningsTest : public testing::Test {
 protected:
  WarningsTest() {
    ledger_.Apply(MakePlan("100", {MakeProject("A", 1'000'000, {"", "50", "80", "100"})}));
  }

  std::vector<std::string> Open(const std::string& subject = "A") {
    Warnings::Filter filter;
    filter.open = true;
    filter.subject_code = subject;
    std::vector<std::string> ids;
    const auto listed = ledger_.warnings().List(filter, "", 100).value();
    for (const Warning& warning : listed.warnings) {
      ids.push_back(warning.id.ToString());
    }
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  Warning Find(const std::string& id) {
    EXPECT_TRUE(ledger_.warnings().EvaluatePending().ok());
    return ledger_.ledger().View([&](const LedgerState& state) {
      const Warning* warning = state.warnings().Find(id);
      BW_CHECK(warning != nullptr);
      return *warning;
    });
  }

  void Pay(const std::string& id, int64_t amount_fen, const std::string& code = "A") {
    ledger_.Record({MakePayment(id, code, "2020-05-05", amount_fen)});
  }

  MemoryStore store_;
  TestLedger ledger_{store_};
};

using Ids = std::vector<std::string>;

TEST_F(WarningsTest, OpensOnceHoweverOftenItIsEvaluated) {
  const Ids open = Open();
  EXPECT_EQ(open, (Ids{"behind_plan/2020/project:A/2020-06-30",
                       "behind_time_progress/2020/project:A/2020-06-30",
                       "forecast_shortfall/2020/project:A/2020-06-30",
                       "no_spending/2020/project:A/2020-06-30",
                       "severely_behind_plan/2020/project:A/2020-06-30"}));
  const Sequence before = ledger_.sequence();
  EXPECT_EQ(Open(), open);
  Pay("small", 1, "X");
  Open();
  EXPECT_EQ(Find(kBehindInJune).history.size(), 1u);
  EXPECT_EQ(ledger_.sequence(), before + 2);  // the payment and its suspense warning
  ledger_.Restart();
  EXPECT_EQ(Open(), open);
  EXPECT_EQ(ledger_.sequence(), before + 2);
}

TEST_F(WarningsTest, ResolvesAndReopensOnTheSameRecord) {
  Open();
  Pay("p", 460'000);
  EXPECT_EQ(Open(), Ids());
  const Warning resolved = Find(kBehindInJune);
  EXPECT_FALSE(resolved.open);
  EXPECT_EQ(resolved.resolved_date, Day("2020-07-01"));
  EXPECT_EQ(resolved.history.back().change, WarningChange::kResolved);
  ledger_.Record({MakeRefund("r", "A", "2020-06-06", 60'000, "p")});
  Open();
  const Warning reopened = Find(kBehindInJune);
  EXPECT_TRUE(reopened.open);
  EXPECT_EQ(reopened.reopen_count, 1);
  EXPECT_EQ(reopened.figures.gap_fen, 100'000);
  EXPECT_EQ(reopened.history.size(), 3u);
}

TEST_F(WarningsTest, AnOpenOneShowsTodaysFiguresBesideThoseItOpenedWith) {
  Open();
  Pay("p", 100'000);
  Warnings::Filter filter;
  filter.rule = Rule::kBehindPlan;
  filter.subject_code = "A";
  const std::vector<Warning> listed = ledger_.warnings().List(filter, "", 10).value().warnings;
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].figures.gap_fen, 500'000);
  ASSERT_TRUE(listed[0].current_figures.has_value());
  EXPECT_EQ(listed[0].current_figures->gap_fen, 400'000);
  Pay("q", 400'000);
  const std::vector<Warning> resolved = ledger_.warnings().List(filter, "", 10).value().warnings;
  EXPECT_FALSE(resolved[0].current_figures.has_value());
}

TEST_F(WarningsTest, ALaterCheckpointTakesTheWarningOver) {
  Pay("p", 100);
  Open();
  ledger_.calendar().Set(Day("2020-10-31"));
  const Ids open = Open();
  EXPECT_EQ(open[0], "behind_plan/2020/project:A/2020-10-31");
  const Warning june = Find(kBehindInJune);
  EXPECT_FALSE(june.open);
  EXPECT_EQ(june.history.back().change, WarningChange::kSuperseded);
}

TEST_F(WarningsTest, ABusinessDateBringsWhatWasNotDue) {
  ledger_.calendar().Set(Day("2020-06-29"));
  EXPECT_EQ(Open(), (Ids{"behind_time_progress/2020/project:A/2020-03-31"}));
  ledger_.calendar().Set(Day("2020-06-30"));
  EXPECT_EQ(Open().size(), 5u);
}

TEST_F(WarningsTest, SuspenseIsPendingUntilAPlanBringsTheProject) {
  Pay("p", 460'000);
  Pay("x", 77, "X");
  EXPECT_EQ(Find("suspense_pending/2020/suspense").figures.gap_fen, 77);
  ledger_.Apply(MakePlan(
      "100", {MakeProject("A", 1'000'000, {"", "50", "80", "100"}), MakeProject("X", 100)}));
  EXPECT_FALSE(Find("suspense_pending/2020/suspense").open);
}

TEST_F(WarningsTest, AnUnmatchedRefundWarnsUntilItsPaymentCame) {
  ledger_.Record({MakePayment("p", "A", "2020-05-05", 500'000),
                  MakeRefund("r", "A", "2020-05-06", 5, "late")});
  EXPECT_EQ(Open(), (Ids{"refund_unmatched/2020/project:A"}));
  ledger_.Record({MakePayment("late", "A", "2019-12-31", 10)});
  EXPECT_EQ(Open(), Ids());
}

TEST_F(WarningsTest, ALineThatLeftThePlanHasNoOpenWarnings) {
  Open();
  ledger_.Apply(MakePlan("100", {MakeProject("B", 1'000'000, {"", "50", "80", "100"})}));
  EXPECT_EQ(Open(), Ids());
  EXPECT_EQ(Open("B").size(), 5u);
}

TEST_F(WarningsTest, AClosedYearKeepsItsWarnings) {
  const Ids open = Open();
  ledger_.calendar().Set(Day("2021-02-01"));
  ASSERT_TRUE(ledger_.administration().CloseFiscalYear(2020).ok());
  EXPECT_EQ(Open(), open);
}

TEST_F(WarningsTest, ParentsAreWarnedAboutWhatIsBelowThem) {
  Plan child = MakePlan("200", {MakeProject("B", 1'000'000, {"100", "100", "100", "100"})});
  child.parent_department_code = "1";
  ledger_.Apply(child);
  const Ids open = Open("1");
  EXPECT_EQ(open, (Ids{"behind_plan/2020/department:1/2020-06-30",
                       "behind_time_progress/2020/department:1/2020-06-30",
                       "severely_behind_plan/2020/department:1/2020-06-30"}));
  Pay("p", 1'000'000, "B");
  EXPECT_EQ(Open("1"), Ids());
}

TEST_F(WarningsTest, AnExplanationIsKeptOnce) {
  Open();
  const Explanation why{CauseClass::kFunding, "资金未到位", "催拨", Day("2020-09-01"), "王"};
  const auto explained = ledger_.warnings().Explain(kBehindInJune, why);
  ASSERT_TRUE(explained.ok());
  EXPECT_EQ(explained.value().explanation, why);
  EXPECT_TRUE(explained.value().open);
  const Sequence before = ledger_.sequence();
  ASSERT_TRUE(ledger_.warnings().Explain(kBehindInJune, why).ok());
  EXPECT_EQ(ledger_.sequence(), before);
  Explanation other = why;
  other.text = "已到位";
  ASSERT_TRUE(ledger_.warnings().Explain(kBehindInJune, other).ok());
  EXPECT_EQ(ledger_.sequence(), before + 1);
  EXPECT_EQ(Find(kBehindInJune).history.size(), 3u);
}

TEST_F(WarningsTest, ExplanationsAreChecked) {
  Open();
  Explanation why{CauseClass::kOther, "t", "", std::nullopt, ""};
  EXPECT_EQ(ledger_.warnings().Explain("none", why).error().reason, "WARNING_NOT_FOUND");
  why.text.clear();
  EXPECT_EQ(ledger_.warnings().Explain(kBehindInJune, why).error().field, "explanation.text");
  why.text.assign(4097, 'x');
  EXPECT_EQ(ledger_.warnings().Explain(kBehindInJune, why).error().reason, "INVALID_FIELD");
  why.text = "t";
  why.measure = "\xff";
  EXPECT_EQ(ledger_.warnings().Explain(kBehindInJune, why).error().field, "explanation.measure");
}

TEST_F(WarningsTest, PagesJoinGraveOnesFirst) {
  const auto all = ledger_.warnings().List({}, "", 100).value();
  ASSERT_GT(all.warnings.size(), 5u);
  EXPECT_TRUE(all.next_id.empty());
  EXPECT_EQ(all.warnings[0].severity, Severity::kCritical);
  Ids joined;
  std::string after;
  do {
    const auto page = ledger_.warnings().List({}, after, 2).value();
    for (const Warning& warning : page.warnings) joined.push_back(warning.id.ToString());
    after = page.next_id;
  } while (!after.empty());
  ASSERT_EQ(joined.size(), all.warnings.size());
  for (size_t i = 0; i < joined.size(); ++i) {
    EXPECT_EQ(joined[i], all.warnings[i].id.ToString());
  }
}

TEST_F(WarningsTest, ChangesAreToldInOrderAsTheyWere) {
  Open();
  Pay("p", 460'000);
  Open();
  const auto all = ledger_.warnings().ChangesAfter(0, "", 100);
  ASSERT_FALSE(all.items.empty());
  EXPECT_EQ(all.scanned, all.items.back().sequence);
  for (size_t i = 0; i < all.items.size(); ++i) {
    const auto& change = all.items[i];
    const Warning warning = ledger_.warnings().AfterChange(change);
    EXPECT_EQ(warning.id.ToString(), change.warning_id);
    EXPECT_EQ(warning.history.back().sequence, change.sequence);
    if (i > 0) {
      EXPECT_LT(all.items[i - 1].sequence, change.sequence);
    }
  }
  EXPECT_TRUE(ledger_.warnings().AfterChange(all.items.front()).open);
  EXPECT_FALSE(ledger_.warnings().AfterChange(all.items.back()).open);
  EXPECT_TRUE(ledger_.warnings().ChangesAfter(all.scanned, "", 100).items.empty());
  EXPECT_TRUE(ledger_.warnings().ChangesAfter(0, "other", 100).items.empty());
  EXPECT_TRUE(ledger_.warnings().WaitForChange(0, 0));
  ledger_.warnings().Stop();
  EXPECT_FALSE(ledger_.warnings().WaitForChange(all.scanned, 60'000));
}

TEST_F(WarningsTest, WhatFailedToBeWrittenIsEvaluatedAgain) {
  store_.SetFailing(true);
  EXPECT_FALSE(ledger_.warnings().EvaluatePending().ok());
  EXPECT_EQ(Open(), Ids());
  store_.SetFailing(false);
  EXPECT_EQ(Open().size(), 5u);
}

}  // namespace
}  // namespace budgetwatch
