#include "sim/auditor.h"

#include <algorithm>

#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

std::string YearOf(const std::string& date) { return date.substr(0, 4); }

// A refusal that the reference expects, or nothing.
void CheckRefusal(const std::string& what, const std::string& reason, const Error& error,
                  Differences* found) {
  Compare("refusal of " + what, error.reason, reason, found);
}

}  // namespace

bool Auditor::Excused(const Error& error, bool faulted, const std::string& what) {
  if (faulted && error.reason == "STORE_FAILED") return true;
  Differ(what + " failed without a cause: " + error.reason + ", " + error.message);
  return false;
}

void Auditor::Check(const std::string& what, const Differences& found) {
  for (const std::string& sentence : found) Differ(what + ": " + sentence);
}

void Auditor::MayBeFound(const std::string& what, ReferenceLedger ledger) {
  if (ledger.sequence() == reference_.sequence()) return;
  uncertain_.push_back({what, std::move(ledger)});
}

// Something took the sequence that the failed writes would have.
void Auditor::Written() {
  uncertain_.clear();
  warnings_uncertain_ = false;
}

void Auditor::OnPayments(const std::vector<AnsweredBatch>& group, bool faulted) {
  ReferenceLedger after = reference_;
  const bool failed = !group.front().outcomes.ok();
  for (const AnsweredBatch& batch : group) {
    Compare("failure of one batch of a group", !batch.outcomes.ok(), failed, &differences_);
    if (!batch.outcomes.ok()) {
      Excused(batch.outcomes.error(), faulted, "a batch");
    } else {
      Compare("number of outcomes", batch.outcomes.value().size(), batch.events.size(),
              &differences_);
    }
    if (!differences_.empty()) return;
    for (size_t i = 0; i < batch.events.size(); ++i) {
      const SentEvent& sent = batch.events[i];
      const auto [expected, sequence] = ExpectedOutcome(sent, &after);
      if (failed) continue;
      const PaymentOutcome& outcome = batch.outcomes.value()[i];
      const std::string of = " of " + sent.event.kind + " " + sent.event.source + " " +
                             sent.event.id + " naming " + sent.event.original;
      Compare("outcome" + of, OutcomeText(outcome), expected, &differences_);
      Compare("sequence" + of, outcome.sequence, sequence, &differences_);
    }
  }
  if (failed) {
    MayBeFound("payments", std::move(after));
    return;
  }
  if (after.sequence() != reference_.sequence()) Written();
  reference_ = std::move(after);
}

void Auditor::OnPlan(const RandomPlan& sent, bool has_errors,
                     const Result<Plans::ApplyResult>& answer, bool faulted) {
  ReferenceLedger after = reference_;
  const bool closed = reference_.IsClosed(YearOf(sent.revision.effective_date));
  const bool unchanged = reference_.IsInForce(sent.revision);
  const bool writes = !has_errors && !closed && !unchanged;
  if (writes) after.ApplyPlan(sent.revision);
  if (!answer.ok()) {
    if (closed && !has_errors) {
      CheckRefusal("a plan", "FISCAL_YEAR_CLOSED", answer.error(), &differences_);
    } else if (Excused(answer.error(), faulted, "a plan")) {
      MayBeFound("a plan", std::move(after));
    }
    return;
  }
  Compare("acceptance of a plan of a closed year", closed && !has_errors, false, &differences_);
  Compare("application of a plan", answer.value().applied, !has_errors, &differences_);
  if (!has_errors) {
    Compare("sameness of a plan", answer.value().unchanged, unchanged, &differences_);
  }
  if (writes) Written();
  reference_ = std::move(after);
}

void Auditor::OnClosing(const std::string& year, const std::string& today,
                        const Result<bool>& answer, bool faulted) {
  ReferenceLedger after = reference_;
  const bool over = today > year + "-12-31";
  if (over) after.CloseYear(year);
  if (!answer.ok()) {
    if (!over) {
      CheckRefusal("a closing", "FISCAL_YEAR_NOT_OVER", answer.error(), &differences_);
    } else if (Excused(answer.error(), faulted, "a closing")) {
      MayBeFound("a closing", std::move(after));
    }
    return;
  }
  Compare("closing of a year that is not over", over, true, &differences_);
  Compare("earlier closing", answer.value(), reference_.IsClosed(year), &differences_);
  if (after.sequence() != reference_.sequence()) Written();
  reference_ = std::move(after);
}

