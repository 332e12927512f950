// Goal: every store keeps to what store.h promises, so that the service never needs
// to know which one it runs on.
// Method: one suite over all stores; those on disk are closed and opened again
// before each reading.

#include <gtest/gtest.h>

#include "storage/memory_store.h"
#include "storage/rocksdb_store.h"
#include "support/builders.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

// Owns a store and can reopen it where that means something.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual Store& store() = 0;
  virtual void Reopen() = 0;
};

class MemoryStoreUnderTest : public StoreUnderTest {
 public:
  Store& store() override { return store_; }
  void Reopen() override {}

 private:
  MemoryStore store_;
};

class RocksDbStoreUnderTest : public StoreUnderTest {
 public:
  // `seal_count`: 1 moves the indexes to the disk after every write.
  explicit RocksDbStoreUnderTest(size_t seal_count) : seal_count_(seal_count) { Open(); }
  Store& store() override { return *store_; }
  void Reopen() override {
    store_.reset();
    Open();
  }

 private:
  void Open() {
    auto opened =
        RocksDbStore::Open(directory_.path().string(), nullptr, {.seal_count = seal_count_});
    BW_CHECK(opened.ok());
    store_ = std::move(opened).value();
  }

  const size_t seal_count_;
  TemporaryDirectory directory_;
  std::unique_ptr<RocksDbStore> store_;
};

enum class StoreKind { kMemory, kRocksDb, kRocksDbRuns };

class StoreContract : public testing::TestWithParam<StoreKind> {
 protected:
  StoreContract() {
    if (GetParam() == StoreKind::kMemory) {
      tested_ = std::make_unique<MemoryStoreUnderTest>();
    } else {
      tested_ = std::make_unique<RocksDbStoreUnderTest>(
          GetParam() == StoreKind::kRocksDb ? PaymentIndex::kSealCount : 1);
    }
  }

  Store& store() { return tested_->store(); }
  void Reopen() { tested_->Reopen(); }

  void Write(std::vector<JournalEntry> entries, WallMicros time,
             std::map<Sequence, int64_t> taken_fen = {}) {
    const Commit commit{store().LastSequence() + 1, time, std::move(entries), std::move(taken_fen)};
    const Status status = store().Write(commit);
    ASSERT_TRUE(status.ok()) << status.error().message;
  }

  static JournalEntry Payment(const std::string& id, const std::string& code = "P1",
                              std::string_view date = "2020-03-31", int64_t amount_fen = 100) {
    return MakeEntry(MakePayment(id, code, date, amount_fen));
  }

  // Sequences that a scan visits.
  std::vector<Sequence> Scan(Sequence first, Sequence last, bool control_only = false) {
    std::vector<Sequence> sequences;
    const auto visit = [&](const JournalItem& item) {
      sequences.push_back(item.sequence);
      return Status();
    };
    const Status status = control_only ? store().ScanControlEntries(first, last, visit)
                                       : store().ScanJournal(first, last, visit);
    EXPECT_TRUE(status.ok());
    return sequences;
  }

  // "code date amount/count" of each total, in order.
  std::vector<std::string> TotalsAt(Sequence checkpoint, std::optional<int> year = std::nullopt) {
    std::vector<std::string> totals;
    const Status status = store().ScanTotals(checkpoint, year, [&](const TotalRow& row) {
      totals.push_back(row.project_code + " " + row.date.ToString() + " " +
                       std::to_string(row.total.amount_fen) + "/" +
                       std::to_string(row.total.payment_count));
      return Status();
    });
    EXPECT_TRUE(status.ok());
    std::sort(totals.begin(), totals.end());
    return totals;
  }

  std::vector<std::string> List(const BookingRange& range,
                                const std::optional<BookingKey>& after = std::nullopt,
                                size_t limit = 100) {
    const auto keys = store().ListBookings(range, after, limit);
    EXPECT_TRUE(keys.ok());
    std::vector<std::string> texts;
    for (const BookingKey& key : keys.value()) {
      texts.push_back(key.project_code + " " + key.date.ToString() + " #" +
                      std::to_string(key.sequence) + (key.taken_from ? " from" : ""));
    }
    return texts;
  }

  std::unique_ptr<StoreUnderTest> tested_;
};

using Texts = std::vector<std::string>;
using Sequences = std::vector<Sequence>;

