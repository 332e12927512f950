#include "telemetry/ledger_snapshot.h"

#include <algorithm>
#include <set>

namespace budgetwatch {
namespace {

std::set<int> ShownYears(const LedgerState& state, Date business_date) {
  std::set<int> years = state.plans().FiscalYears();
  for (const auto& [year, totals] : state.totals().years()) years.insert(year);
  std::erase_if(years, [&state, business_year = business_date.year()](int year) {
    return state.IsClosed(year) && year < business_year - 1;
  });
  return years;
}

YearSnapshot TakeYear(const LedgerState& state, int fiscal_year, Date business_date) {
  YearSnapshot year;
  year.fiscal_year = fiscal_year;
  const Date end = Date::LastOfYear(fiscal_year);
  year.as_of = std::min(business_date, end);
  const YearTotals* totals = state.totals().FindYear(fiscal_year);
  for (PlanRevisionPtr& revision : state.plans().AllInForce(fiscal_year, year.as_of, kKnownNow)) {
    PlanSnapshot& plan = year.plans.emplace_back();
    plan.disbursed_fen.reserve(revision->plan().projects.size());
    for (const Project& project : revision->plan().projects) {
      plan.disbursed_fen.push_back(
          DisbursedUpTo(totals, project.project_code, year.as_of).amount_fen);
    }
    plan.revision = std::move(revision);
  }
  year.suspense = SuspenseAt(fiscal_year, end,
                             {&state.plans(), totals, &state.ProfileAt(kKnownNow), kKnownNow});
  return year;
}

}  // namespace

LedgerSnapshot TakeSnapshot(const LedgerState& state, Date business_date) {
  LedgerSnapshot snapshot;
  snapshot.sequence = state.sequence();
  snapshot.business_date = business_date;
  const std::set<int> years = ShownYears(state, business_date);
  for (const int year : years) snapshot.years.push_back(TakeYear(state, year, business_date));
  for (const auto& [id, warning] : state.warnings().all()) {
    if (!warning.open || !years.contains(warning.id.fiscal_year)) continue;
    const bool project = warning.id.subject_kind == SubjectKind::kProject;
    snapshot.open_warnings.push_back({warning.id.rule, warning.severity, warning.department_code,
                                      project ? warning.id.subject_code : std::string(),
                                      warning.id.fiscal_year});
  }
  return snapshot;
}

}  // namespace budgetwatch
