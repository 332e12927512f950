#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "service/business_calendar.h"
#include "service/committer.h"
#include "service/warning_evaluation.h"

namespace budgetwatch {

// Opens, resolves, explains and lists warnings. Thread-safe.
//
// What commits touch is collected and evaluated a moment later, all at once, so
// that a flood of payments costs one evaluation at a time. A caller that lists
// warnings first has everything evaluated that was acknowledged before.
class Warnings : public CommitListener {
 public:
  struct Filter {
    std::string department_code;
    int fiscal_year = 0;  // 0: any
    std::optional<bool> open;
    std::optional<Rule> rule;
    std::string subject_code;
    std::optional<Severity> severity;
  };
  struct Page {
    std::vector<Warning> warnings;
    std::string next_id;  // last id of this page when there are more
  };
  // Which warning changed; see AfterChange.
  struct Change {
    Sequence sequence = 0;
    std::string warning_id;
  };
  struct Changes {
    std::vector<Change> items;
    Sequence scanned = 0;  // continue after this one
  };

  Warnings(Ledger& ledger, Committer& committer, const BusinessCalendar& calendar);
  ~Warnings() override;

  // Starts evaluating by itself: after commits, and when the business date changes.
  void Start();
  void Stop();

  // Evaluates what was touched since the last time, or everything when the business
  // date has changed. Errors: the committer's; what was touched stays so.
  Status EvaluatePending();

  // Open ones first, then by severity, then by id. `after_id` continues a page. While the
  // store fails, as they were evaluated last. Errors: QUEUE_FULL. REQUIRES: limit > 0.
  Result<Page> List(const Filter& filter, const std::string& after_id, size_t limit);

  // Errors: WARNING_NOT_FOUND, INVALID_FIELD, and the committer's.
  Result<Warning> Explain(const std::string& warning_id, const Explanation& explanation);

  // Up to `limit` changes after `sequence`, oldest first. Of a department only when
  // one is named.
  Changes ChangesAfter(Sequence sequence, const std::string& department_code, size_t limit) const;

  // Sequence of the last change of any warning.
  Sequence last_change() const {
    return ledger_.View([](const LedgerState& state) { return state.warnings().last_change(); });
  }

  // What is open now, each with its last change, in the order of these, and where to
  // continue.
  Changes OpenNow(const std::string& department_code) const;

  // The warning as it was after the change; its history ends with it.
  Warning AfterChange(const Change& change) const;

  // Waits until something may have changed after `sequence`, or `timeout_millis`
  // has passed, or Stop was called; false when it was.
  bool WaitForChange(Sequence sequence, int64_t timeout_millis);

  void OnCommitted(const std::vector<JournalEntry>& entries, const CommitStats& stats) override;
  void OnWriteFailed(const Error&) override {}

 private:
  struct Pending {
    bool everything = true;  // at the start, nothing is known to be evaluated
    std::set<int> years;     // wholly
    std::map<int, StringSet> projects;

    bool empty() const { return !everything && years.empty() && projects.empty(); }
  };

  void Loop();
  std::vector<JournalEntry> Evaluate(const Pending& pending, Date business_date)
      BW_REQUIRES(evaluation_mutex_);

  const Ledger& ledger_;
  Committer& committer_;
  const BusinessCalendar& calendar_;

  Mutex evaluation_mutex_;  // one evaluation at a time
  std::optional<Date> evaluated_date_ BW_GUARDED_BY(evaluation_mutex_);
  ResultsCache results_ BW_GUARDED_BY(evaluation_mutex_);

  Mutex mutex_;
  std::condition_variable changed_;  // warnings
  std::condition_variable due_;      // something to evaluate, for the thread while it is idle
  std::condition_variable stopped_;
  bool idle_ BW_GUARDED_BY(mutex_) = false;
  Pending pending_ BW_GUARDED_BY(mutex_);
  Sequence warning_changes_ BW_GUARDED_BY(mutex_) = 0;  // counts commits that changed any
  bool stopping_ BW_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace budgetwatch
