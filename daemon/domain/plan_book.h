#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/journal.h"
#include "domain/totals.h"

namespace budgetwatch {

// The moment of the ledger's knowledge: everything up to this sequence.
inline constexpr Sequence kKnownNow = INT64_MAX;

// A revision of a department's plan. Immutable.
struct PlanRevision {
  PlanEntry entry;
  Sequence sequence = 0;
  WallMicros recorded_time = 0;
  int64_t budget_fen = 0;
  size_t indicator_count = 0;
  StringMap<size_t> project_index;

  const Plan& plan() const { return entry.plan; }
  bool Carries(std::string_view project_code) const {
    return project_index.find(project_code) != project_index.end();
  }
};
using PlanRevisionPtr = std::shared_ptr<const PlanRevision>;

// All plan revisions. Thread-compatible; revisions are shared and immutable.
//
// Every revision holds the whole plan. In force on a date is the revision with
// the latest effective date up to it; of several with that date, the one recorded
// last. So a late entry for an early date does not undo a later adjustment.
class PlanBook {
 public:
  void Apply(Sequence sequence, WallMicros recorded_time, const PlanEntry& entry);

  // Null when none is in force.
  PlanRevisionPtr InForce(std::string_view department_code, int fiscal_year, Date as_of,
                          Sequence known_at) const;

  // Oldest first.
  std::vector<PlanRevisionPtr> Revisions(std::string_view department_code, int fiscal_year) const;

  // Revisions in force of all departments of the year, by department code.
  std::vector<PlanRevisionPtr> AllInForce(int fiscal_year, Date as_of, Sequence known_at) const;

  // The revision in force that carries the project; null when none does.
  PlanRevisionPtr Carrier(int fiscal_year, std::string_view project_code, Date as_of,
                          Sequence known_at) const;

  // Whether a plan carries the project at the end of the year, as known now: whether its
  // money is attributed, and not in suspense.
  bool IsCarried(int fiscal_year, std::string_view project_code) const;

  // Departments that ever had a plan for the year, in the order of their codes.
  std::vector<std::string> Departments(int fiscal_year) const;

  // Fiscal years with a plan, rising.
  std::set<int> FiscalYears() const;

 private:
  struct Year {
    std::map<std::string, std::vector<PlanRevisionPtr>, std::less<>> departments;
    // Departments that ever carried a code; nearly always one.
    StringMap<std::set<std::string>> carriers;
    StringSet carried;  // see IsCarried
  };

  void UpdateCarried(int fiscal_year, const PlanRevisionPtr& revision);
  static PlanRevisionPtr InForce(const std::vector<PlanRevisionPtr>& revisions, Date as_of,
                                 Sequence known_at);

  std::map<int, Year> years_;
};

}  // namespace budgetwatch
