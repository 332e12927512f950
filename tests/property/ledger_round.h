#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <random>

#include "support/builders.h"
#include "support/compare.h"
#include "support/random_events.h"
#include "support/reference_ledger.h"
#include "support/test_ledger.h"

namespace budgetwatch {

inline constexpr int kStepsPerRound = 60;

// Opens a store, or again the one that is given back.
using StoreOpener = std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)>;

// One random sequence of commands on one store.
class LedgerRound {
 public:
  LedgerRound(uint64_t seed, StoreOpener open)
      : random_(seed), maker_(&random_), open_(std::move(open)) {
    options_.checkpoint_interval = 1 + random_.Below(20);
    options_.max_group_events = static_cast<size_t>(1 + random_.Below(6));
    OpenAll();
  }

  void Run() {
    for (int step = 0; step < kStepsPerRound && !testing::Test::HasFailure(); ++step) {
      ledger_->clock().Advance(random_.Below(3));
      switch (random_.Below(16)) {
        case 0:
        case 1:
        case 2: ApplyPlan(); break;
        case 3: Restart(); break;
        case 4:
          if (random_.OneIn(6)) CloseYear();
          break;
        case 5: EvaluateWarnings(); break;
        default: SendBatches(); break;
      }
      CompareTotals();
      CompareReports();
      RecheckOne();
    }
    for (const Remembered& remembered : remembered_) Recheck(remembered);
    const auto verification = VerifyLedger(ledger_->ledger());
    ASSERT_TRUE(verification.ok()) << verification.error().message;
    EXPECT_EQ(verification.value().differences, std::vector<std::string>());
    EXPECT_EQ(verification.value().payment_count, static_cast<int64_t>(reference_.payment_count()));
  }

 private:
  struct Remembered {
    std::string department, as_of, text;
    KnownAt known_at;
  };

  void OpenAll() {
    store_ = open_(std::move(store_));
    ledger_ = std::make_unique<TestLedger>(*store_, options_);
    ledger_->calendar().Set(Day("2022-06-01"));
  }

  void Restart() {
    const WallMicros now = ledger_->clock().Now();
    ledger_.reset();
    OpenAll();
    ledger_->clock().Set(now + 1);
    ASSERT_EQ(ledger_->sequence(), reference_.sequence());
  }

  // One or several batches handed in at once, so that they may share a group.
  void SendBatches() {
    std::vector<std::vector<SentEvent>> batches(static_cast<size_t>(1 + random_.Below(3)));
    std::vector<std::promise<Result<std::vector<PaymentOutcome>>>> answers(batches.size());
    for (size_t i = 0; i < batches.size(); ++i) {
      const std::string source = random_.OneIn(3) ? "tax" : "bank";
      std::vector<RawPaymentEvent> raw;
      batches[i].resize(static_cast<size_t>(random_.Below(7)));
      for (SentEvent& sent : batches[i]) sent = maker_.Make(source);
      for (const SentEvent& sent : batches[i]) raw.push_back(sent.Raw());
      ledger_->payments().Record(source, raw, nullptr, 0, [&answers, i](auto outcomes) {
        answers[i].set_value(std::move(outcomes));
      });
    }
    for (size_t i = 0; i < batches.size(); ++i) {
      const auto outcomes = answers[i].get_future().get();
      ASSERT_TRUE(outcomes.ok()) << outcomes.error().message;
      ASSERT_EQ(outcomes.value().size(), batches[i].size());
      for (size_t j = 0; j < batches[i].size(); ++j) {
        const SentEvent& sent = batches[i][j];
        const auto expected = ExpectedOutcome(sent, &reference_);
        EXPECT_EQ(OutcomeText(outcomes.value()[j]), expected.first)
            << sent.event.kind << ' ' << sent.event.id << " of " << sent.event.original;
        EXPECT_EQ(outcomes.value()[j].sequence, expected.second) << sent.event.id;
      }
    }
  }