TEST_P(StoreContract, AnEmptyStoreHasNothing) {
  Reopen();
  EXPECT_EQ(store().LastSequence(), 0);
  EXPECT_EQ(Scan(1, 0), Sequences());
  EXPECT_EQ(store().SequenceAt(INT64_MAX).value(), 0);
  EXPECT_FALSE(store().LastCheckpoint(INT64_MAX).value().has_value());
  EXPECT_EQ(TotalsAt(INT64_MAX), Texts());
  EXPECT_FALSE(store().FindPayment({"bank", "a"}).value().has_value());
  EXPECT_EQ(store().TakenFen(1).value(), 0);
  EXPECT_FALSE(store().ReadEntry(1).ok());
}

TEST_P(StoreContract, WhatIsWrittenIsFoundAndReadBack) {
  const JournalEntry payment = Payment("a");
  const JournalEntry plan = MakePlanEntry(MakePlan("100", {MakeProject("P1", 5)}), "2020-01-01");
  Write({payment, plan}, 1000);
  Write({ClosingEntry{2019}}, 2000, {{1, 40}});
  Reopen();
  EXPECT_EQ(store().LastSequence(), 3);
  EXPECT_EQ(store().FindPayment({"bank", "a"}).value(), 1);
  const auto first = store().ReadEntry(1);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first.value().recorded_time, 1000);
  EXPECT_TRUE(first.value().entry == payment);
  EXPECT_TRUE(store().ReadEntry(2).value().entry == plan);
  EXPECT_TRUE(store().ReadEntry(3).value().entry == JournalEntry(ClosingEntry{2019}));
  EXPECT_EQ(store().ReadEntry(3).value().recorded_time, 2000);
  EXPECT_EQ(store().TakenFen(1).value(), 40);
}

TEST_P(StoreContract, IdsAreUniqueWithinTheirSourceOnly) {
  PaymentEntry other = MakeEntry(MakePayment("b", "P1", "2020-01-01", 1));
  other.source = "banka";
  other.event.payment_id = "";
  Write({Payment("ab"), other}, 1);
  Reopen();
  EXPECT_EQ(store().FindPayment({"bank", "ab"}).value(), 1);
  // The bytes of source and id together are the same, the keys are not.
  EXPECT_FALSE(store().FindPayment({"banka", "b"}).value().has_value());
  EXPECT_FALSE(store().FindPayment({"ban", "kab"}).value().has_value());
  EXPECT_FALSE(store().FindPayment({"tax", "ab"}).value().has_value());
}

TEST_P(StoreContract, APaymentIsFoundInTheRangeThatHoldsIt) {
  Write({Payment("a")}, 1);
  Write({Payment("b")}, 2);
  for (const bool reopened : {false, true}) {
    if (reopened) Reopen();
    const auto find = [this](const SequenceRange& range) {
      std::vector<HashedKey> keys;
      for (const char* id : {"a", "b", "c"}) {
        keys.push_back({{"bank", id}, store().HashOf({"bank", id})});
      }
      return store().FindPayments(keys, range).value();
    };
    EXPECT_EQ(find({}), Sequences({1, 2, 0}));
    EXPECT_EQ(find({1, 2})[1], 2);
    EXPECT_EQ(find({0, 1})[0], 1);
    // The two ways of looking it up together find everything.
    const Sequence sealed = store().SealedSequence();
    const Sequences old = find({0, sealed});
    const Sequences young = find({sealed, INT64_MAX});
    EXPECT_EQ(std::max(old[0], young[0]), 1);
    EXPECT_EQ(std::max(old[1], young[1]), 2);
    EXPECT_EQ(std::max(old[2], young[2]), 0);
  }
}

TEST_P(StoreContract, ScansVisitTheWholeRangeInOrder) {
  std::vector<JournalEntry> many;
  for (int i = 0; i < 700; ++i) many.push_back(Payment("a" + std::to_string(i)));
  many[300] = ClosingEntry{2019};
  Write(many, 1);
  Write({ClosingEntry{2018}, Payment("z")}, 2);
  Reopen();
  EXPECT_EQ(Scan(1, 702).size(), 702u);
  EXPECT_EQ(Scan(-5, 2), (Sequences{1, 2}));
  EXPECT_EQ(Scan(256, 258), (Sequences{256, 257, 258}));
  EXPECT_EQ(Scan(513, 513), (Sequences{513}));
  EXPECT_EQ(Scan(700, 702), (Sequences{700, 701, 702}));
  EXPECT_EQ(Scan(5, 4), Sequences());
  EXPECT_EQ(Scan(1, 702, true), (Sequences{301, 701}));
  EXPECT_EQ(Scan(301, 301, true), (Sequences{301}));
  EXPECT_EQ(Scan(302, 700, true), Sequences());
}

