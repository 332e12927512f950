#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "service/payments.h"
#include "service/plans.h"
#include "service/reports.h"
#include "service/store.h"
#include "support/compare.h"
#include "support/random_events.h"
#include "support/reference_ledger.h"

namespace budgetwatch {

// Hears every question put to a ledger and every answer, and checks both against a
// ReferenceLedger of its own. Used by one thread.
//
// 1. An answer is the one that the reference gives. Only a fault of the store excuses
//    an error, and then nothing has changed for any reader.
// 2. What failed while the store had a fault is there after a restart wholly or not at
//    all, and only until something else is written in its place.
// 3. What a report once said of a moment, it says for ever.
// 4. Recorded times rise from commit to commit, past every time that was asked about.
class Auditor {
 public:
  struct AnsweredBatch {
    std::string source;
    std::vector<SentEvent> events;
    Result<std::vector<PaymentOutcome>> outcomes;
  };
  struct ReportQuestion {
    std::string department, as_of;
    KnownAt known_at;
  };

  // Sentences about what was wrong; the first is the cause, empty while all is well.
  const Differences& differences() const { return differences_; }
  void Differ(const std::string& sentence) { differences_.push_back(sentence); }

  // Batches that were answered together, in order. `faulted`: the store failed
  // meanwhile; the same below.
  void OnPayments(const std::vector<AnsweredBatch>& group, bool faulted);

  // `has_errors`: the plan breaks a law, so that it must not be applied.
  void OnPlan(const RandomPlan& sent, bool has_errors, const Result<Plans::ApplyResult>& answer,
              bool faulted);
  void OnClosing(const std::string& year, const std::string& today, const Result<bool>& answer,
                 bool faulted);
  void OnThresholds(const ReferenceLedger::Thresholds& sent, const Status& answer, bool faulted);
  // `state` is the ledger's right after the evaluation on the day.
  void OnEvaluation(const Status& answer, const std::string& today, const LedgerState& state,
                    bool faulted);

  // `resolved` is the sequence that the known_at of the question stands for; `now` is
  // the clock's time.
  void OnReport(const ReportQuestion& question, const Result<Sequence>& resolved,
                const Result<ExecutionReport>& answer, WallMicros now, bool faulted);
  void OnPayment(const PaymentKey& key, const Result<RecordedPayment>& answer, bool faulted);
  // `answer` is all pages of the list one after the other.
  void OnList(const PaymentFilter& filter, const Result<std::vector<RecordedPayment>>& answer,
              bool faulted);

  // Compares everything that is served and stored. `store` has no faults.
  void CheckAll(const LedgerState& state, const Store& store);

  // The same after a restart, which decides what became of writes that failed.
  void OnRestart(const LedgerState& state, const Store& store);

  const ReferenceLedger& reference() const { return reference_; }
  // A question that was answered before, to be asked again; nothing when none was.
  const ReportQuestion* OldQuestion(Random* random) const;

 private:
  // What may be found after a restart instead of the reference.
  struct Uncertain {
    std::string what;
    ReferenceLedger ledger;
  };
  struct OldAnswer {
    ReportQuestion question;
    Sequence sequence = 0;
    std::string text;
  };

  bool Excused(const Error& error, bool faulted, const std::string& what);
  void Check(const std::string& what, const Differences& found);
  void MayBeFound(const std::string& what, ReferenceLedger ledger);
  void Written();
  void CheckTimes(const Store& store);

  ReferenceLedger reference_;
  std::vector<Uncertain> uncertain_;
  bool warnings_uncertain_ = false;
  std::vector<WallMicros> recorded_times_;  // [0] of sequence 1
  WallMicros asked_about_ = 0;              // the last time that a sequence was fixed for
  std::vector<OldAnswer> old_answers_;
  Differences differences_;
};

}  // namespace budgetwatch
