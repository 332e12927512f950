// Goal: commands take effect once, in order, durably or not at all, and what was
// known at a time never changes.
// Method: a committer without its thread, driven group by group over a store in
// memory that fails when told to; with its thread where a command waits.

#include "service/committer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

#include "storage/memory_store.h"
#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

class CountingListener : public CommitListener {
 public:
  void OnCommitted(const std::vector<JournalEntry>& entries, const CommitStats& stats) override {
    sizes.push_back(entries.size());
    last = stats;
  }
  void OnWriteFailed(const Error& error) override { errors.push_back(error.reason); }
  void OnWritableAgain() override { writable_again = true; }

  std::atomic<bool> writable_again = false;
  std::vector<size_t> sizes;
  std::vector<std::string> errors;
  CommitStats last;
};

class CommitterTest : public testing::Test {
 protected:
  CommitterTest() { Open({}); }

  void Open(const Committer::Options& options) {
    committer_.reset();
    ledger_ = Ledger::Open(store_).value();
    committer_ = Committer::Create(*ledger_, clock_, options).value();
    committer_->AddListener(&listener_);
  }

  void TearDown() override {
    EXPECT_EQ(group_ends_.size(), order_.size()) << "each batch hears of its group's end";
  }

  // Hands in a batch; its outcomes go to answers_[its number].
  void Submit(const std::vector<PaymentEvent>& events, std::function<bool()> abandoned = nullptr) {
    PaymentBatch batch;
    batch.source = "bank";
    batch.caller.abandoned = std::move(abandoned);
    batch.caller.group_answered = [this] { group_ends_.push_back(order_.size()); };
    batch.events.assign(events.begin(), events.end());
    const size_t number = answers_.size();
    answers_.emplace_back();
    committer_->SubmitPayments(std::move(batch), [this, number](
                                                     Result<std::vector<PaymentOutcome>> outcomes) {
      for (const auto& outcome : outcomes.ok() ? outcomes.value() : std::vector<PaymentOutcome>()) {
        answers_[number].push_back(OutcomeText(outcome));
      }
      if (!outcomes.ok()) {
        answers_[number].push_back(outcomes.error().reason);
      }
      order_.push_back(number);
    });
  }

  static PaymentEvent Payment(const std::string& id, int64_t amount_fen = 5) {
    return MakePayment(id, "A", "2020-05-05", amount_fen);
  }

  MemoryStore store_;
  FakeClock clock_{1000};
  std::unique_ptr<Ledger> ledger_;
  CountingListener listener_;
  std::unique_ptr<Committer> committer_;
  std::vector<std::vector<std::string>> answers_;
  std::vector<size_t> order_;
  std::vector<size_t> group_ends_;  // of each batch: answers given before its group was over
};

using Texts = std::vector<std::string>;

TEST_F(CommitterTest, WhatWaitsIsOneGroupInTheOrderOfSubmission) {
  Submit({Payment("a"), Payment("b")});
  Submit({Payment("a"), Payment("a", 6)});
  Submit({});
  EXPECT_EQ(committer_->queue_depth(), 5u);
  EXPECT_TRUE(order_.empty());
  EXPECT_TRUE(committer_->RunOnce());
  EXPECT_FALSE(committer_->RunOnce());
  EXPECT_EQ(order_, (std::vector<size_t>{0, 1, 2}));
  EXPECT_EQ(group_ends_, (std::vector<size_t>{3, 3, 3}));
  EXPECT_EQ(answers_[0], (Texts{"suspended", "suspended"}));
  EXPECT_EQ(answers_[1], (Texts{"duplicate", "PAYMENT_ID_CONFLICT"}));
  EXPECT_EQ(answers_[2], Texts());
  EXPECT_EQ(listener_.sizes, (std::vector<size_t>{2}));
  EXPECT_EQ(listener_.last.event_count, 4u);
  EXPECT_EQ(listener_.last.suspended_count, 2);
  EXPECT_EQ(listener_.last.duplicate_count, 1);
  EXPECT_EQ(listener_.last.rejected_count, 1);
  EXPECT_EQ(committer_->queue_depth(), 0u);
}