TEST_P(StoreContract, AScanPastTheEndTellsWhatIsMissing) {
  Write({Payment("a"), Payment("b")}, 1);
  const Status status = store().ScanJournal(1, 3, [](const JournalItem&) { return Status(); });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().reason, "DATA_DAMAGED");
  const auto entry = store().ReadEntry(3);
  ASSERT_FALSE(entry.ok());
  EXPECT_EQ(entry.error().reason, "DATA_DAMAGED");
  EXPECT_FALSE(store().ReadEntry(0).ok());
}

TEST_P(StoreContract, ScansStopAtTheErrorOfTheVisitor) {
  Write({Payment("a"), ClosingEntry{2019}, Payment("b"), ClosingEntry{2018}}, 1);
  ASSERT_TRUE(store()
                  .WriteCheckpoint({4, 0, {}, {}}, {{"P1", Day("2020-03-31"), {1, 1}},
                                                    {"P2", Day("2020-03-31"), {1, 1}}})
                  .ok());
  const Error stop = Refusal(Reason::kInvalidField, "", "enough");
  int visits = 0;
  const auto visit = [&](const auto&) -> Status {
    ++visits;
    return stop;
  };
  EXPECT_EQ(store().ScanJournal(1, 4, visit).error().message, "enough");
  EXPECT_EQ(store().ScanControlEntries(1, 4, visit).error().message, "enough");
  EXPECT_EQ(store().ScanTotals(4, std::nullopt, visit).error().message, "enough");
  EXPECT_EQ(visits, 3);
}

TEST_P(StoreContract, VisitorsMayCallTheStore) {
  Write({Payment("a"), ClosingEntry{2019}}, 1);
  const Status status = store().ScanJournal(1, 2, [&](const JournalItem& item) {
    return store().ReadEntry(item.sequence).ok() ? Status() : Refusal(Reason::kDataDamaged, "", "");
  });
  EXPECT_TRUE(status.ok());
}

TEST_P(StoreContract, TheSequenceAtATimeIsTheLastEntryUpToIt) {
  Write({Payment("a"), Payment("b")}, 100);
  Write({Payment("c")}, 200);
  Reopen();
  const std::pair<WallMicros, Sequence> cases[] = {{INT64_MIN, 0}, {99, 0},  {100, 2},
                                                   {199, 2},       {200, 3}, {INT64_MAX, 3}};
  for (const auto& [time, sequence] : cases) {
    EXPECT_EQ(store().SequenceAt(time).value(), sequence) << time;
  }
}

TEST_P(StoreContract, TakenIsTheLastValueWritten) {
  Write({Payment("a"), Payment("b")}, 1, {{1, 10}});
  Write({Payment("c")}, 2, {{1, 25}, {3, 7}});
  Reopen();
  EXPECT_EQ(store().TakenFen(1).value(), 25);
  EXPECT_EQ(store().TakenFen(2).value(), 0);
  EXPECT_EQ(store().TakenFen(3).value(), 7);
}

TEST_P(StoreContract, CheckpointsComeBackWhole) {
  for (int i = 0; i < 9; ++i) Write({Payment("a" + std::to_string(i))}, i + 1);
  StateCheckpoint second{7, 900, {{2020, 6}, {2021, 1}}, {}};
  second.unmatched_refunds[{"bank", "x"}] = {{3, "P1", Day("2020-05-05"), 40},
                                             {5, "P2", Day("2021-05-05"), 50}};
  ASSERT_TRUE(store().WriteCheckpoint({4, 400, {{2020, 4}}, {}}, {}).ok());
  ASSERT_TRUE(store().WriteCheckpoint(second, {}).ok());
  Reopen();
  EXPECT_FALSE(store().LastCheckpoint(3).value().has_value());
  EXPECT_EQ(store().LastCheckpoint(4).value()->sequence, 4);
  EXPECT_EQ(store().LastCheckpoint(6).value()->gross_fen, 400);
  const auto last = store().LastCheckpoint(INT64_MAX).value();
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->sequence, 7);
  EXPECT_EQ(last->payment_counts, second.payment_counts);
  EXPECT_EQ(last->unmatched_refunds, second.unmatched_refunds);
}

