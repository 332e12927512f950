#include "service/warnings.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "base/thread_name.h"

namespace budgetwatch {
namespace {

constexpr size_t kMaxExplanationBytes = 4096;
constexpr size_t kMaxExplainedByBytes = 256;

// How often the business date is looked at, and a failed evaluation tried again.
constexpr std::chrono::milliseconds kIdleWait(500);

// Between two evaluations, so that thousands of small commits a second do not each wake
// the thread. Who asks for warnings does not wait for it.
constexpr SteadyTime::duration kMinPause = std::chrono::milliseconds(20);

Status CheckText(const std::string& text, size_t limit_bytes, bool required, const char* field) {
  if (required && text.empty()) {
    return Refusal(Reason::kInvalidField, field,
                   std::string(field) + " is empty; say it in a sentence");
  }
  if (text.size() > limit_bytes || !IsValidUtf8(text)) {
    return Refusal(
        Reason::kInvalidField, field,
        std::string(field) + " must be UTF-8 of at most " + std::to_string(limit_bytes) + " bytes");
  }
  return {};
}

Status CheckExplanation(const Explanation& explanation) {
  for (const Status& status :
       {CheckText(explanation.text, kMaxExplanationBytes, true, "explanation.text"),
        CheckText(explanation.measure, kMaxExplanationBytes, false, "explanation.measure"),
        CheckText(explanation.explained_by, kMaxExplainedByBytes, false,
                  "explanation.explained_by"),
        CheckText(explanation.measure_result, kMaxExplanationBytes, false,
                  "explanation.measure_result")}) {
    if (!status.ok()) return status;
  }
  return {};
}

bool Matches(const Warning& warning, const Warnings::Filter& filter) {
  return (filter.department_code.empty() || warning.department_code == filter.department_code) &&
         (filter.fiscal_year == 0 || warning.id.fiscal_year == filter.fiscal_year) &&
         (!filter.open || warning.open == *filter.open) &&
         (!filter.rule || warning.id.rule == *filter.rule) &&
         (filter.subject_code.empty() || warning.id.subject_code == filter.subject_code) &&
         (!filter.severity || warning.severity == *filter.severity);
}

// Open before resolved, grave before slight, then by id.
auto RankOf(const Warning& warning, const std::string& id) {
  return std::tuple(!warning.open, -static_cast<int>(warning.severity), id);
}

}  // namespace

Warnings::Warnings(Ledger& ledger, Committer& committer, const BusinessCalendar& calendar)
    : ledger_(ledger), committer_(committer), calendar_(calendar) {
  committer.AddListener(this);
}

Warnings::~Warnings() { Stop(); }

void Warnings::Start() {
  BW_CHECK(!thread_.joinable());
  thread_ = std::thread([this] {
    NameThread("warnings");
    Loop();
  });
}

void Warnings::Stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  due_.notify_all();
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Warnings::Loop() {
  SteadyTime::duration pause(0);
  while (true) {
    {
      MutexLock lock(mutex_);
      // Under a flood of commits, evaluation takes at most a sixteenth of the time.
      const auto earliest = SteadyNow() + pause;
      while (!stopping_ && SteadyNow() < earliest) {
        lock.WaitUntil(stopped_, earliest);
      }
      const auto latest = SteadyNow() + kIdleWait;
      idle_ = true;
      while (!stopping_ && pending_.empty() && SteadyNow() < latest) {
        lock.WaitUntil(due_, latest);
      }
      idle_ = false;
      if (stopping_) return;
    }
    const auto start = SteadyNow();
    const bool ok = EvaluatePending().ok();
    pause = ok ? std::max((SteadyNow() - start) * 15, kMinPause) : kIdleWait;
  }
}

Status Warnings::EvaluatePending() {
  const MutexLock evaluation(evaluation_mutex_);
  const Date business_date = calendar_.Today();
  Pending pending;
  {
    const MutexLock lock(mutex_);
    pending = std::exchange(pending_, Pending{false, {}, {}});
  }
  if (evaluated_date_ != business_date) pending.everything = true;
  if (pending.empty()) return {};
  std::vector<JournalEntry> entries = Evaluate(pending, business_date);
  if (!entries.empty()) {
    const auto done = committer_.Run(
        [&entries](const LedgerState&) -> Result<std::vector<JournalEntry>> { return entries; });
    if (!done.ok()) {
      const MutexLock lock(mutex_);
      pending_.everything = true;
      return done.error();
    }
  }
  evaluated_date_ = business_date;
  return {};
}

std::vector<JournalEntry> Warnings::Evaluate(const Pending& pending, Date business_date) {
  std::vector<JournalEntry> entries;
  ledger_.View([&](const LedgerState& state) {
    std::map<int, EvaluationScope> scopes;
    if (pending.everything) {
      for (const int year : state.plans().FiscalYears()) scopes[year].whole_year = true;
      for (const auto& [year, totals] : state.totals().years()) scopes[year].whole_year = true;
    }
    for (const int year : pending.years) scopes[year].whole_year = true;
    for (const auto& [year, codes] : pending.projects) {
      scopes[year].project_codes.insert(codes.begin(), codes.end());
    }
    for (auto& [year, scope] : scopes) {
      scope.fiscal_year = year;
      for (WarningEntry& entry : EvaluateWarnings(state, scope, business_date, &results_)) {
        entries.emplace_back(std::move(entry));
      }
    }
  });
  return entries;
}

void Warnings::OnCommitted(const std::vector<JournalEntry>& entries, const CommitStats&) {
  bool changes_warnings = false;
  bool wake = false;
  {
    const MutexLock lock(mutex_);
    for (const JournalEntry& entry : entries) {
      if (const auto* payment = std::get_if<PaymentEntry>(&entry)) {
        for (const Booking& booking : BookingsOf(*payment)) {
          auto& codes = pending_.projects[booking.date.year()];
          if (!codes.contains(booking.project_code)) codes.emplace(booking.project_code);
        }
        // A payment may end the wait of refunds on other projects of other years.
        if (!payment->matched_refund_sequences.empty()) pending_.everything = true;
      } else if (const auto* plan = ControlOf<PlanEntry>(entry)) {
        pending_.years.insert(plan->plan.fiscal_year);
      } else if (const auto* observation = ControlOf<ObservationEntry>(entry)) {
        const ObservationEvent& event = observation->event;
        pending_.projects[event.observed_date.year()].insert(event.project_code);
      } else if (const auto* review = ControlOf<ReviewEntry>(entry)) {
        // From its date on, results count.
        if (review->trigger == ReviewTrigger::kByHand)
          pending_.years.insert(review->id.fiscal_year);
      } else if (ControlOf<ProfileEntry>(entry) != nullptr) {
        pending_.everything = true;
      } else if (ControlOf<WarningEntry>(entry) != nullptr) {
        ++warning_changes_;
        changes_warnings = true;
      }
    }
    wake = !pending_.empty() && std::exchange(idle_, false);
  }
  if (wake) due_.notify_all();
  if (changes_warnings) changed_.notify_all();
}

Result<Warnings::Page> Warnings::List(const Filter& filter, const std::string& after_id,
                                      size_t limit) {
  const Status evaluated = EvaluatePending();
  if (!evaluated.ok() && evaluated.error().reason == ReasonName(Reason::kQueueFull)) {
    return evaluated.error();
  }
  const Date business_date = calendar_.Today();
  return ledger_.View([&](const LedgerState& state) {
    using Rank = std::tuple<bool, int, std::string>;
    std::vector<std::pair<Rank, const Warning*>> ranked;
    for (const auto& [id, warning] : state.warnings().all()) {
      if (Matches(warning, filter)) ranked.emplace_back(RankOf(warning, id), &warning);
    }
    std::sort(ranked.begin(), ranked.end());
    auto position = ranked.begin();
    if (const Warning* after = after_id.empty() ? nullptr : state.warnings().Find(after_id)) {
      position =
          std::upper_bound(ranked.begin(), ranked.end(), RankOf(*after, after_id),
                           [](const Rank& rank, const auto& item) { return rank < item.first; });
    }
    Page page;
    for (; position != ranked.end() && page.warnings.size() < limit; ++position) {
      page.warnings.push_back(*position->second);
    }
    if (position != ranked.end()) page.next_id = page.warnings.back().id.ToString();
    FillCurrentFigures(state, business_date, &page.warnings);
    return page;
  });
}

Result<Warning> Warnings::Explain(const std::string& warning_id, const Explanation& explanation) {
  if (const Status status = CheckExplanation(explanation); !status.ok()) return status.error();
  const Date business_date = calendar_.Today();
  const auto done =
      committer_.Run([&](const LedgerState& state) -> Result<std::vector<JournalEntry>> {
        const Warning* warning = state.warnings().Find(warning_id);
        if (warning == nullptr) {
          return Refusal(Reason::kWarningNotFound, "warning_id",
                         "no warning \"" + Abbreviate(warning_id, 256) +
                             "\"; list the warnings for their ids");
        }
        if (warning->explanation == explanation) return std::vector<JournalEntry>();
        WarningEntry entry;
        entry.id = warning->id;
        entry.change = WarningChange::kExplained;
        entry.date = business_date;
        entry.department_code = warning->department_code;
        entry.subject_name = warning->subject_name;
        entry.severity = warning->severity;
        entry.explanation = explanation;
        return std::vector<JournalEntry>{std::move(entry)};
      });
  if (!done.ok()) return done.error();
  return ledger_.View([&](const LedgerState& state) { return *state.warnings().Find(warning_id); });
}

Warnings::Changes Warnings::ChangesAfter(Sequence sequence, const std::string& department_code,
                                         size_t limit) const {
  return ledger_.View([&](const LedgerState& state) {
    Changes changes;
    changes.scanned = sequence;
    for (const auto& [change_sequence, id] : state.warnings().ChangesAfter(sequence, limit)) {
      changes.scanned = change_sequence;
      const Warning* warning = state.warnings().Find(id);
      if (!department_code.empty() && warning->department_code != department_code) continue;
      changes.items.push_back({change_sequence, id});
    }
    return changes;
  });
}

Warnings::Changes Warnings::OpenNow(const std::string& department_code) const {
  return ledger_.View([&](const LedgerState& state) {
    Changes changes;
    changes.scanned = state.warnings().last_change();
    for (const auto& [id, warning] : state.warnings().all()) {
      if (!warning.open) continue;
      if (!department_code.empty() && warning.department_code != department_code) continue;
      changes.items.push_back({warning.history.back().sequence, id});
    }
    std::sort(changes.items.begin(), changes.items.end(),
              [](const Change& a, const Change& b) { return a.sequence < b.sequence; });
    return changes;
  });
}

Warning Warnings::AfterChange(const Change& change) const {
  return ledger_.View([&](const LedgerState& state) {
    return WarningAsOf(*state.warnings().Find(change.warning_id), change.sequence);
  });
}

bool Warnings::WaitForChange(Sequence sequence, int64_t timeout_millis) {
  const auto deadline = SteadyNow() + std::chrono::milliseconds(timeout_millis);
  MutexLock lock(mutex_);
  const Sequence seen = warning_changes_;
  const bool behind = ledger_.View(
      [sequence](const LedgerState& state) { return state.warnings().last_change() > sequence; });
  if (behind) return !stopping_;
  while (!stopping_ && warning_changes_ == seen && SteadyNow() < deadline) {
    lock.WaitUntil(changed_, deadline);
  }
  return !stopping_;
}

}  // namespace budgetwatch