void Auditor::OnThresholds(const ReferenceLedger::Thresholds& sent, const Status& answer,
                           bool faulted) {
  ReferenceLedger after = reference_;
  after.AdoptThresholds(sent);
  if (!answer.ok()) {
    if (Excused(answer.error(), faulted, "a profile")) MayBeFound("a profile", std::move(after));
    return;
  }
  if (after.sequence() != reference_.sequence()) Written();
  reference_ = std::move(after);
}

void Auditor::OnEvaluation(const Status& answer, const std::string& today, const LedgerState& state,
                           bool faulted) {
  if (!answer.ok()) {
    // How many entries it would have written is the ledger's affair.
    if (Excused(answer.error(), faulted, "an evaluation")) warnings_uncertain_ = true;
    return;
  }
  if (state.sequence() != reference_.sequence()) Written();
  reference_.SkipTo(state.sequence());
  for (const std::string year : kRandomYears) {
    if (reference_.IsClosed(year)) continue;
    std::set<std::string> open;
    for (const auto& [id, warning] : state.warnings().all()) {
      const Rule rule = warning.id.rule;
      // The auditor knows no forecasts; the simulated plans have no indicators.
      const bool audited = warning.id.subject_kind != SubjectKind::kDepartment &&
                           rule != Rule::kBehindTimeProgress && rule != Rule::kPlanBackloaded &&
                           rule != Rule::kForecastShortfall && rule != Rule::kYearEndRush;
      const bool of_year = std::to_string(warning.id.fiscal_year) == year;
      if (warning.open && audited && of_year) open.insert(id);
    }
    const std::set<std::string> expected = reference_.OpenWarnings(year, today);
    for (const std::string& id : open) {
      if (!expected.contains(id)) Differ("warning " + id + " is open without a cause");
    }
    for (const std::string& id : expected) {
      if (!open.contains(id)) Differ("warning " + id + " is not open");
    }
  }
}

void Auditor::OnReport(const ReportQuestion& question, const Result<Sequence>& resolved,
                       const Result<ExecutionReport>& answer, WallMicros now, bool faulted) {
  if (!resolved.ok()) {
    // What was known at a time is unsure while a write of that time may be there.
    const bool unsure = question.known_at.time && (!uncertain_.empty() || warnings_uncertain_);
    Excused(resolved.error(), faulted || unsure, "a moment of knowledge");
    return;
  }
  const Sequence sequence = resolved.value();
  if (const auto time = question.known_at.time) {
    const auto behind = std::upper_bound(recorded_times_.begin(), recorded_times_.end(), *time);
    Compare("sequence known at a time", sequence, behind - recorded_times_.begin(), &differences_);
    Compare("a time that was asked about in the future", *time > std::max(now, asked_about_), false,
            &differences_);
    asked_about_ = std::max(asked_about_, *time);
  }
  const auto expected = reference_.MakeReport(question.department, question.as_of, sequence);
  if (!answer.ok()) {
    if (expected) {
      Excused(answer.error(), faulted, "a report");
    } else if (answer.error().reason != "PLAN_NOT_FOUND") {
      Excused(answer.error(), faulted, "a report without a plan");
    }
    return;
  }
  Compare("a report without a plan", expected.has_value(), true, &differences_);
  if (!expected) return;
  Check("report of " + question.department + " as of " + question.as_of + " known at " +
            std::to_string(sequence),
        CompareReport(answer.value(), *expected));
  const std::string text = ReportText(answer.value());
  bool asked_before = false;
  for (const OldAnswer& old : old_answers_) {
    const bool same = old.question.department == question.department &&
                      old.question.as_of == question.as_of && old.sequence == sequence;
    if (!same) continue;
    asked_before = asked_before || old.question.known_at.time == question.known_at.time;
    if (old.text != text) {
      Differ("a report says of one moment first\n" + old.text + "\nand later\n" + text);
    }
  }
  if (asked_before) return;
  old_answers_.push_back({question, sequence, text});
  old_answers_.back().question.known_at.sequence =
      question.known_at.time ? std::nullopt : std::optional(sequence);
}

