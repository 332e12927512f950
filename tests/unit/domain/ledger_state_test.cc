// Goal: the state is the fold of its entries, and entries that cannot follow are
// told instead of applied. Method: small journals, folded whole and from a snapshot.

#include "domain/ledger_state.h"

#include <gtest/gtest.h>

#include "support/builders.h"

namespace budgetwatch {
namespace {

PaymentEntry Correction() {
  PaymentEntry entry = MakeEntry(MakeCorrection("c", "B", "2021-01-01", 100, "p"));
  entry.original_sequence = 1;
  entry.from_project_code = "A";
  entry.from_date = Day("2020-05-05");
  entry.takes_rest = true;
  return entry;
}

std::vector<JournalEntry> Journal() {
  Profile profile;
  profile.name = "second";
  return {MakeEntry(MakePayment("p", "A", "2020-05-05", 100)),
          MakePlanEntry(MakePlan("100", {MakeProject("A", 1000)}), "2020-01-01"),
          MakeEntry(MakeRefund("r", "A", "2020-05-06", 30, "later")),
          ProfileEntry{profile},
          Correction(),
          ClosingEntry{2019}};
}

LedgerState Fold(const std::vector<JournalEntry>& journal) {
  LedgerState state;
  for (const JournalEntry& entry : journal) {
    state.Apply(state.sequence() + 1, 100 + state.sequence(), entry);
  }
  return state;
}

TEST(LedgerState, IsTheFoldOfItsEntries) {
  const LedgerState state = Fold(Journal());
  EXPECT_EQ(state.sequence(), 6);
  EXPECT_EQ(state.recorded_time(), 105);
  EXPECT_EQ(state.gross_fen(), 230);
  EXPECT_EQ(state.payment_counts(), (std::map<int, int64_t>{{2020, 2}, {2021, 1}}));
  EXPECT_TRUE(state.IsClosed(2019));
  EXPECT_FALSE(state.IsClosed(2020));
  const auto on = [&state](int year, const char* code, const char* day) {
    const ProjectTotals* totals = state.totals().FindProject(year, code);
    return totals == nullptr ? Total() : totals->At(Day(day));
  };
  EXPECT_EQ(on(2020, "A", "2020-05-05"), (Total{0, 0}));
  EXPECT_EQ(on(2020, "A", "2020-05-06"), (Total{-30, 1}));
  EXPECT_EQ(on(2021, "B", "2021-01-01"), (Total{100, 1}));
  EXPECT_EQ(state.unmatched_refunds().at({"bank", "later"}).size(), 1u);
  EXPECT_EQ(state.totals().FindYear(2022), nullptr);
}

TEST(LedgerState, MatchedRefundsWaitNoLonger) {
  std::vector<JournalEntry> journal = Journal();
  PaymentEntry late = MakeEntry(MakePayment("later", "A", "2020-04-04", 50));
  late.matched_refund_sequences = {3};
  journal.push_back(late);
  EXPECT_TRUE(Fold(journal).unmatched_refunds().empty());
}

TEST(LedgerState, TheProfileIsThatOfItsTime) {
  const LedgerState state = Fold(Journal());
  EXPECT_EQ(state.ProfileAt(0).name, "mof-2020");
  EXPECT_EQ(state.ProfileAt(3).name, "mof-2020");
  EXPECT_EQ(state.ProfileAt(4).name, "second");
  EXPECT_EQ(state.ProfileAt(kKnownNow).name, "second");
}

TEST(LedgerState, EntriesThatCannotFollowAreTold) {
  LedgerState state = Fold(Journal());
  WarningEntry resolved;
  resolved.change = WarningChange::kResolved;
  PaymentEntry zero = MakeEntry(MakePayment("z", "A", "2020-01-01", 1));
  zero.event.amount_fen = 0;
  PaymentEntry matching = MakeEntry(MakePayment("z", "A", "2020-01-01", 1));
  matching.matched_refund_sequences = {3};
  PaymentEntry huge = MakeEntry(MakePayment("z", "A", "2020-01-01", 1));
  huge.event.amount_fen = INT64_MAX - 229;
  for (const JournalEntry& entry : std::vector<JournalEntry>{resolved, zero, matching, huge}) {
    const Status status = state.Check(7, entry);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().reason, "DATA_DAMAGED");
  }
  EXPECT_FALSE(state.Check(8, ClosingEntry{2018}).ok());
  EXPECT_FALSE(state.Check(6, ClosingEntry{2018}).ok());
  EXPECT_TRUE(state.Check(7, ClosingEntry{2018}).ok());
  EXPECT_DEATH(state.Apply(8, 0, ClosingEntry{2018}), "broken invariant");
}

TEST(LedgerState, ASnapshotContinuesLikeTheWholeJournal) {
  const std::vector<JournalEntry> journal = Journal();
  for (size_t cut = 1; cut <= journal.size(); ++cut) {
    const LedgerState before = Fold({journal.begin(), journal.begin() + static_cast<long>(cut)});
    LedgerState::Snapshot snapshot{before.sequence(),
                                   before.recorded_time(),
                                   before.gross_fen(),
                                   before.payment_counts(),
                                   before.unmatched_refunds(),
                                   before.totals(),
                                   {}};
    for (size_t i = 0; i < cut; ++i) {
      if (std::holds_alternative<PaymentEntry>(journal[i])) continue;
      snapshot.control_entries.push_back({static_cast<Sequence>(i) + 1, 0, journal[i]});
    }
    auto resumed = LedgerState::FromSnapshot(std::move(snapshot));
    ASSERT_TRUE(resumed.ok());
    LedgerState state = std::move(resumed).value();
    for (size_t i = cut; i < journal.size(); ++i) {
      state.Apply(static_cast<Sequence>(i) + 1, 0, journal[i]);
    }
    const LedgerState whole = Fold(journal);
    EXPECT_TRUE(state.totals() == whole.totals()) << cut;
    EXPECT_EQ(state.gross_fen(), whole.gross_fen());
    EXPECT_EQ(state.payment_counts(), whole.payment_counts());
    EXPECT_EQ(state.unmatched_refunds(), whole.unmatched_refunds());
    EXPECT_EQ(state.ProfileAt(kKnownNow), whole.ProfileAt(kKnownNow));
    EXPECT_EQ(state.IsClosed(2019), whole.IsClosed(2019));
    EXPECT_EQ(state.plans().Departments(2020), whole.plans().Departments(2020));
  }
}

TEST(LedgerState, ASnapshotThatContradictsItselfIsTold) {
  LedgerState::Snapshot snapshot;
  snapshot.sequence = 1;
  WarningEntry resolved;
  resolved.change = WarningChange::kResolved;
  snapshot.control_entries = {{1, 0, resolved}};
  const auto state = LedgerState::FromSnapshot(std::move(snapshot));
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.error().reason, "DATA_DAMAGED");
}