TEST_F(CommitterTest, AGroupIsBounded) {
  Committer::Options options;
  options.max_group_events = 3;
  Open(options);
  Submit({Payment("a"), Payment("b")});
  Submit({Payment("c")});
  Submit({Payment("d"), Payment("e"), Payment("f"), Payment("g")});
  Submit({Payment("h")});
  while (committer_->RunOnce()) {
  }
  EXPECT_EQ(listener_.sizes, (std::vector<size_t>{3, 4, 1}));
}

// A whole batch is dropped or none of it, and only before its turn.
TEST_F(CommitterTest, WhatNobodyWaitsForIsNotRecorded) {
  bool abandoned = false;
  Submit({Payment("a"), Payment("b")}, [&abandoned] { return abandoned; });
  Submit({Payment("c")}, [] { return false; });
  abandoned = true;
  while (committer_->RunOnce()) {
  }
  EXPECT_EQ(answers_[0], (Texts{"CALL_ENDED"}));
  EXPECT_EQ(answers_[1], (Texts{"suspended"}));
  EXPECT_EQ(store_.LastSequence(), 1);
  EXPECT_EQ(committer_->queue_depth(), 0u);
  // Sent again it is new.
  Submit({Payment("a"), Payment("b")});
  // Nothing but abandoned batches is a group without a commit.
  Submit({Payment("d")}, [] { return true; });
  while (committer_->RunOnce()) {
  }
  EXPECT_EQ(answers_[2], (Texts{"suspended", "suspended"}));
  EXPECT_EQ(answers_[3], (Texts{"CALL_ENDED"}));
  EXPECT_EQ(store_.LastSequence(), 3);
}

TEST_F(CommitterTest, PastItsBoundTheQueueRefuses) {
  Committer::Options options;
  options.max_queued_events = 3;
  Open(options);
  Submit({Payment("a"), Payment("b")});
  Submit({Payment("c"), Payment("d")});
  EXPECT_EQ(answers_[1], (Texts{"QUEUE_FULL"}));
  Submit({Payment("c")});
  while (committer_->RunOnce()) {
  }
  // A batch above the bound is taken when nothing else waits.
  Submit({Payment("d"), Payment("e"), Payment("f"), Payment("g")});
  while (committer_->RunOnce()) {
  }
  EXPECT_EQ(answers_[2], (Texts{"suspended"}));
  EXPECT_EQ(answers_[3].size(), 4u);
  EXPECT_EQ(store_.LastSequence(), 7);
}

TEST_F(CommitterTest, AFailedWriteLeavesNothingAndTheNextOneWorks) {
  Submit({Payment("a")});
  committer_->RunOnce();
  store_.SetFailing(true);
  Submit({Payment("b"), Payment("a")});
  committer_->RunOnce();
  EXPECT_EQ(answers_[1], (Texts{"STORE_FAILED"}));
  EXPECT_EQ(listener_.errors, (Texts{"STORE_FAILED"}));
  EXPECT_EQ(committer_->store_error()->reason, "STORE_FAILED");
  EXPECT_EQ(ledger_->writer_state().sequence(), 1);
  EXPECT_EQ(ledger_->writer_state().gross_fen(), 5);
  // What needs no write is still answered.
  Submit({Payment("a")});
  committer_->RunOnce();
  EXPECT_EQ(answers_[2], (Texts{"duplicate"}));
  store_.SetFailing(false);
  Submit({Payment("b")});
  committer_->RunOnce();
  EXPECT_EQ(answers_[3], (Texts{"suspended"}));
  EXPECT_FALSE(committer_->store_error().has_value());
  EXPECT_EQ(ledger_->writer_state().sequence(), 2);
}