  void ApplyPlan() {
    auto [plan, revision] = MakeRandomPlan(&random_);
    const std::string year = revision.effective_date.substr(0, 4);
    const auto applied = ledger_->plans().Apply({plan, Day(revision.effective_date), "", ""});
    if (reference_.IsClosed(year)) {
      ASSERT_FALSE(applied.ok());
      EXPECT_EQ(applied.error().reason, "FISCAL_YEAR_CLOSED");
      return;
    }
    ASSERT_TRUE(applied.ok()) << applied.error().message;
    ASSERT_TRUE(applied.value().applied);
    ASSERT_EQ(applied.value().unchanged, reference_.IsInForce(revision));
    if (!applied.value().unchanged) reference_.ApplyPlan(revision);
  }

  void CloseYear() {
    const std::string year = kRandomYears[random_.Below(2)];
    const auto was_closed = ledger_->administration().CloseFiscalYear(Day(year + "-01-01").year());
    ASSERT_TRUE(was_closed.ok());
    EXPECT_EQ(was_closed.value(), reference_.IsClosed(year));
    reference_.CloseYear(year);
  }

  // Warnings are entries of their own between the others.
  void EvaluateWarnings() {
    ASSERT_TRUE(ledger_->warnings().EvaluatePending().ok());
    reference_.SkipTo(ledger_->sequence());
  }

  void CompareTotals() {
    const auto differences = ledger_->ledger().View(
        [this](const LedgerState& state) { return CompareState(state, reference_); });
    EXPECT_EQ(differences, std::vector<std::string>());
  }

  void CompareReports() {
    const std::string department = kRandomDepartments[random_.Below(2)];
    const std::string as_of = RandomDate(&random_);
    KnownAt known_at;
    Sequence sequence = ledger_->sequence();
    if (random_.OneIn(3)) {
      known_at.time = ledger_->clock().Now() - random_.Below(40);
      const auto fixed = ledger_->reports().Resolve(known_at);
      ASSERT_TRUE(fixed.ok());
      sequence = fixed.value();
    } else if (random_.OneIn(2)) {
      sequence = random_.Below(static_cast<int>(sequence) + 1);
    }
    if (!known_at.time) known_at.sequence = sequence;
    const auto report =
        ledger_->reports().Execution({department, Day(as_of).year(), Day(as_of), known_at});
    const auto expected = reference_.MakeReport(department, as_of, sequence);
    ASSERT_EQ(report.ok(), expected.has_value());
    if (!report.ok()) return;
    EXPECT_EQ(CompareReport(report.value(), *expected), std::vector<std::string>());
    remembered_.push_back({department, as_of, ReportText(report.value()), known_at});
  }

  void RecheckOne() {
    if (remembered_.empty()) return;
    Recheck(remembered_[static_cast<size_t>(random_.Below(static_cast<int>(remembered_.size())))]);
  }

  void Recheck(const Remembered& remembered) {
    const Date as_of = Day(remembered.as_of);
    const auto report = ledger_->reports().Execution(
        {remembered.department, as_of.year(), as_of, remembered.known_at});
    ASSERT_TRUE(report.ok()) << report.error().message;
    EXPECT_EQ(ReportText(report.value()), remembered.text);
  }

  Random random_;
  EventMaker maker_;
  const StoreOpener open_;
  Committer::Options options_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<TestLedger> ledger_;
  ReferenceLedger reference_;
  std::vector<Remembered> remembered_;
};

// Sequences from BUDGETWATCH_SEED on, or from a random seed, as many as
// BUDGETWATCH_ROUNDS says; each on a store of its own, which `open` makes.
inline void RunLedgerRounds(uint64_t default_rounds, const std::function<StoreOpener()>& open) {
  const uint64_t first = NumberFromEnvironment("BUDGETWATCH_SEED", std::random_device()());
  const bool replay = std::getenv("BUDGETWATCH_SEED") != nullptr;
  const uint64_t rounds = NumberFromEnvironment("BUDGETWATCH_ROUNDS", replay ? 1 : default_rounds);
  for (uint64_t seed = first; seed < first + rounds; ++seed) {
    SCOPED_TRACE("replay with BUDGETWATCH_SEED=" + std::to_string(seed));
    LedgerRound(seed, open()).Run();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace budgetwatch
