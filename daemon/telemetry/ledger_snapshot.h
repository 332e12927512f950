#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/execution_report.h"
#include "domain/ledger_state.h"

namespace budgetwatch {

// What was paid on a line up to a day.
struct PaidSnapshot {
  Total total;
  std::array<int64_t, 12> month_fen = {};  // net, by month of the payment
};

// An indicator of a plan in force with the observations that count.
struct ObservedIndicator {
  const Project* project = nullptr;      // owned by PlanSnapshot::revision
  const Indicator* indicator = nullptr;  // of the project
  std::vector<RecordedObservation> observations;
};

// A day of a department in a year.
struct DepartmentDate {
  std::string department_code;
  int fiscal_year = 0;
  Date date;
};

// A plan in force with what was paid on its lines.
struct PlanSnapshot {
  PlanRevisionPtr revision;                 // never null; immutable, shared with the ledger
  std::vector<PaidSnapshot> paid;           // of revision->plan().projects, by index
  std::vector<ObservedIndicator> observed;  // those that have observations
};

struct YearSnapshot {
  int fiscal_year = 0;
  Date as_of;                       // business date, or the last day of a year that is over
  std::vector<PlanSnapshot> plans;  // in force at as_of, by department code; maybe none
  Total suspense;                   // of the whole year, whatever the date of the payment
};

// What the metrics tell warnings apart by. The checkpoint is left out: it would start
// new series at every checkpoint.
struct WarningKey {
  Rule rule = Rule::kBehindPlan;
  Severity severity = Severity::kWarning;
  std::string department_code;
  std::string project_code;  // empty unless the warning is about a project
  int fiscal_year = 0;

  friend auto operator<=>(const WarningKey&, const WarningKey&) = default;
};

// An open warning as the metrics show it.
struct WarningSnapshot {
  WarningKey key;
  std::optional<int64_t> gap_fen;         // when it opened last; not every rule has one
  std::optional<Date> unexplained_since;  // when it opened last; absent when explained
};

// One moment of the ledger, as far as metrics show it. A value that stays true
// while the ledger goes on.
struct LedgerSnapshot {
  Sequence sequence = 0;
  Date business_date;
  Profile profile;                             // in force now
  std::vector<YearSnapshot> years;             // rising
  std::vector<WarningSnapshot> open_warnings;  // of those years, in no order
  std::vector<DepartmentDate> last_reviews;    // of those years, one for each department
  std::vector<DepartmentDate> due_reviews;     // the last that the profile asked for
};

// Copies what metrics show, and computes nothing that can wait: commits wait for
// the caller's view of the state. The cost follows the number of lines and days.
//
// Years are those with a plan or a payment that are not closed; a closed year stays
// while it is the business year or the one before, so that a year does not vanish
// from the dashboards on the day of its closing. That bounds the label sets, since
// years are closed as time goes on.
LedgerSnapshot TakeSnapshot(const LedgerState& state, Date business_date);

}  // namespace budgetwatch