TEST(ProjectTotals, KeepTheirDaysInOrderWhateverArrivesFirst) {
  ProjectTotals totals;
  for (const char* day : {"2020-05-05", "2020-01-01", "2020-12-31", "2020-05-05", "2020-03-03"}) {
    totals.Add(Day(day), {10, 1});
  }
  ASSERT_EQ(totals.days().size(), 4u);
  EXPECT_EQ(totals.SumUpTo(Day("2019-12-31")), Total());
  EXPECT_EQ(totals.SumUpTo(Day("2020-01-01")), (Total{10, 1}));
  EXPECT_EQ(totals.SumUpTo(Day("2020-05-05")), (Total{40, 4}));
  EXPECT_EQ(totals.SumUpTo(Day("2020-12-30")), (Total{40, 4}));
  EXPECT_EQ(totals.SumUpTo(Day("2020-12-31")), (Total{50, 5}));
  totals.Set(Day("2020-05-05"), {1, 1});
  EXPECT_EQ(totals.At(Day("2020-05-05")), (Total{1, 1}));
  EXPECT_EQ(totals.At(Day("2020-05-06")), Total());
}

TEST(ProjectTotals, TakeLittleMoreMemoryThanTheirDays) {
  ProjectTotals totals;
  for (int days = 1; days <= 366; ++days) {
    totals.Add(Day("2020-01-01").AddDays(days - 1), {10, 1});
    ASSERT_EQ(totals.days().size(), static_cast<size_t>(days));
    EXPECT_LE(totals.days().capacity(), totals.days().size() * 9 / 8 + 4);
    EXPECT_LE(totals.days().capacity(), totals.days().size() * 2);
  }
}

}  // namespace
}  // namespace budgetwatch
