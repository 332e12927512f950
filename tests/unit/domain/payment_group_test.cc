// Goal: each event of a group is decided by laws 3, 5, 7 and 8, seeing those before
// it in the group and everything recorded earlier.
// Method: scripts of events with the outcome of each; every script runs as one
// group, and again with a commit after each event.

#include "domain/payment_group.h"

#include <gtest/gtest.h>

#include "domain/money.h"
#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

// The fold with what a store would find, in plain maps.
class Recorded : public PaymentLookup {
 public:
  // Many keys share a hash.
  uint64_t HashOf(const PaymentKeyView& key) const override { return key.payment_id.size(); }
  Result<std::vector<Sequence>> FindPayments(const std::vector<HashedKey>& keys,
                                             const SequenceRange& /*range*/) const override {
    std::vector<Sequence> sequences;
    for (const HashedKey& hashed : keys) {
      const auto found = ids.find(hashed.key.Copy());
      sequences.push_back(found == ids.end() ? 0 : found->second);
    }
    return sequences;
  }
  Result<JournalItem> ReadEntry(Sequence sequence) const override {
    return JournalItem{sequence, 0, entries.at(sequence)};
  }
  Result<int64_t> TakenFen(Sequence sequence) const override {
    const auto found = taken_fen.find(sequence);
    return found == taken_fen.end() ? int64_t{0} : found->second;
  }

  void Apply(const JournalEntry& entry) {
    const Sequence sequence = state.sequence() + 1;
    ASSERT_TRUE(state.Check(sequence, entry).ok());
    state.Apply(sequence, 0, entry);
    entries.emplace(sequence, entry);
    if (const auto* payment = std::get_if<PaymentEntry>(&entry)) {
      ids[payment->key().Copy()] = sequence;
    }
  }

  void Commit(PaymentGroup* group) {
    for (const auto& [sequence, value] : group->taken_fen()) taken_fen[sequence] = value;
    for (const JournalEntry& entry : group->TakeEntries()) Apply(entry);
  }

  LedgerState state;
  std::map<PaymentKey, Sequence> ids;
  std::map<Sequence, JournalEntry> entries;
  std::map<Sequence, int64_t> taken_fen;
};

struct Step {
  PaymentEvent event;
  const char* outcome;
  std::string source = "bank";
};

constexpr const char* kDay = "2020-05-05";

class PaymentGroupTest : public testing::Test {
 protected:
  PaymentGroupTest() {
    recorded_.Apply(MakePlanEntry(MakePlan("100", {MakeProject("A", 1000), MakeProject("B", 1000)}),
                                  "2020-01-01"));
  }

  // Runs the steps as one group, or with a commit after each.
  static void Decide(Recorded* recorded, const std::vector<Step>& steps, bool one_group) {
    auto group = std::make_unique<PaymentGroup>(recorded->state, *recorded);
    for (size_t i = 0; i < steps.size(); ++i) {
      const auto outcome = group->Decide(steps[i].source, steps[i].event);
      ASSERT_TRUE(outcome.ok());
      EXPECT_EQ(OutcomeText(outcome.value()), steps[i].outcome)
          << "step " << i << (one_group ? " in one group" : " alone");
      if (one_group && i + 1 < steps.size()) continue;
      recorded->Commit(group.get());
      group = std::make_unique<PaymentGroup>(recorded->state, *recorded);
    }
  }

  // Both ways; the ledgers end the same.
  void Check(const std::vector<Step>& steps) {
    Recorded other = recorded_;
    Decide(&other, steps, false);
    Decide(&recorded_, steps, true);
    EXPECT_TRUE(recorded_.state.totals() == other.state.totals());
    EXPECT_EQ(recorded_.entries.size(), other.entries.size());
    for (const auto& [sequence, entry] : other.entries) {
      EXPECT_TRUE(recorded_.entries.at(sequence) == entry) << sequence;
    }
    EXPECT_EQ(recorded_.taken_fen, other.taken_fen);
    EXPECT_EQ(recorded_.state.unmatched_refunds(), other.state.unmatched_refunds());
  }

  // Net money and number of payments on a project.
  Total On(const std::string& code, const std::string& last_day = "2020-12-31") const {
    const ProjectTotals* totals = recorded_.state.totals().FindProject(2020, code);
    return totals == nullptr ? Total() : totals->SumUpTo(Day(last_day));
  }

  Recorded recorded_;
};

TEST_F(PaymentGroupTest, TheSameEventCountsOnce) {
  PaymentEvent other = MakePayment("p", "A", kDay, 5);
  other.memo = "other";
  Check({{MakePayment("p", "A", kDay, 5), "recorded"},
         {MakePayment("p", "A", kDay, 5), "duplicate"},
         {other, "PAYMENT_ID_CONFLICT"},
         {MakePayment("p", "A", kDay, 5), "recorded", "tax"},
         {MakePayment("p", "A", kDay, 5), "duplicate"}});
  EXPECT_EQ(On("A"), (Total{10, 2}));
}

