#include "property/reference_ledger.h"

#include <algorithm>

namespace budgetwatch {
namespace {

std::string YearOf(const std::string& date) { return date.substr(0, 4); }

// What is due of the budget by the date, in millionths of it.
int64_t DueMillionths(const ReferenceLedger::Line& line, const std::string& as_of) {
  int64_t due = 0;
  for (const auto& [date, share] : line.checkpoints) {
    if (date <= as_of && share >= 0) due = share;
  }
  return due;
}

// The share at the first checkpoint after the date, all of it behind the last.
int64_t NextMillionths(const ReferenceLedger::Line& line, const std::string& as_of) {
  for (const auto& [date, share] : line.checkpoints) {
    if (date > as_of) return DueMillionths(line, date);
  }
  return 1'000'000;
}

std::string StatusAt(const ReferenceLedger::Line& line, int64_t disbursed_fen,
                     const std::string& as_of) {
  // Small numbers only in these tests: everything fits 64 bits.
  const int64_t paid = disbursed_fen * 1'000'000;
  const int64_t budget = line.budget_fen;
  const int64_t due = DueMillionths(line, as_of);
  if (disbursed_fen > budget) return "overspent";
  if (budget > 0 && paid < budget * (due - 200'000)) return "severely behind";
  if (budget > 0 && paid < budget * (due - 50'000)) return "behind";
  if (budget > 0 && paid > budget * (NextMillionths(line, as_of) + 50'000)) return "ahead";
  if (disbursed_fen == budget) return "completed";
  return due == 0 && disbursed_fen == 0 ? "not due" : "on track";
}

}  // namespace

const ReferenceLedger::Entry* ReferenceLedger::Find(const std::string& source,
                                                    const std::string& id) const {
  for (const Entry& entry : entries_) {
    if (entry.event.source == source && entry.event.id == id) return &entry;
  }
  return nullptr;
}

int64_t ReferenceLedger::Remaining(const Entry& entry) const {
  int64_t remaining_fen = entry.event.amount_fen;
  for (const Entry& other : entries_) {
    if (other.original == entry.sequence) remaining_fen -= other.event.amount_fen;
  }
  return remaining_fen;
}

std::string ReferenceLedger::DecideRefund(Entry* entry) const {
  const Event& event = entry->event;
  if (event.original.empty()) return "";
  if (event.original == event.id) return "ORIGINAL_NOT_A_PAYMENT";
  const Entry* original = Find(event.source, event.original);
  if (original == nullptr) return event.project.empty() ? "MISSING_PROJECT_CODE" : "";
  if (original->event.kind == "refund") return "ORIGINAL_NOT_A_PAYMENT";
  if (event.project.empty()) entry->project = original->project;
  if (entry->project != original->project) return "ORIGINAL_PROJECT_MISMATCH";
  if (event.amount_fen > Remaining(*original)) return "REFUND_EXCEEDS_PAYMENT";
  entry->original = original->sequence;
  return "";
}

std::string ReferenceLedger::DecideCorrection(Entry* entry) const {
  const Event& event = entry->event;
  const Entry* original = Find(event.source, event.original);
  if (original == nullptr) return "ORIGINAL_NOT_FOUND";
  if (closed_.contains(YearOf(original->event.date))) return "FISCAL_YEAR_CLOSED";
  if (original->event.kind == "refund") return "ORIGINAL_NOT_A_PAYMENT";
  const int64_t remaining_fen = Remaining(*original);
  if (event.amount_fen > remaining_fen) return "CORRECTION_EXCEEDS_PAYMENT";
  if (original->project == event.project && original->event.date == event.date) {
    return "CORRECTION_WITHOUT_CHANGE";
  }
  entry->original = original->sequence;
  entry->from_project = original->project;
  entry->from_date = original->event.date;
  entry->takes_rest = event.amount_fen == remaining_fen;
  return "";
}

std::pair<std::string, int64_t> ReferenceLedger::Decide(const Event& event) {
  if (const Entry* known = Find(event.source, event.id)) {
    if (known->event.Content() == event.Content()) return {"duplicate", known->sequence};
    return {"PAYMENT_ID_CONFLICT", 0};
  }
  if (closed_.contains(YearOf(event.date))) return {"FISCAL_YEAR_CLOSED", 0};
  Entry entry;
  entry.event = event;
  entry.project = event.project;
  std::string refusal;
  if (event.kind == "refund") refusal = DecideRefund(&entry);
  if (event.kind == "correction") refusal = DecideCorrection(&entry);
  if (!refusal.empty()) return {refusal, 0};
  entry.sequence = ++sequence_;
  int64_t remaining_fen = event.amount_fen;
  for (Entry& other : entries_) {
    const bool waits = other.event.kind == "refund" && other.original == 0 &&
                       other.event.source == event.source && other.event.original == event.id;
    if (event.kind == "refund" || !waits || other.project != entry.project) continue;
    if (other.event.amount_fen > remaining_fen) continue;
    remaining_fen -= other.event.amount_fen;
    other.original = entry.sequence;
  }
  entries_.push_back(entry);
  const bool carried = IsCarried(entry.project, YearOf(event.date) + "-12-31", sequence_);
  return {carried ? "recorded" : "suspended", sequence_};
}

void ReferenceLedger::ApplyPlan(PlanRevision revision) {
  revision.sequence = ++sequence_;
  plans_.push_back(std::move(revision));
}

void ReferenceLedger::CloseYear(const std::string& year) {
  if (closed_.insert(year).second) ++sequence_;
}

size_t ReferenceLedger::UnmatchedCount() const {
  return static_cast<size_t>(
      std::count_if(entries_.begin(), entries_.end(), [](const Entry& entry) {
        return entry.event.kind == "refund" && !entry.event.original.empty() && entry.original == 0;
      }));
}

ReferenceLedger::Cells ReferenceLedger::Booked(int64_t known_at) const {
  Cells cells;
  const auto book = [&cells](const std::string& project, const std::string& date,
                             int64_t amount_fen, int64_t count) {
    Sum& sum = cells[{YearOf(date), project, date}];
    sum.amount_fen += amount_fen;
    sum.count += count;
  };
  for (const Entry& entry : entries_) {
    if (entry.sequence > known_at) continue;
    const int64_t amount_fen = entry.event.amount_fen;
    book(entry.project, entry.event.date, entry.event.kind == "refund" ? -amount_fen : amount_fen,
         1);
    if (entry.event.kind == "correction") {
      book(entry.from_project, entry.from_date, -amount_fen, entry.takes_rest ? -1 : 0);
    }
  }
  return cells;
}

const ReferenceLedger::PlanRevision* ReferenceLedger::InForce(const std::string& department,
                                                              const std::string& as_of,
                                                              int64_t known_at) const {
  const PlanRevision* best = nullptr;
  for (const PlanRevision& plan : plans_) {
    if (plan.department != department || plan.sequence > known_at) continue;
    if (plan.effective_date > as_of || YearOf(plan.effective_date) != YearOf(as_of)) continue;
    if (best == nullptr || plan.effective_date >= best->effective_date) best = &plan;
  }
  return best;
}

std::set<std::string> ReferenceLedger::Departments() const {
  std::set<std::string> departments;
  for (const PlanRevision& plan : plans_) departments.insert(plan.department);
  return departments;
}

bool ReferenceLedger::IsCarried(const std::string& project, const std::string& as_of,
                                int64_t known_at) const {
  for (const std::string& department : Departments()) {
    const PlanRevision* plan = InForce(department, as_of, known_at);
    if (plan == nullptr) continue;
    for (const Line& line : plan->lines) {
      if (line.code == project) return true;
    }
  }
  return false;
}

std::optional<ReferenceLedger::Report> ReferenceLedger::MakeReport(const std::string& department,
                                                                   const std::string& as_of,
                                                                   int64_t known_at) const {
  Report report;
  std::map<std::string, Sum> by_project;
  for (const auto& [cell, sum] : Booked(known_at)) {
    const auto& [year, project, date] = cell;
    if (year != YearOf(as_of) || date > as_of) continue;
    by_project[project].amount_fen += sum.amount_fen;
    by_project[project].count += sum.count;
    if (IsCarried(project, as_of, known_at)) continue;
    report.suspense.amount_fen += sum.amount_fen;
    report.suspense.count += sum.count;
  }
  bool any = false;
  for (const std::string& code : Departments()) {
    const PlanRevision* plan = InForce(code, as_of, known_at);
    const bool own = code == department;
    if (plan == nullptr || (!own && plan->parent != department)) continue;
    any = true;
    for (const Line& line : plan->lines) {
      const Sum disbursed = by_project[line.code];
      const int64_t due = line.budget_fen * DueMillionths(line, as_of);
      const int64_t planned_fen = due / 1'000'000 + (due % 1'000'000 >= 500'000 ? 1 : 0);
      report.budget_fen += line.budget_fen;
      report.disbursed_fen += disbursed.amount_fen;
      report.planned_fen += planned_fen;
      if (!own) continue;
      report.own_lines.push_back({line.code, StatusAt(line, disbursed.amount_fen, as_of),
                                  line.budget_fen, planned_fen, disbursed});
    }
  }
  if (!any) return std::nullopt;
  return report;
}

}  // namespace budgetwatch
