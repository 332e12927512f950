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
  kAmount,          // an entry of the journal has another amount
  kIdLost,          // an id is not found
  kIdMoved,         // an id points to another entry
  kIdOther,         // the index of ids has another one, which no lookup tells
  kIdSameHash,      // two ids have the same hash: no damage
  kTaken,           // less is marked as taken
  kTakenToo,        // something is marked as taken that was not
  kTakenMeanwhile,  // less is marked as taken, while commits go on
  kBooking,         // a booking is missing
  kTotal,           // a total of the checkpoint is another
  kCheckpoint,      // the counts of the checkpoint are others
  kOrder,           // a sequence is skipped
  kControl,         // an entry that is no payment is not in its index
  kIdTooMany,       // the index of ids has one more
  kBookingTooMany,  // the index of bookings has one more
  kChain,           // a record was changed
  kChainEnd,        // the chain ends in another hash than was written
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
  Status ScanControlEntries(Sequence first, Sequence last,
                            const JournalVisitor& visit) const override {
    if (damage == Damage::kControl) return {};
    return MemoryStore::ScanControlEntries(first, last, visit);
  }
  Result<IndexSummary> SummarizeIndexes(Sequence last) const override {
    auto summary = MemoryStore::SummarizeIndexes(last);
    if (damage == Damage::kIdTooMany) summary.value().payments.Add(1, 1);
    if (damage == Damage::kIdLost) --summary.value().payments.count;
    if (damage == Damage::kIdMoved || damage == Damage::kIdOther) ++summary.value().payments.mix;
    if (damage == Damage::kIdSameHash) summary.value().same_hash = true;
    if (damage == Damage::kBookingTooMany) ++summary.value().booking_count;
    return summary;
  }
  Result<std::string> ChainHashAt(Sequence sequence) const override {
    return "hash " + std::to_string(sequence);
  }
  Result<ChainCheck> CheckChain(Sequence last) const override {
    if (damage == Damage::kChain) return ChainCheck{"record 2 was changed", ""};
    return ChainCheck{"", "hash " + std::to_string(damage == Damage::kChainEnd ? 0 : last)};
  }
  Result<std::vector<Sequence>> FindPayments(const std::vector<HashedKey>& keys,
                                             const SequenceRange& range) const override {
    auto sequences = MemoryStore::FindPayments(keys, range);
    for (size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].key.payment_id != "q") continue;
      if (damage == Damage::kIdLost) sequences.value()[i] = 0;
      if (damage == Damage::kIdMoved) sequences.value()[i] = 2;
    }
    return sequences;
  }
  Result<bool> ScanTaken(Sequence last, const TakenVisitor& visitor) const override {
    if (damage == Damage::kTakenToo) visitor(1, 5);
    if (damage == Damage::kTaken) return true;
    if (damage == Damage::kTakenMeanwhile) return false;
    return MemoryStore::ScanTaken(last, visitor);
  }
  Result<int64_t> TakenFen(Sequence sequence) const override {
    if (damage == Damage::kTakenMeanwhile) return int64_t{0};
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
  EXPECT_EQ(verification.value().chain_hash, "hash 7");
  EXPECT_EQ(verification.value().differences, std::vector<std::string>());
}

TEST_F(VerifyTest, EachKindOfDamageIsFound) {
  const std::pair<Damage, const char*> cases[] = {{Damage::kAmount, "B"},
                                                  {Damage::kIdLost, "the index of ids has nothing"},
                                                  {Damage::kIdMoved, "the index of ids has 2"},
                                                  {Damage::kIdOther, "ids has other entries"},
                                                  {Damage::kTaken, "marked as taken"},
                                                  {Damage::kTakenToo, "sequence 1: 0.05 yuan"},
                                                  {Damage::kTakenMeanwhile, "marked as taken"},
                                                  {Damage::kControl, "sequence 1 is missing in"},
                                                  {Damage::kIdTooMany, "ids has 7 entries"},
                                                  {Damage::kBookingTooMany, "bookings has 8"},
                                                  {Damage::kChain, "record 2 was changed"},
                                                  {Damage::kChainEnd, "sealed with another hash"},
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

TEST_F(VerifyTest, IdsWithTheSameHashAreNoDifference) {
  store_.damage = Damage::kIdSameHash;
  EXPECT_EQ(VerifyLedger(ledger_.ledger()).value().differences, std::vector<std::string>());
}

TEST_F(VerifyTest, TheFirstDifferenceIsThatOfTheChain) {
  store_.damage = Damage::kChain;
  const auto verification = VerifyLedger(ledger_.ledger());
  ASSERT_TRUE(verification.ok());
  ASSERT_FALSE(verification.value().differences.empty());
  EXPECT_EQ(verification.value().differences.front(), "record 2 was changed");
  EXPECT_EQ(verification.value().chain_hash, "");
}

TEST_F(VerifyTest, ANotedPointIsProved) {
  const auto differences = [this](Sequence sequence, const std::string& hash) {
    const auto verification = VerifyLedger(ledger_.ledger(), NotedPoint{sequence, hash});
    BW_CHECK(verification.ok());
    std::string all;
    for (const std::string& difference : verification.value().differences) all += difference;
    return all;
  };
  EXPECT_EQ(differences(6, "hash 6"), "");
  EXPECT_NE(differences(6, "hash 5").find("the journal has hash 6"), std::string::npos);
  EXPECT_NE(differences(8, "hash 8").find("the journal ends at 7"), std::string::npos);
}

TEST_F(VerifyTest, ItEndsWhenNobodyWaitsForIt) {
  int asked = 0;
  const auto wanted = VerifyLedger(ledger_.ledger(), std::nullopt, [&asked] {
    ++asked;
    return false;
  });
  EXPECT_TRUE(wanted.ok());
  ASSERT_GT(asked, 1);
  for (int last = 1; last <= asked; ++last) {
    int left = last;
    const auto ended =
        VerifyLedger(ledger_.ledger(), std::nullopt, [&left] { return --left == 0; });
    ASSERT_FALSE(ended.ok()) << last;
    EXPECT_EQ(ended.error().reason, "CALL_ENDED");
    EXPECT_EQ(left, 0);
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