TEST_F(PaymentGroupTest, MoneyForAnUnknownProjectIsSuspended) {
  Check({{MakePayment("p", "X", kDay, 5), "suspended"},
         {MakePayment("q", "A", "2021-05-05", 5), "suspended"},
         {MakeCorrection("c", "A", kDay, 5, "p"), "recorded"},
         {MakePayment("o", "A", kDay, 5000), "recorded"}});
  EXPECT_EQ(On("X"), (Total{0, 0}));
  EXPECT_EQ(On("A"), (Total{5005, 2}));
}

TEST_F(PaymentGroupTest, RefundsOfAPaymentNeverExceedIt) {
  Check({{MakePayment("p", "A", kDay, 100), "recorded"},
         {MakeRefund("r1", "A", kDay, 60, "p"), "recorded"},
         {MakeRefund("r2", "A", kDay, 41, "p"), "REFUND_EXCEEDS_PAYMENT"},
         {MakeRefund("r3", "", kDay, 40, "p"), "recorded"},
         {MakeRefund("r4", "A", kDay, 1, "p"), "REFUND_EXCEEDS_PAYMENT"},
         {MakeRefund("r5", "A", kDay, 500), "recorded"}});
  EXPECT_EQ(On("A"), (Total{-500, 4}));
}

TEST_F(PaymentGroupTest, ARefundNamesAPaymentOnItsProject) {
  Check({{MakePayment("p", "A", kDay, 100), "recorded"},
         {MakeRefund("r", "A", kDay, 10, "p"), "recorded"},
         {MakeRefund("x", "A", kDay, 1, "r"), "ORIGINAL_NOT_A_PAYMENT"},
         {MakeRefund("x", "A", kDay, 1, "x"), "ORIGINAL_NOT_A_PAYMENT"},
         {MakeRefund("x", "B", kDay, 1, "p"), "ORIGINAL_PROJECT_MISMATCH"},
         {MakeRefund("x", "B", kDay, 1000, "p"), "ORIGINAL_PROJECT_MISMATCH"},
         {MakeRefund("x", "", kDay, 1, "none"), "MISSING_PROJECT_CODE"},
         {MakeRefund("x", "", kDay, 1, "p"), "MISSING_PROJECT_CODE", "tax"}});
}

TEST_F(PaymentGroupTest, ARefundBeforeItsPaymentIsMatchedLater) {
  Check({{MakeRefund("r1", "A", kDay, 60, "p"), "recorded"},
         {MakeRefund("r2", "A", kDay, 50, "p"), "recorded"},
         {MakeRefund("r3", "B", kDay, 5, "p"), "recorded"},
         {MakeRefund("r4", "A", kDay, 30, "p"), "recorded"},
         {MakePayment("p", "A", kDay, 100), "recorded"},
         {MakeRefund("r5", "A", kDay, 11, "p"), "REFUND_EXCEEDS_PAYMENT"},
         {MakeRefund("r6", "A", kDay, 10, "p"), "recorded"}});
  EXPECT_EQ(On("A"), (Total{-50, 5 + 0}));
  // r2 did not fit behind r1, and r3 is booked elsewhere.
  const auto& waiting = recorded_.state.unmatched_refunds().at({"bank", "p"});
  ASSERT_EQ(waiting.size(), 2u);
  EXPECT_EQ(waiting[0].amount_fen, 50);
  EXPECT_EQ(waiting[1].project_code, "B");
  EXPECT_EQ(recorded_.taken_fen.at(recorded_.ids.at({"bank", "p"})), 100);
}

TEST_F(PaymentGroupTest, ARefundThatNamesALaterRefundStaysUnmatched) {
  Check({{MakeRefund("r1", "A", kDay, 60, "r2"), "recorded"},
         {MakeRefund("r2", "A", kDay, 60), "recorded"}});
  EXPECT_EQ(recorded_.state.unmatched_refunds().size(), 1u);
}

TEST_F(PaymentGroupTest, ACorrectionMovesMoneyWhollyOrInPart) {
  Check({{MakePayment("p", "A", kDay, 100), "recorded"},
         {MakeCorrection("c1", "B", kDay, 30, "p"), "recorded"},
         {MakeRefund("r", "A", kDay, 20, "p"), "recorded"},
         {MakeCorrection("c2", "B", "2020-06-06", 51, "p"), "CORRECTION_EXCEEDS_PAYMENT"},
         {MakeCorrection("c2", "B", "2020-06-06", 50, "p"), "recorded"},
         {MakeCorrection("c3", "A", kDay, 50, "c2"), "recorded"},
         {MakeRefund("r2", "B", kDay, 30, "c1"), "recorded"},
         {MakeRefund("r3", "A", kDay, 1, "p"), "REFUND_EXCEEDS_PAYMENT"}});
  EXPECT_EQ(On("A"), (Total{50, 2}));
  EXPECT_EQ(On("B"), (Total{0, 2}));
  EXPECT_EQ(On("B", kDay), (Total{0, 2}));
}