TEST_P(StoreContract, TotalsAreThoseOfTheCheckpointAskedFor) {
  for (int i = 0; i < 9; ++i) Write({Payment("a" + std::to_string(i))}, i + 1);
  ASSERT_TRUE(store()
                  .WriteCheckpoint({2, 0, {}, {}}, {{"A", Day("2019-12-31"), {-1, 1}},
                                                    {"A", Day("2020-01-01"), {10, 1}},
                                                    {"AB", Day("2020-01-01"), {5, 1}}})
                  .ok());
  ASSERT_TRUE(store()
                  .WriteCheckpoint({5, 0, {}, {}}, {{"A", Day("2020-01-01"), {20, 2}},
                                                    {"A", Day("2020-12-31"), {1, 1}}})
                  .ok());
  ASSERT_TRUE(store()
                  .WriteCheckpoint({9, 0, {}, {}}, {{"A", Day("2020-01-01"), {0, 0}},
                                                    {"B", Day("2021-01-01"), {3, 1}}})
                  .ok());
  Reopen();
  EXPECT_EQ(TotalsAt(1), Texts());
  EXPECT_EQ(TotalsAt(2), (Texts{"A 2019-12-31 -1/1", "A 2020-01-01 10/1", "AB 2020-01-01 5/1"}));
  EXPECT_EQ(TotalsAt(4), TotalsAt(2));
  EXPECT_EQ(TotalsAt(5, 2020),
            (Texts{"A 2020-01-01 20/2", "A 2020-12-31 1/1", "AB 2020-01-01 5/1"}));
  EXPECT_EQ(TotalsAt(9, 2019), (Texts{"A 2019-12-31 -1/1"}));
  EXPECT_EQ(TotalsAt(9, 2021), (Texts{"B 2021-01-01 3/1"}));
  EXPECT_EQ(TotalsAt(9, 2022), Texts());
  EXPECT_EQ(TotalsAt(INT64_MAX).size(), 5u);
}

TEST_P(StoreContract, BookingsAreListedByProjectDateAndSequence) {
  PaymentEntry correction = MakeEntry(MakeCorrection("c", "A", "2020-02-01", 5, "x"));
  correction.from_project_code = "AB";
  correction.from_date = Day("2020-01-05");
  Write({Payment("a", "AB", "2020-01-05"), Payment("b", "A", "2020-03-01"), correction,
         Payment("d", "A", "2020-02-01"), Payment("e", "A", "2021-01-01"),
         Payment("f", "\xe5\x8a\x9e", "2020-01-01")},
        1);
  Reopen();
  BookingRange year{2020, std::nullopt, Day("2020-01-01"), Day("2020-12-31")};
  const Texts all = {"A 2020-02-01 #3",  "A 2020-02-01 #4",       "A 2020-03-01 #2",
                     "AB 2020-01-05 #1", "AB 2020-01-05 #3 from", "\xe5\x8a\x9e 2020-01-01 #6"};
  EXPECT_EQ(List(year), all);
  year.project_code = "A";
  EXPECT_EQ(List(year), Texts(all.begin(), all.begin() + 3));
  year.first = Day("2020-02-02");
  EXPECT_EQ(List(year), (Texts{all[2]}));
  year.first = Day("2020-02-01");
  year.last = Day("2020-02-01");
  EXPECT_EQ(List(year), (Texts{all[0], all[1]}));
  year.project_code.reset();
  EXPECT_EQ(List(year), (Texts{all[0], all[1]}));
  year.project_code = "C";
  EXPECT_EQ(List(year), Texts());
}

TEST_P(StoreContract, PagesOfBookingsJoinWithoutGapOrRepeat) {
  std::vector<JournalEntry> entries;
  for (int i = 0; i < 40; ++i) {
    entries.push_back(Payment("a" + std::to_string(i), i % 3 == 0 ? "A" : "AB",
                              i % 2 == 0 ? "2020-02-01" : "2020-01-01"));
  }
  Write(entries, 1);
  Reopen();
  for (const auto& code : {std::optional<std::string>(), std::optional<std::string>("AB")}) {
    const BookingRange range{2020, code, Day("2020-01-01"), Day("2020-12-31")};
    const auto all = store().ListBookings(range, std::nullopt, 1000).value();
    for (const size_t limit : {size_t{1}, size_t{7}, size_t{40}}) {
      std::vector<BookingKey> joined;
      while (joined.size() < all.size()) {
        const auto after = joined.empty() ? std::nullopt : std::optional(joined.back());
        const auto page = store().ListBookings(range, after, limit).value();
        ASSERT_FALSE(page.empty());
        ASSERT_LE(page.size(), limit);
        joined.insert(joined.end(), page.begin(), page.end());
      }
      EXPECT_TRUE(joined == all) << limit;
      EXPECT_TRUE(store().ListBookings(range, all.back(), limit).value().empty());
    }
  }
}

std::string NameOf(const testing::TestParamInfo<StoreKind>& tested) {
  constexpr const char* kNames[] = {"Memory", "RocksDb", "RocksDbRuns"};
  return kNames[static_cast<size_t>(tested.param)];
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract,
                         testing::Values(StoreKind::kMemory, StoreKind::kRocksDb,
                                         StoreKind::kRocksDbRuns),
                         NameOf);

}  // namespace
}  // namespace budgetwatch
