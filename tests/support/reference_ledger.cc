#include "support/reference_ledger.h"

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
                     const std::string& as_of, const ReferenceLedger::Thresholds& thresholds) {
  // Small numbers only in these tests: everything fits 64 bits.
  const int64_t paid = disbursed_fen * 1'000'000;
  const int64_t budget = line.budget_fen;
  const int64_t due = DueMillionths(line, as_of);
  if (disbursed_fen > budget) return "overspent";
  if (budget > 0 && paid < budget * (due - thresholds.severe)) return "severely behind";
  if (budget > 0 && paid < budget * (due - thresholds.tolerance)) return "behind";
  if (budget > 0 && paid > budget * (NextMillionths(line, as_of) + thresholds.tolerance)) {
    return "ahead";
  }
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

void ReferenceLedger::AdoptThresholds(const Thresholds& thresholds) {
  if (ThresholdsAt(sequence_) == thresholds) return;
  thresholds_.emplace_back(++sequence_, thresholds);
}

ReferenceLedger::Thresholds ReferenceLedger::ThresholdsAt(int64_t known_at) const {
  Thresholds found;
  for (const auto& [sequence, thresholds] : thresholds_) {
    if (sequence <= known_at) found = thresholds;
  }
  return found;
}

bool ReferenceLedger::IsInForce(const PlanRevision& revision) const {
  const PlanRevision* current = InForce(revision.department, revision.effective_date, sequence_);
  return current != nullptr && current->parent == revision.parent &&
         current->lines == revision.lines;
}

std::vector<ReferenceLedger::PlanRevision> ReferenceLedger::Revisions(
    const std::string& department, const std::string& year) const {
  std::vector<PlanRevision> revisions;
  for (const PlanRevision& plan : plans_) {
    if (plan.department != department || YearOf(plan.effective_date) != year) continue;
    revisions.push_back(plan);
  }
  return revisions;
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

ReferenceLedger::Booking ReferenceLedger::BookingOf(const Entry& entry, bool taken_from) const {
  const Event& event = entry.event;
  Booking booking;
  booking.project = taken_from ? entry.from_project : entry.project;
  booking.date = taken_from ? entry.from_date : event.date;
  booking.sequence = entry.sequence;
  booking.taken_from = taken_from;
  booking.source = event.source;
  booking.id = event.id;
  const bool refund = event.kind == "refund";
  booking.effect_fen = refund || taken_from ? -event.amount_fen : event.amount_fen;
  booking.remaining_fen = refund ? 0 : Remaining(entry);
  booking.suspended = !IsCarried(booking.project, YearOf(booking.date) + "-12-31", sequence_);
  booking.unmatched = refund && !event.original.empty() && entry.original == 0;
  return booking;
}

std::optional<ReferenceLedger::Booking> ReferenceLedger::FindBooking(const std::string& source,
                                                                     const std::string& id) const {
  const Entry* entry = Find(source, id);
  if (entry == nullptr) return std::nullopt;
  return BookingOf(*entry, false);
}

std::vector<ReferenceLedger::Booking> ReferenceLedger::Bookings(const std::string& year,
                                                                const std::string& project,
                                                                const std::string& first,
                                                                const std::string& last) const {
  std::vector<Booking> found;
  for (const Entry& entry : entries_) {
    for (const bool taken_from : {false, true}) {
      if (taken_from && entry.event.kind != "correction") continue;
      Booking booking = BookingOf(entry, taken_from);
      const bool wanted = YearOf(booking.date) == year &&
                          (project.empty() || booking.project == project) &&
                          booking.date >= first && booking.date <= last;
      if (wanted) found.push_back(std::move(booking));
    }
  }
  std::sort(found.begin(), found.end(), [](const Booking& a, const Booking& b) {
    return std::tie(a.project, a.date, a.sequence, a.taken_from) <
           std::tie(b.project, b.date, b.sequence, b.taken_from);
  });
  return found;
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
      report.own_lines.push_back(
          {line.code, StatusAt(line, disbursed.amount_fen, as_of, ThresholdsAt(known_at)),
           line.budget_fen, planned_fen, disbursed});
    }
  }
  if (!any) return std::nullopt;
  return report;
}

std::set<std::string> ReferenceLedger::OpenWarnings(const std::string& year,
                                                    const std::string& day) const {
  std::set<std::string> open;
  const std::string as_of = std::min(day, year + "-12-31");
  if (YearOf(as_of) != year) return open;  // the year has not begun
  std::map<std::string, Sum> by_project;
  Sum suspense;
  for (const Booking& booking : Bookings(year, "", year, as_of)) {
    by_project[booking.project].amount_fen += booking.effect_fen;
    const bool takes_rest = booking.taken_from && Find(booking.source, booking.id)->takes_rest;
    const int64_t count = takes_rest ? -1 : booking.taken_from ? 0 : 1;
    by_project[booking.project].count += count;
    if (!IsCarried(booking.project, as_of, sequence_)) suspense.count += count;
    if (booking.unmatched && IsCarried(booking.project, as_of, sequence_)) {
      open.insert("refund_unmatched/" + year + "/project:" + booking.project);
    }
  }
  if (suspense.count != 0) open.insert("suspense_pending/" + year + "/suspense");
  const Thresholds thresholds = ThresholdsAt(sequence_);
  for (const std::string& department : Departments()) {
    const PlanRevision* plan = InForce(department, as_of, sequence_);
    if (plan == nullptr) continue;
    for (const Line& line : plan->lines) {
      const std::string subject = "/" + year + "/project:" + line.code;
      const Sum paid = by_project[line.code];
      if (paid.amount_fen > line.budget_fen) open.insert("overspent" + subject);
      if (line.budget_fen == 0) continue;
      std::string last, next = year + "-12-31";
      for (auto point = line.checkpoints.rbegin(); point != line.checkpoints.rend(); ++point) {
        if (point->first > as_of) next = point->first;
        if (point->first <= as_of && last.empty()) last = "/" + point->first;
      }
      const int64_t share = paid.amount_fen * 1'000'000;
      const int64_t due = DueMillionths(line, as_of);
      if (share < line.budget_fen * (due - thresholds.tolerance)) {
        open.insert("behind_plan" + subject + last);
      }
      if (share < line.budget_fen * (due - thresholds.severe)) {
        open.insert("severely_behind_plan" + subject + last);
      }
      if (paid.count == 0 && due > 0) open.insert("no_spending" + subject + last);
      if (share > line.budget_fen * (NextMillionths(line, as_of) + thresholds.tolerance)) {
        open.insert("ahead_of_plan" + subject + "/" + next);
      }
    }
  }
  return open;
}

}  // namespace budgetwatch