TEST_F(PaymentGroupTest, ACorrectionNeedsAnOriginalAndAChange) {
  Check({{MakePayment("p", "A", kDay, 100), "recorded"},
         {MakeRefund("r", "A", kDay, 20), "recorded"},
         {MakeCorrection("c", "B", kDay, 1, "none"), "ORIGINAL_NOT_FOUND"},
         {MakeCorrection("c", "B", kDay, 1, "c"), "ORIGINAL_NOT_FOUND"},
         {MakeCorrection("c", "B", kDay, 1, "p"), "ORIGINAL_NOT_FOUND", "tax"},
         {MakeCorrection("c", "B", kDay, 1, "r"), "ORIGINAL_NOT_A_PAYMENT"},
         {MakeCorrection("c", "A", kDay, 1, "p"), "CORRECTION_WITHOUT_CHANGE"},
         {MakeCorrection("c", "A", kDay, 101, "p"), "CORRECTION_EXCEEDS_PAYMENT"},
         {MakeCorrection("c", "A", "2020-05-06", 100, "p"), "recorded"}});
  EXPECT_EQ(On("A", kDay), (Total{-20, 1}));
  EXPECT_EQ(On("A"), (Total{80, 2}));
}

TEST_F(PaymentGroupTest, AClosedYearTakesNothingNew) {
  Check({{MakePayment("p", "A", "2020-12-31", 100), "recorded"},
         {MakePayment("q", "A", "2021-01-01", 100), "suspended"},
         {MakeRefund("r", "A", "2020-12-31", 100), "recorded"}});
  recorded_.Apply(ClosingEntry{2020});
  Check({{MakePayment("p", "A", "2020-12-31", 100), "duplicate"},
         {MakePayment("p", "A", "2020-12-31", 101), "PAYMENT_ID_CONFLICT"},
         {MakePayment("n", "A", "2020-12-31", 100), "FISCAL_YEAR_CLOSED"},
         {MakeRefund("n", "A", "2020-12-31", 1, "q"), "FISCAL_YEAR_CLOSED"},
         {MakeCorrection("n", "A", "2020-12-31", 1, "q"), "FISCAL_YEAR_CLOSED"},
         {MakeCorrection("n", "A", "2021-01-01", 1, "p"), "FISCAL_YEAR_CLOSED"},
         {MakeCorrection("n", "A", "2021-01-01", 1, "r"), "FISCAL_YEAR_CLOSED"},
         // Money of the closed year that comes back counts in the year it comes back.
         {MakeRefund("n", "A", "2021-01-02", 100, "p"), "suspended"}});
  EXPECT_EQ(On("A"), (Total{0, 2}));
}

TEST_F(PaymentGroupTest, TheSumOfAllAmountsStaysInRange) {
  LedgerState::Snapshot snapshot;
  snapshot.gross_fen = INT64_MAX - 10;
  Recorded full;
  full.state = LedgerState::FromSnapshot(std::move(snapshot)).value();
  Decide(&full,
         {{MakePayment("p", "A", kDay, 8), "suspended"},
          {MakeRefund("q", "A", kDay, 3), "AMOUNT_OUT_OF_RANGE"},
          {MakeRefund("r", "A", kDay, 2), "suspended"},
          {MakePayment("s", "A", kDay, 1), "AMOUNT_OUT_OF_RANGE"}},
         true);
  EXPECT_EQ(full.state.gross_fen(), INT64_MAX);
}

TEST_F(PaymentGroupTest, ARejectedEventLeavesItsIdFree) {
  Check({{MakeCorrection("x", "B", kDay, 1, "none"), "ORIGINAL_NOT_FOUND"},
         {MakePayment("x", "A", kDay, 5), "recorded"}});
}

TEST_F(PaymentGroupTest, AnErrorOfTheLookupChangesNothing) {
  class Failing : public Recorded {
   public:
    Result<int64_t> TakenFen(Sequence) const override {
      return Refusal(Reason::kStoreFailed, "", "");
    }
  };
  Failing failing;
  failing.Apply(MakeEntry(MakePayment("p", "A", kDay, 5)));
  PaymentGroup group(failing.state, failing);
  const auto outcome = group.Decide("bank", MakeRefund("r", "A", kDay, 5, "p"));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().reason, "STORE_FAILED");
  EXPECT_TRUE(group.TakeEntries().empty());
  EXPECT_TRUE(group.taken_fen().empty());
}

}  // namespace
}  // namespace budgetwatch
