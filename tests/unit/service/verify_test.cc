// Goal: a sound ledger verifies clean, and each kind of damage is found and named.
// Method: a store that passes everything on, with one answer tampered with.

#include "service/verify.h"

#include <gtest/gtest.h>

#include <thread>

#include "storage/memory_store.h"
#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

// Which answer is tampered with.
enum class Damage {
  kNone,
  kAmount,      // an entry of the journal has another amount
  kIdLost,      // an id is not found
  kIdMoved,     // an id points to another entry
  kTaken,       // less is marked as taken
  kBooking,     // a booking is missing
  kTotal,       // a total of the checkpoint is another
  kCheckpoint,  // the counts of the checkpoint are others
  kOrder,       // a sequence is skipped
};

class TamperedStore : public MemoryStore {
 public:
  Damage damage = Damage::kNone;

  Status ScanJournal(Sequence first, Sequence last, const JournalVisitor& visit) const override {
    return MemoryStore::ScanJournal(first, last, [&](const JournalItem& item) {
      JournalItem changed = item;
      auto* payment = std::get_if<PaymentEntry>(&changed.entry);
      if (damage == Damage::kAmount && payment != nullptr && item.sequence == 3) {
        ++payment->event.amount_fen;
      }
      if (damage == Damage::kOrder && item.sequence == 3) changed.sequence = 4;
      return visit(changed);
    });
  }
  Result<std::vector<Sequence>> FindPayments(
      const std::vector<PaymentKeyView>& keys) const override {
    auto sequences = MemoryStore::FindPayments(keys);
    for (size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].payment_id != "q") continue;
      if (damage == Damage::kIdLost) sequences.value()[i] = 0;
      if (damage == Damage::kIdMoved) sequences.value()[i] = 2;
    }
    return sequences;
  }
  Result<int64_t> TakenFen(Sequence sequence) const override {
    if (damage == Damage::kTaken) return int64_t{0};
    return MemoryStore::TakenFen(sequence);
  }
  Result<std::vector<BookingKey>> ListBookings(const BookingRange& range,
                                               const std::optional<BookingKey>& after,
                                               size_t limit) const override {
    auto keys = MemoryStore::ListBookings(range, after, limit);
    if (damage == Damage::kBooking && keys.ok() && !keys.value().empty()) {
      keys.value().erase(keys.value().begin());
    }
    return keys;
  }
  Status ScanTotals(Sequence checkpoint, std::optional<int> year,
                    const TotalVisitor& visit) const override {
    return MemoryStore::ScanTotals(checkpoint, year, [&](const TotalRow& row) {
      TotalRow changed = row;
      if (damage == Damage::kTotal) ++changed.total.amount_fen;
      return visit(changed);
    });
  }
  Result<std::optional<StateCheckpoint>> LastCheckpoint(Sequence sequence) const override {
    auto checkpoint = MemoryStore::LastCheckpoint(sequence);
    if (damage == Damage::kCheckpoint && checkpoint.ok() && checkpoint.value()) {
      ++checkpoint.value()->gross_fen;
    }
    return checkpoint;
  }
};

class VerifyTest : public testing::Test {
 protected:
  VerifyTest() {
    ledger_.Apply(MakePlan("100", {MakeProject("A", 1000)}));
    ledger_.Record(
        {MakePayment("p", "A", "2020-05-05", 100), MakePayment("q", "B", "2020-05-06", 9)});
    ledger_.Record({MakeRefund("r", "", "2020-05-07", 30, "p"),
                    MakeCorrection("c", "A", "2020-05-07", 9, "q"),
                    MakeRefund("w", "A", "2020-05-07", 1, "late")});
    ledger_.Record({MakePayment("late", "A", "2020-05-08", 10)});
    // Checkpoints are written behind the commits.
    const SteadyTime deadline = SteadyNow() + std::chrono::seconds(20);
    while (!store_.LastCheckpoint(7).value()) {
      BW_CHECK(SteadyNow() < deadline);
      std::this_thread::yield();
    }
  }

  static Committer::Options Frequent() {
    Committer::Options options;
    options.checkpoint_interval = 2;
    return options;
  }

  TamperedStore store_;
  TestLedger ledger_{store_, Frequent()};
};

TEST_F(VerifyTest, ASoundLedgerIsClean) {
  const auto verification = VerifyLedger(ledger_.ledger());
  ASSERT_TRUE(verification.ok());
  EXPECT_EQ(verification.value().verified_sequence, 7);
  EXPECT_EQ(verification.value().payment_count, 6);
  EXPECT_EQ(verification.value().amount_fen, 100 + 9 - 30 - 1 + 10);
  EXPECT_EQ(verification.value().differences, std::vector<std::string>());
}

TEST_F(VerifyTest, EachKindOfDamageIsFound) {
  const std::pair<Damage, const char*> cases[] = {{Damage::kAmount, "B"},
                                                  {Damage::kIdLost, "the index of ids has nothing"},
                                                  {Damage::kIdMoved, "the index of ids has 2"},
                                                  {Damage::kTaken, "marked as taken"},
                                                  {Damage::kBooking, "the index of bookings"},
                                                  {Damage::kTotal, "checkpoint"},
                                                  {Damage::kCheckpoint, "checkpoint"},
                                                  {Damage::kOrder, "expected 3 next"}};
  for (const auto& [damage, words] : cases) {
    store_.damage = damage;
    const auto verification = VerifyLedger(ledger_.ledger());
    ASSERT_TRUE(verification.ok()) << words;
    std::string all;
    for (const std::string& difference : verification.value().differences) all += difference + "\n";
    EXPECT_NE(all.find(words), std::string::npos) << words << " in: " << all;
  }
}

TEST_F(VerifyTest, AJournalThatCannotBeReadIsAnError) {
  class Unreadable : public MemoryStore {
   public:
    bool failing = false;
    Status ScanJournal(Sequence first, Sequence last, const JournalVisitor& visit) const override {
      if (failing) return Refusal(Reason::kStoreFailed, "", "no medium");
      return MemoryStore::ScanJournal(first, last, visit);
    }
  };
  Unreadable store;
  TestLedger ledger(store);
  store.failing = true;
  const auto verification = VerifyLedger(ledger.ledger());
  ASSERT_FALSE(verification.ok());
  EXPECT_EQ(verification.error().reason, "STORE_FAILED");
}

}  // namespace
}  // namespace budgetwatch
