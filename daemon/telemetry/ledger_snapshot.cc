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

// The last days of the months of a year.
std::array<Date, 12> MonthEnds(int year) {
  std::array<Date, 12> ends;
  for (size_t i = 0; i < ends.size(); ++i) {
    ends[i] = Date::LastOfMonth(year, static_cast<int>(i) + 1);
  }
  return ends;
}

// What was booked on the project up to `as_of`, which lies in the year of `month_ends`.
PaidSnapshot PaidUpTo(const YearTotals* totals, const std::string& project_code, Date as_of,
                      const std::array<Date, 12>& month_ends) {
  PaidSnapshot paid;
  if (totals == nullptr) return paid;
  const auto project = totals->find(project_code);
  if (project == totals->end()) return paid;
  size_t month = 0;
  for (const ProjectTotals::Day& day : project->second.days()) {
    if (day.date > as_of) break;
    while (day.date > month_ends[month]) ++month;
    paid.month_fen[month] += day.total.amount_fen;
    paid.total.amount_fen += day.total.amount_fen;
    paid.total.payment_count += day.total.payment_count;
  }
  return paid;
}

// When an open warning opened, or opened again, last.
const WarningEvent* LastOpening(const Warning& warning) {
  for (auto event = warning.history.rbegin(); event != warning.history.rend(); ++event) {
    if (event->change == WarningChange::kOpened || event->change == WarningChange::kReopened) {
      return &*event;
    }
  }
  return nullptr;
}

WarningSnapshot TakeWarning(const Warning& warning) {
  const bool project = warning.id.subject_kind == SubjectKind::kProject;
  WarningSnapshot snapshot;
  snapshot.key = {warning.id.rule, warning.severity, warning.department_code,
                  project ? warning.id.subject_code : std::string(), warning.id.fiscal_year};
  snapshot.gap_fen = warning.figures.gap_fen;
  if (!warning.explanation) {
    const WarningEvent* opening = LastOpening(warning);
    snapshot.unexplained_since = opening != nullptr ? opening->date : warning.opened_date;
  }
  return snapshot;
}

YearSnapshot TakeYear(const LedgerState& state, int fiscal_year, Date business_date) {
  YearSnapshot year;
  year.fiscal_year = fiscal_year;
  const Date end = Date::LastOfYear(fiscal_year);
  year.as_of = std::min(business_date, end);
  const YearTotals* totals = state.totals().FindYear(fiscal_year);
  const std::array<Date, 12> month_ends = MonthEnds(fiscal_year);
  for (PlanRevisionPtr& revision : state.plans().AllInForce(fiscal_year, year.as_of, kKnownNow)) {
    PlanSnapshot& plan = year.plans.emplace_back();
    plan.paid.reserve(revision->plan().projects.size());
    for (const Project& project : revision->plan().projects) {
      plan.paid.push_back(PaidUpTo(totals, project.project_code, year.as_of, month_ends));
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
  snapshot.profile = state.ProfileAt(kKnownNow);
  const std::set<int> years = ShownYears(state, business_date);
  for (const int year : years) snapshot.years.push_back(TakeYear(state, year, business_date));
  for (const auto& [id, warning] : state.warnings().all()) {
    if (!warning.open || !years.contains(warning.id.fiscal_year)) continue;
    snapshot.open_warnings.push_back(TakeWarning(warning));
  }
  return snapshot;
}

}  // namespace budgetwatch
