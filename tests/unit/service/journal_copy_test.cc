// Goal: a journal that is replayed makes the same ledger, with the same commits.
// Method: a ledger in memory with every kind of entry, copied up to each sequence into a
// store that counts its commits and checkpoints. (unit/app/restore_test.cc compares the
// bytes of real stores.)

#include "service/journal_copy.h"

#include <gtest/gtest.h>

#include "storage/memory_store.h"
#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

class CountingStore : public MemoryStore {
 public:
  Status Write(const Commit& commit, WriteCost* cost = nullptr) override {
    commits.emplace_back(commit.first_sequence, commit.entries.size());
    return MemoryStore::Write(commit, cost);
  }
  Status WriteCheckpoint(const StateCheckpoint& checkpoint,
                         const std::vector<TotalRow>& changed) override {
    ++checkpoints;
    return MemoryStore::WriteCheckpoint(checkpoint, changed);
  }
  Result<std::string> ChainHashAt(Sequence sequence) const override {
    return std::to_string(sequence) + salt;
  }

  Result<ChainCheck> CheckChain(Sequence last) const override {
    return ChainCheck{"", std::to_string(last) + salt};
  }

  std::vector<std::pair<Sequence, size_t>> commits;
  int checkpoints = 0;
  std::string salt;
};

class JournalCopyTest : public testing::Test {
 protected:
  JournalCopyTest() {
    TestLedger ledger(from_);
    ledger.Apply(MakePlan("100", {MakeProject("A", 1000)}));
    ledger.Record(
        {MakePayment("p", "A", "2020-05-05", 100), MakePayment("q", "B", "2020-05-06", 9)});
    ledger.Record({MakeRefund("r", "", "2020-05-07", 30, "p"),
                   MakeRefund("s", "", "2020-05-07", 5, "p"),
                   MakeRefund("w", "A", "2020-05-07", 1, "late")});
    ledger.Record({MakeCorrection("c", "A", "2020-05-07", 9, "q"),
                   MakeRefund("t", "", "2020-05-07", 7, "p"),
                   MakePayment("late", "A", "2020-05-08", 10)});
    last_ = ledger.sequence();
  }

  CountingStore from_;
  Sequence last_ = 0;
};

TEST_F(JournalCopyTest, IsTheSameCommitByCommit) {
  CountingStore to;
  const auto copied = CopyJournal(from_, last_, 2, &to);
  ASSERT_TRUE(copied.ok()) << copied.error().message;
  EXPECT_EQ(copied.value(), last_);
  EXPECT_EQ(to.commits, from_.commits);
  EXPECT_GE(to.checkpoints, 2);
  TestLedger ledger(to);
  EXPECT_EQ(VerifyLedger(ledger.ledger()).value().differences, std::vector<std::string>());
  EXPECT_EQ(to.TakenFen(2).value(), 42);
  EXPECT_EQ(to.TakenFen(3).value(), 9);
  EXPECT_EQ(to.TakenFen(9).value(), 1);
}

TEST_F(JournalCopyTest, EndsWithTheLastWholeCommit) {
  for (Sequence end = 0; end <= last_; ++end) {
    Sequence whole = 0;
    for (const auto& [first, count] : from_.commits) {
      const Sequence commit_end = first + static_cast<Sequence>(count) - 1;
      if (commit_end <= end) whole = commit_end;
    }
    CountingStore to;
    const auto copied = CopyJournal(from_, end, 1000, &to);
    ASSERT_TRUE(copied.ok()) << copied.error().message;
    EXPECT_EQ(copied.value(), whole) << end;
    EXPECT_EQ(to.LastSequence(), whole) << end;
  }
}

TEST_F(JournalCopyTest, AnotherHashIsTold) {
  CountingStore to;
  to.salt = "x";
  const auto copied = CopyJournal(from_, last_, 1000, &to);
  ASSERT_FALSE(copied.ok());
  EXPECT_EQ(copied.error().reason, "DATA_DAMAGED");
}

TEST_F(JournalCopyTest, AStoreThatFailsIsTold) {
  CountingStore to;
  to.SetFailing(true);
  const auto copied = CopyJournal(from_, last_, 1000, &to);
  ASSERT_FALSE(copied.ok());
  EXPECT_EQ(copied.error().reason, "STORE_FAILED");
}

}  // namespace
}  // namespace budgetwatch
