#include "telemetry/ledger_snapshot.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "domain/review_schedule.h"

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

// The project that a warning is about, or whose indicator it is about.
std::string ProjectOf(const WarningId& id) {
  if (id.subject_kind == SubjectKind::kProject) return id.subject_code;
  if (id.subject_kind == SubjectKind::kIndicator) {
    return std::string(ProjectOfSubject(id.subject_code));
  }
  return {};
}

WarningSnapshot TakeWarning(const Warning& warning) {
  WarningSnapshot snapshot;
  snapshot.key = {warning.id.rule, warning.severity, warning.department_code, ProjectOf(warning.id),
                  warning.id.fiscal_year};
  snapshot.gap_fen = warning.figures.gap_fen;
  if (!warning.explanation) {
    const WarningEvent* opening = LastOpening(warning);
    snapshot.unexplained_since = opening != nullptr ? opening->date : warning.opened_date;
  }
  return snapshot;
}

std::vector<ObservedIndicator> TakeObserved(const LedgerState& state, const Plan& plan,
                                            Date as_of) {
  std::vector<ObservedIndicator> observed;
  const ObservationBook& book = state.observations();
  if (book.size() == 0) return observed;
  for (const Project& project : plan.projects) {
    for (const Indicator& indicator : project.indicators) {
      auto observations =
          book.Of(plan.fiscal_year, project.project_code, indicator.indicator_id, as_of, kKnownNow);
      if (!observations.empty()) {
        observed.push_back({&project, &indicator, std::move(observations)});
      }
    }
  }
  return observed;
}

// The last day of each department and year.
class LastDates {
 public:
  void Add(const std::string& department_code, int fiscal_year, Date date) {
    Date& last = last_.try_emplace({fiscal_year, department_code}, date).first->second;
    last = std::max(last, date);
  }

  std::vector<DepartmentDate> Take() const {
    std::vector<DepartmentDate> dates;
    dates.reserve(last_.size());
    for (const auto& [key, date] : last_) dates.push_back({key.second, key.first, date});
    return dates;
  }

 private:
  std::map<std::pair<int, std::string>, Date> last_;
};

std::vector<DepartmentDate> TakeLastReviews(const LedgerState& state, const std::set<int>& years) {
  LastDates last;
  for (const auto& [id, review] : state.reviews().all()) {
    if (years.contains(id.fiscal_year)) last.Add(id.department_code, id.fiscal_year, id.as_of);
  }
  return last.Take();
}

std::vector<DepartmentDate> TakeDueReviews(const LedgerState& state, Date business_date) {
  LastDates last;
  for (const DueReview& due : ScheduledReviews(state, business_date)) {
    last.Add(due.department_code, due.fiscal_year, due.as_of);
  }
  return last.Take();
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
    plan.observed = TakeObserved(state, revision->plan(), year.as_of);
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
  snapshot.last_reviews = TakeLastReviews(state, years);
  snapshot.due_reviews = TakeDueReviews(state, business_date);
  for (const auto& [id, warning] : state.warnings().all()) {
    if (!warning.open || !years.contains(warning.id.fiscal_year)) continue;
    snapshot.open_warnings.push_back(TakeWarning(warning));
  }
  return snapshot;
}

}  // namespace budgetwatch
