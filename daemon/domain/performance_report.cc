#include "domain/performance_report.h"

#include <algorithm>

namespace budgetwatch {
namespace {

// A year in which nothing at all was booked is one that the ledger does not know: a line's
// budget says nothing about it then.
std::vector<EarlierYear> EarlierYearsOf(const std::string& project_code, int fiscal_year,
                                        Date as_of, const ResultBasis& basis) {
  const Profile& profile = *basis.money.profile;
  std::vector<EarlierYear> years;
  for (const auto& [year, totals] : basis.earlier_totals) {
    if (totals == nullptr || totals->empty()) continue;
    if (year >= fiscal_year || year < fiscal_year - kEarlierYears) continue;
    const auto booked = totals->find(project_code);
    const PlanRevisionPtr carrier = basis.money.plans->Carrier(
        year, project_code, Date::LastOfYear(year), basis.money.known_at);
    if (booked == totals->end() && carrier == nullptr) continue;
    EarlierYear& earlier = years.emplace_back();
    earlier.fiscal_year = year;
    if (carrier != nullptr) {
      earlier.budget_fen =
          carrier->plan().projects[carrier->project_index.at(project_code)].budget_fen;
    }
    if (booked == totals->end()) continue;
    const Date day = DayInYear(as_of.month(), as_of.day(), year);
    const Date late_day =
        DayInYear(profile.backloaded_after.month, profile.backloaded_after.day, year);
    earlier.disbursed_fen = booked->second.SumUpTo(day).amount_fen;
    earlier.disbursed_year_fen = booked->second.SumUpTo(Date::LastOfYear(year)).amount_fen;
    earlier.late_disbursed_fen =
        earlier.disbursed_year_fen - booked->second.SumUpTo(late_day).amount_fen;
  }
  return years;
}

int64_t CountSuspended(int fiscal_year, Date as_of, const ResultBasis& basis) {
  int64_t count = 0;
  const auto& places = basis.observations->places();
  for (auto position = places.lower_bound({fiscal_year, "", "", Date(), 0});
       position != places.end() && position->first.fiscal_year == fiscal_year; ++position) {
    const auto& [place, observation] = *position;
    const Sequence known_at = basis.money.known_at;
    if (place.date > as_of || place.sequence > known_at) continue;
    if (observation->corrected_by != 0 && observation->corrected_by <= known_at) continue;
    const PlanRevisionPtr carrier =
        basis.money.plans->Carrier(fiscal_year, place.project_code, as_of, known_at);
    const bool found =
        carrier != nullptr &&
        FindIndicator(carrier->plan().projects[carrier->project_index.at(place.project_code)],
                      place.indicator_id) != nullptr;
    if (!found) ++count;
  }
  return count;
}

}  // namespace

const Indicator* FindIndicator(const Project& project, std::string_view indicator_id) {
  for (const Indicator& indicator : project.indicators) {
    if (indicator.indicator_id == indicator_id) return &indicator;
  }
  return nullptr;
}

LineResults MeasureResults(const Project& project, int fiscal_year, Date as_of,
                           const ResultBasis& basis) {
  LineResults line;
  line.project = &project;
  line.figures.budget_fen = project.budget_fen;
  line.figures.disbursed_fen =
      DisbursedUpTo(basis.money.totals, project.project_code, as_of).amount_fen;
  line.attainments.reserve(project.indicators.size());
  for (const Indicator& indicator : project.indicators) {
    const Attainment& attainment = line.attainments.emplace_back(
        Attain(indicator, fiscal_year, as_of,
               basis.observations->Of(fiscal_year, project.project_code, indicator.indicator_id,
                                      as_of, basis.money.known_at),
               *basis.money.profile));
    line.figures.Add(attainment);
  }
  return line;
}

Forecast ForecastLine(const Project& project, int fiscal_year, Date as_of,
                      const ResultBasis& basis) {
  const Profile& profile = *basis.money.profile;
  const Date late_day =
      DayInYear(profile.backloaded_after.month, profile.backloaded_after.day, fiscal_year);
  const Total disbursed = DisbursedUpTo(basis.money.totals, project.project_code, as_of);
  const int64_t early_fen =
      DisbursedUpTo(basis.money.totals, project.project_code, std::min(as_of, late_day)).amount_fen;
  return ForecastOf(project, fiscal_year, as_of, disbursed, disbursed.amount_fen - early_fen,
                    EarlierYearsOf(project.project_code, fiscal_year, as_of, basis), profile);
}

Result<PerformanceReport> MakePerformanceReport(const std::string& department_code, int fiscal_year,
                                                Date as_of, const ResultBasis& basis) {
  const DepartmentTree tree(
      basis.money.plans->AllInForce(fiscal_year, as_of, basis.money.known_at));
  const std::vector<PlanRevisionPtr> subtree = tree.Subtree(department_code);
  if (subtree.empty()) return NoPlanInForce(department_code, fiscal_year, as_of);
  PerformanceReport report;
  report.department_code = department_code;
  report.fiscal_year = fiscal_year;
  report.as_of = as_of;
  report.known_at = basis.money.known_at;
  report.time_progress = TimeProgressInYear(fiscal_year, as_of);
  const Profile& profile = *basis.money.profile;
  std::map<std::string, ResultFigures> by_department;
  for (const PlanRevisionPtr& revision : subtree) {
    const bool own = revision->plan().department_code == department_code;
    for (const Project& project : revision->plan().projects) {
      LineResults line = MeasureResults(project, fiscal_year, as_of, basis);
      by_department[revision->plan().department_code] += line.figures;
      report.totals += line.figures;
      if (!own) continue;
      line.forecast = ForecastLine(project, fiscal_year, as_of, basis);
      line.findings = LineResultFindings(line.figures, as_of, profile);
      for (RuleFinding& finding : ForecastFindings(project, fiscal_year, line.forecast,
                                                   line.figures.disbursed_fen, as_of, profile)) {
        line.findings.push_back(std::move(finding));
      }
      report.lines.push_back(std::move(line));
    }
    if (own) {
      report.revision = revision;
      report.department_name = revision->plan().department_name;
    }
  }
  for (const PlanRevisionPtr& revision : subtree) {
    const Plan& plan = revision->plan();
    if (plan.parent_department_code != department_code || plan.department_code == department_code) {
      continue;
    }
    DepartmentResults& below = report.departments.emplace_back();
    below.department_code = plan.department_code;
    below.department_name = plan.department_name;
    for (const PlanRevisionPtr& member : tree.Subtree(plan.department_code)) {
      below.figures += by_department[member->plan().department_code];
    }
  }
  report.suspended_count = CountSuspended(fiscal_year, as_of, basis);
  report.findings = DepartmentResultFindings(report.totals, as_of, profile);
  return report;
}

}  // namespace budgetwatch