TEST_F(CommitterTest, RecordedTimesRiseEvenIfTheClockStepsBack) {
  std::vector<WallMicros> times;
  int id = 0;
  for (const WallMicros now : {1000, 1000, 500, 2000}) {
    clock_.Set(now);
    Submit({Payment("p" + std::to_string(id++))});
    committer_->RunOnce();
    times.push_back(ledger_->writer_state().recorded_time());
  }
  EXPECT_EQ(times, (std::vector<WallMicros>{1000, 1001, 1002, 2000}));
  clock_.Set(10);
  Open({});
  Submit({Payment("after a restart")});
  committer_->RunOnce();
  EXPECT_EQ(ledger_->writer_state().recorded_time(), 2001);
}

TEST_F(CommitterTest, AControlCommandSeesEverythingSubmittedBefore) {
  committer_->Start();
  Submit({Payment("a"), Payment("b")});
  Sequence seen = 0;
  const auto committed = committer_->Run([&](const LedgerState& state) {
    seen = state.sequence();
    return Result<std::vector<JournalEntry>>({ClosingEntry{2019}, ClosingEntry{2018}});
  });
  ASSERT_TRUE(committed.ok());
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(committed.value().first_sequence, 3);
  EXPECT_EQ(committed.value().last_sequence, 4);
  const auto nothing = committer_->Run([](const LedgerState&) {
    return Result<std::vector<JournalEntry>>(std::vector<JournalEntry>());
  });
  EXPECT_EQ(nothing.value().first_sequence, 0);
  EXPECT_EQ(nothing.value().last_sequence, 4);
  const auto refused = committer_->Run([](const LedgerState&) -> Result<std::vector<JournalEntry>> {
    return Refusal(Reason::kInvalidField, "", "no");
  });
  EXPECT_EQ(refused.error().reason, "INVALID_FIELD");
}

TEST_F(CommitterTest, StoppingAnswersWhatWasAccepted) {
  Submit({Payment("a")});
  committer_->Stop();
  EXPECT_EQ(answers_[0], (Texts{"suspended"}));
  Submit({Payment("b")});
  EXPECT_EQ(answers_[1], (Texts{"SHUTTING_DOWN"}));
  EXPECT_EQ(committer_->FixTime(0).error().reason, "SHUTTING_DOWN");
  committer_->Stop();
}

TEST_F(CommitterTest, AFixedTimeStaysFixed) {
  committer_->Start();
  EXPECT_EQ(committer_->FixTime(1000).value(), 0);
  EXPECT_EQ(committer_->FixTime(1001).error().reason, "KNOWN_AT_IN_FUTURE");
  // The clock has not moved, and still what comes now comes later.
  Submit({Payment("a")});
  EXPECT_EQ(committer_->FixTime(1000).value(), 0);
  clock_.Set(1500);
  EXPECT_EQ(committer_->FixTime(1500).value(), 1);
  clock_.Set(1200);
  Submit({Payment("b")});
  EXPECT_EQ(committer_->FixTime(1200).value(), 1);
  clock_.Set(2000);
  EXPECT_EQ(committer_->FixTime(1500).value(), 1);
  EXPECT_EQ(committer_->FixTime(2000).value(), 2);
}

TEST_F(CommitterTest, AFixedTimeAheadOfAClockThatStepsBackIsStillKnown) {
  committer_->Start();
  EXPECT_EQ(committer_->FixTime(1000).value(), 0);
  clock_.Set(500);
  EXPECT_EQ(committer_->FixTime(1000).value(), 0);
  EXPECT_EQ(committer_->FixTime(1001).error().reason, "KNOWN_AT_IN_FUTURE");
}

TEST_F(CommitterTest, AStoreThatCanBeWrittenAgainIsNoticedWithoutAWrite) {
  committer_->Start();
  store_.SetFailing(true);
  const auto refused = committer_->Run([](const LedgerState&) -> Result<std::vector<JournalEntry>> {
    PaymentEntry entry;
    entry.source = "bank";
    entry.event = Payment("a");
    return std::vector<JournalEntry>{entry};
  });
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(committer_->store_error());
  EXPECT_FALSE(listener_.writable_again);
  store_.SetFailing(false);
  const SteadyTime deadline = SteadyNow() + std::chrono::seconds(30);
  while (!listener_.writable_again && SteadyNow() < deadline) std::this_thread::yield();
  EXPECT_TRUE(listener_.writable_again);
  EXPECT_FALSE(committer_->store_error());
  committer_->Stop();
}

