// Goal: whoever asks while others write gets an answer that was true at one moment, and
// in the end everything adds up. Under ThreadSanitizer, that no access is unguarded.
// Method: all services at once from many threads, with the threads of the daemon
// running; every sum is checked against the senders' own.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <thread>

#include "storage/memory_store.h"
#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

constexpr int kSenders = 3;
constexpr int kBatchesPerSender = 40;
constexpr int kEventsPerBatch = 20;
constexpr int kPageSize = 64;

class ConcurrencyTest : public testing::Test {
 protected:
  ConcurrencyTest() : ledger_(store_, Options()) {
    ledger_.Apply(MakePlan("100", {MakeProject("P0", 1'000'000, {"10", "50", "", "100"})}));
    ledger_.warnings().Start();
  }

  ~ConcurrencyTest() override { ledger_.warnings().Stop(); }

  static Committer::Options Options() {
    Committer::Options options;
    options.checkpoint_interval = 50;
    options.max_group_events = 64;
    return options;
  }

  // Runs until all senders are done.
  void Read(const std::function<void()>& read) {
    readers_.emplace_back([this, read] {
      do {
        read();
      } while (sending_.load() > 0);
    });
  }

  void Send(int sender) {
    const std::string source = "source" + std::to_string(sender);
    for (int batch = 0; batch < kBatchesPerSender; ++batch) {
      std::vector<PaymentEvent> events;
      for (int i = 0; i < kEventsPerBatch; ++i) {
        const int number = batch * kEventsPerBatch + i;
        const std::string project = i % 4 == 0 ? "P1" : "P0";
        events.push_back(MakePayment(std::to_string(number), project, "2020-03-31", number + 1));
        sent_fen_ += number + 1;
      }
      for (const PaymentOutcome& outcome : ledger_.Record(events, source)) {
        EXPECT_NE(outcome.kind, PaymentOutcome::Kind::kRejected);
      }
    }
    --sending_;
  }

  MemoryStore store_;
  TestLedger ledger_;
  std::atomic<int> sending_ = kSenders;
  std::atomic<int64_t> sent_fen_ = 0;
  std::vector<std::thread> readers_;
};

TEST_F(ConcurrencyTest, EveryAnswerIsTrueAtOneMoment) {
  std::vector<std::thread> senders;
  for (int i = 0; i < kSenders; ++i) senders.emplace_back([this, i] { Send(i); });

  // Payments only add, so what is known never gets less.
  Read([this, last = int64_t{0}]() mutable {
    const ExecutionReport report = ledger_.Report("100", "2020-06-30");
    const int64_t known_fen = report.totals.disbursed_fen + report.suspense.amount_fen;
    EXPECT_GE(known_fen, last);
    last = known_fen;
  });
  Read([this] {
    const Sequence sequence = ledger_.sequence();
    const std::string once = ReportText(ledger_.Report("100", "2020-06-30", sequence));
    EXPECT_EQ(ReportText(ledger_.Report("100", "2020-06-30", sequence)), once);
  });
  Read([this] {
    ledger_.clock().Advance(1);
    const WallMicros time = ledger_.clock().Now();
    const auto fixed = ledger_.reports().Resolve({std::nullopt, time});
    ASSERT_TRUE(fixed.ok());
    EXPECT_EQ(ledger_.reports().Resolve({std::nullopt, time}).value(), fixed.value());
  });
  Read([this, budget_fen = int64_t{1}]() mutable {
    ledger_.Apply(MakePlan("100", {MakeProject("P0", ++budget_fen, {"10", "50", "", "100"})}));
  });
  Read([this, seen = Sequence{0}]() mutable {
    (void)ledger_.warnings().List({}, "", 10);
    const auto changes = ledger_.warnings().ChangesAfter(seen, "100", 10);
    EXPECT_GE(changes.scanned, seen);
    seen = changes.scanned;
    for (const auto& change : ledger_.warnings().OpenNow("").items) {
      EXPECT_EQ(ledger_.warnings().AfterChange(change).id.ToString(), change.warning_id);
    }
    ledger_.warnings().WaitForChange(seen, 1);
  });
  Read([this] {
    const PaymentFilter filter{2020, "P1", Day("2020-01-01"), Day("2020-12-31"), true};
    const auto page = ledger_.payments().List(filter, std::nullopt, kPageSize);
    ASSERT_TRUE(page.ok());
    for (const RecordedPayment& payment : page.value().payments) {
      EXPECT_TRUE(ledger_.payments().Find(payment.entry.key().Copy()).ok());
    }
  });
  Read([this] {
    const auto verification = VerifyLedger(ledger_.ledger());
    ASSERT_TRUE(verification.ok());
    EXPECT_EQ(verification.value().differences, std::vector<std::string>());
    EXPECT_EQ(ledger_.administration().FiscalYears().size(), 1u);
    EXPECT_FALSE(ledger_.committer().store_error().has_value());
    (void)ledger_.committer().queue_depth();
  });

  for (std::thread& thread : senders) thread.join();
  for (std::thread& thread : readers_) thread.join();
  const ExecutionReport report = ledger_.Report("100", "2020-12-31");
  EXPECT_EQ(report.totals.disbursed_fen + report.suspense.amount_fen, sent_fen_.load());
  ledger_.warnings().Stop();
  ledger_.Restart();
  EXPECT_EQ(ReportText(ledger_.Report("100", "2020-12-31", report.known_at)), ReportText(report));
}

}  // namespace
}  // namespace budgetwatch