const Auditor::ReportQuestion* Auditor::OldQuestion(Random* random) const {
  if (old_answers_.empty()) return nullptr;
  const auto index = static_cast<size_t>(random->Below(static_cast<int>(old_answers_.size())));
  return &old_answers_[index].question;
}

void Auditor::OnPayment(const PaymentKey& key, const Result<RecordedPayment>& answer,
                        bool faulted) {
  const auto expected = reference_.FindBooking(key.source, key.payment_id);
  const std::string what = "payment " + key.source + " " + key.payment_id;
  if (!answer.ok()) {
    if (expected || answer.error().reason != "PAYMENT_NOT_FOUND") {
      Excused(answer.error(), faulted, what);
    }
    return;
  }
  Compare(what + ", that it is there", true, expected.has_value(), &differences_);
  if (expected) Check(what, ComparePayment(answer.value(), *expected));
}

void Auditor::OnList(const PaymentFilter& filter,
                     const Result<std::vector<RecordedPayment>>& answer, bool faulted) {
  if (!answer.ok()) {
    Excused(answer.error(), faulted, "a list of payments");
    return;
  }
  auto expected = reference_.Bookings(std::to_string(filter.fiscal_year), filter.project_code,
                                      filter.first.ToString(), filter.last.ToString());
  if (filter.suspended_only) {
    std::erase_if(expected, [](const auto& booking) { return !booking.suspended; });
  }
  const std::vector<RecordedPayment>& listed = answer.value();
  Compare("number of listed payments", listed.size(), expected.size(), &differences_);
  for (size_t i = 0; i < std::min(listed.size(), expected.size()); ++i) {
    Check("listed payment", ComparePayment(listed[i], expected[i]));
  }
}

void Auditor::CheckTimes(const Store& store) {
  const auto known = static_cast<Sequence>(recorded_times_.size());
  const WallMicros before = recorded_times_.empty() ? 0 : recorded_times_.back();
  const Status status =
      store.ScanJournal(known + 1, store.LastSequence(), [&](const JournalItem& item) {
        // Entries of one commit have one time; what is new begins with a commit.
        const WallMicros floor = std::max(before, asked_about_);
        const WallMicros last = recorded_times_.empty() ? 0 : recorded_times_.back();
        if (item.recorded_time <= floor || item.recorded_time < last) {
          Differ("sequence " + std::to_string(item.sequence) + " was recorded at " +
                 std::to_string(item.recorded_time) + ", after " + std::to_string(last) +
                 " and questions about " + std::to_string(asked_about_));
        }
        recorded_times_.push_back(item.recorded_time);
        return Status();
      });
  if (!status.ok()) Differ("the journal cannot be read: " + status.error().message);
}

void Auditor::CheckAll(const LedgerState& state, const Store& store) {
  Check("state", CompareState(state, reference_));
  Compare("sequence of the store", store.LastSequence(), reference_.sequence(), &differences_);
  if (differences_.empty()) CheckTimes(store);
}

void Auditor::OnRestart(const LedgerState& state, const Store& store) {
  for (Uncertain& uncertain : uncertain_) {
    if (CompareState(state, reference_).empty()) break;
    if (CompareState(state, uncertain.ledger).empty()) reference_ = uncertain.ledger;
  }
  if (warnings_uncertain_ && state.sequence() > reference_.sequence()) {
    bool only_warnings = true;
    const Status status =
        store.ScanJournal(reference_.sequence() + 1, state.sequence(), [&](const auto& item) {
          only_warnings = only_warnings && ControlOf<WarningEntry>(item.entry) != nullptr;
          return Status();
        });
    if (status.ok() && only_warnings) reference_.SkipTo(state.sequence());
  }
  Written();
  // Times behind the last commit that were asked about are forgotten by a restart, so
  // only the sequences that they stood for are sure. See ARCHITECTURE.md, Two times.
  CheckAll(state, store);
  const WallMicros last = recorded_times_.empty() ? 0 : recorded_times_.back();
  asked_about_ = std::min(asked_about_, last);
  for (OldAnswer& old : old_answers_) {
    if (old.question.known_at.time && *old.question.known_at.time > last) {
      old.question.known_at = {old.sequence, std::nullopt};
    }
  }
}

}  // namespace budgetwatch