TEST_F(CommitterTest, NoTimeIsFixedPastAFailedWriteUntilTheNextOneWorks) {
  Submit({Payment("a")});
  store_.SetFailing(true);
  while (committer_->RunOnce()) {
  }
  committer_->Start();
  clock_.Set(2000);
  // A restart may find the failed write with its time, 1000.
  EXPECT_EQ(committer_->FixTime(999).value(), 0);
  EXPECT_EQ(committer_->FixTime(1000).error().reason, "STORE_FAILED");
  store_.SetFailing(false);
  EXPECT_EQ(committer_->FixTime(2000).error().reason, "STORE_FAILED");
  EXPECT_TRUE(
      committer_
          ->Run([](const LedgerState&) { return std::vector<JournalEntry>{ClosingEntry{2019}}; })
          .ok());
  EXPECT_EQ(committer_->FixTime(2000).value(), 1);
}

// Gathering what has changed takes time, and a full disk takes none of it.
TEST_F(CommitterTest, ACheckpointThatFailsIsTriedAgainWhenAnEighthMoreHasCome) {
  class NoCheckpoints : public MemoryStore {
   public:
    Status WriteCheckpoint(const StateCheckpoint& checkpoint,
                           const std::vector<TotalRow>& changed) override {
      tried.push_back(checkpoint.sequence);
      if (failing) return Refusal(Reason::kStoreFailed, "", "no room");
      return MemoryStore::WriteCheckpoint(checkpoint, changed);
    }
    bool failing = true;
    std::vector<Sequence> tried;
  };
  NoCheckpoints store;
  const auto ledger = Ledger::Open(store).value();
  Committer::Options options;
  options.checkpoint_interval = 16;
  const auto committer = Committer::Create(*ledger, clock_, options).value();
  const auto pay = [&](int first, int last) {
    for (int i = first; i <= last; ++i) {
      committer->SubmitPayments({"bank", {Payment("p" + std::to_string(i))}}, [](const auto&) {});
      committer->RunOnce();
    }
  };
  pay(1, 20);
  EXPECT_EQ(store.tried, (std::vector<Sequence>{16, 18, 20}));
  EXPECT_EQ(committer->checkpoint_failure_count(), 3);
  store.failing = false;
  pay(21, 40);
  EXPECT_EQ(store.tried, (std::vector<Sequence>{16, 18, 20, 22, 38}));
  EXPECT_EQ(committer->checkpoint_failure_count(), 3);
}

TEST_F(CommitterTest, CheckpointsComeWhenTheyAreDueAndHoldTheTotals) {
  Committer::Options options;
  options.checkpoint_interval = 3;
  Open(options);
  for (int i = 0; i < 7; ++i) {
    Submit({Payment("p" + std::to_string(i))});
    committer_->RunOnce();
  }
  EXPECT_EQ(store_.LastCheckpoint(100).value()->sequence, 6);
  EXPECT_EQ(store_.LastCheckpoint(5).value()->sequence, 3);
  EXPECT_EQ(store_.LastCheckpoint(100).value()->gross_fen, 30);
  int64_t amount_fen = 0;
  ASSERT_TRUE(store_
                  .ScanTotals(6, 2020,
                              [&](const TotalRow& row) {
                                amount_fen += row.total.amount_fen;
                                return Status();
                              })
                  .ok());
  EXPECT_EQ(amount_fen, 30);
  // A restart behind it knows what the next one has to hold.
  Open(options);
  Submit({Payment("x"), Payment("y")});
  committer_->RunOnce();
  EXPECT_EQ(store_.LastCheckpoint(100).value()->gross_fen, 45);
  EXPECT_TRUE(VerifyLedger(*ledger_).value().differences.empty());
}

}  // namespace
}  // namespace budgetwatch
