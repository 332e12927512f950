#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace budgetwatch {

// The laws of the ledger written a second time, as simply as possible: everything
// that ever happened lies in one list, and every question reads all of it. Dates
// are texts, whose order is that of the days. Shares no code with the ledger.
class ReferenceLedger {
 public:
  struct Event {
    std::string source, id, kind, project, date, original, memo;
    int64_t amount_fen = 0;

    auto Content() const { return std::tie(kind, project, date, original, memo, amount_fen); }
  };
  struct Line {
    std::string code;
    int64_t budget_fen = 0;
    // Rising dates with millionths of the budget; -1 is a blank cell.
    std::vector<std::pair<std::string, int64_t>> checkpoints;

    friend bool operator==(const Line&, const Line&) = default;
  };
  struct PlanRevision {
    std::string department, parent, effective_date;
    std::vector<Line> lines;
    int64_t sequence = 0;

    friend bool operator==(const PlanRevision&, const PlanRevision&) = default;
  };
  // Thresholds in millionths.
  struct Thresholds {
    int64_t tolerance = 50'000, severe = 200'000;

    friend bool operator==(const Thresholds&, const Thresholds&) = default;
  };
  struct Sum {
    int64_t amount_fen = 0, count = 0;

    friend bool operator==(const Sum&, const Sum&) = default;
  };
  struct LineReport {
    std::string code, status;
    int64_t budget_fen = 0, planned_fen = 0;
    Sum disbursed;
  };
  struct Report {
    std::vector<LineReport> own_lines;
    int64_t budget_fen = 0, disbursed_fen = 0, planned_fen = 0;
    Sum suspense;
  };
  // A payment seen from one of its bookings.
  struct Booking {
    std::string project, date;
    int64_t sequence = 0;
    bool taken_from = false;
    std::string source, id;
    int64_t effect_fen = 0, remaining_fen = 0;
    bool suspended = false, unmatched = false;
  };
  // Booked money by year, project and date.
  using Cells = std::map<std::tuple<std::string, std::string, std::string>, Sum>;

  // "recorded", "suspended", "duplicate" or the reason of the rejection of a
  // well-formed event, with the sequence it has; applies it.
  std::pair<std::string, int64_t> Decide(const Event& event);

  void ApplyPlan(PlanRevision revision);
  void CloseYear(const std::string& year);
  void AdoptThresholds(const Thresholds& thresholds);
  // Something was written that is no payment, plan or closing.
  void SkipTo(int64_t sequence) { sequence_ = sequence; }

  bool IsClosed(const std::string& year) const { return closed_.contains(year); }
  // Whether the same plan is in force on its effective date.
  bool IsInForce(const PlanRevision& revision) const;
  // Of the department and year, oldest first.
  std::vector<PlanRevision> Revisions(const std::string& department, const std::string& year) const;
  Thresholds ThresholdsAt(int64_t known_at) const;
  int64_t sequence() const { return sequence_; }
  size_t payment_count() const { return entries_.size(); }
  // Refunds that name an original which is not recorded or held too little.
  size_t UnmatchedCount() const;
  Cells Booked(int64_t known_at) const;
  // By project, date, sequence and side; of every project when none is named.
  std::vector<Booking> Bookings(const std::string& year, const std::string& project,
                                const std::string& first, const std::string& last) const;
  // The payment seen from where it is booked.
  std::optional<Booking> FindBooking(const std::string& source, const std::string& id) const;
  // Ids of the warnings of some rules about projects and suspense that are open on
  // the day, once evaluated. REQUIRES: every line has a schedule.
  std::set<std::string> OpenWarnings(const std::string& year, const std::string& day) const;
  // The plan in force of the department, if any.
  const PlanRevision* InForce(const std::string& department, const std::string& as_of,
                              int64_t known_at) const;
  // Nothing when no plan of the department or one below it is in force.
  std::optional<Report> MakeReport(const std::string& department, const std::string& as_of,
                                   int64_t known_at) const;

 private:
  struct Entry {
    Event event;
    int64_t sequence = 0;
    std::string project;   // where it is booked
    int64_t original = 0;  // sequence; 0: none
    std::string from_project, from_date;
    bool takes_rest = false;
  };

  Booking BookingOf(const Entry& entry, bool taken_from) const;
  const Entry* Find(const std::string& source, const std::string& id) const;
  int64_t Remaining(const Entry& entry) const;
  std::string DecideRefund(Entry* entry) const;
  std::string DecideCorrection(Entry* entry) const;
  std::set<std::string> Departments() const;
  bool IsCarried(const std::string& project, const std::string& as_of, int64_t known_at) const;

  std::vector<Entry> entries_;
  std::vector<PlanRevision> plans_;
  std::set<std::string> closed_;
  std::vector<std::pair<int64_t, Thresholds>> thresholds_;
  int64_t sequence_ = 0;
};

}  // namespace budgetwatch
