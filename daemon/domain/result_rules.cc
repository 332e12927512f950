#include "domain/result_rules.h"

#include <algorithm>

namespace budgetwatch {
namespace {

Rational FromPpm(int64_t ppm) {
  Rational share(ppm, kFullSharePpm);
  share.canonicalize();
  return share;
}

int64_t ToPpm(const Rational& share) {
  // Far above any share that says something, and inside of 64 bits.
  const Rational bounded = std::min(share, Rational(1'000'000));
  return std::stoll(FormatDecimal(bounded * kFullSharePpm, 0));
}

RuleFinding MakeFinding(Rule rule, std::optional<Date> day) {
  RuleFinding finding;
  finding.rule = rule;
  finding.severity = SeverityOf(rule);
  finding.checkpoint = day;
  return finding;
}

void AddDivergence(const ResultFigures& figures, std::optional<Date> day, const Profile& profile,
                   std::vector<RuleFinding>* findings) {
  const auto attained = figures.Attained();
  const auto execution = figures.Execution();
  if (!attained || !execution) return;
  const Rational margin = FromPpm(profile.divergence_ppm);
  const auto add = [&](Rule rule) {
    RuleFinding& finding = findings->emplace_back(MakeFinding(rule, day));
    finding.figures.budget_fen = figures.budget_fen;
    finding.figures.disbursed_fen = figures.disbursed_fen;
    finding.figures.attained_ppm = ToPpm(*attained);
    finding.figures.indicator_count = figures.compared_count;
  };
  if (*execution - *attained > margin) add(Rule::kMoneyOutpacesResults);
  if (*attained - *execution > margin) add(Rule::kResultsOutpaceMoney);
}

}  // namespace

void ResultFigures::Add(const Attainment& attainment) {
  ++indicator_count;
  switch (attainment.state) {
    case TargetState::kMet: ++met_count; break;
    case TargetState::kNotMet: ++not_met_count; break;
    case TargetState::kUnknown: ++unknown_count; break;
  }
  if (attainment.unknown_cause == UnknownCause::kUnobserved) ++unobserved_count;
  if (!attainment.share) return;
  attained_sum += std::min(*attainment.share, Rational(1));
  ++compared_count;
}

ResultFigures& ResultFigures::operator+=(const ResultFigures& other) {
  indicator_count += other.indicator_count;
  met_count += other.met_count;
  not_met_count += other.not_met_count;
  unknown_count += other.unknown_count;
  unobserved_count += other.unobserved_count;
  attained_sum += other.attained_sum;
  compared_count += other.compared_count;
  budget_fen += other.budget_fen;
  disbursed_fen += other.disbursed_fen;
  return *this;
}

std::optional<Rational> ResultFigures::Attained() const {
  if (compared_count == 0) return std::nullopt;
  return Rational(attained_sum / compared_count);
}

std::optional<Rational> ResultFigures::Execution() const {
  if (budget_fen == 0) return std::nullopt;
  Rational execution(disbursed_fen, budget_fen);
  execution.canonicalize();
  return execution;
}

std::optional<Date> ResultsDay(const Profile& profile, int fiscal_year, Date as_of,
                               const std::set<Date>& reviewed) {
  std::set<Date> days = reviewed;
  for (const ReviewDay& day : profile.review_days) {
    days.insert(DayInYear(day.month, day.day, fiscal_year));
  }
  days.insert(Date::LastOfYear(fiscal_year));
  const auto after = days.upper_bound(as_of);
  if (after == days.begin()) return std::nullopt;
  return *std::prev(after);
}

std::vector<RuleFinding> IndicatorFindings(const Attainment& attainment, std::optional<Date> day) {
  if (!day || attainment.state != TargetState::kNotMet) return {};
  if (attainment.attainable && !IsLevel(attainment.requirement)) return {};
  RuleFinding finding = MakeFinding(Rule::kTargetMissed, day);
  finding.figures.attained_ppm = ToPpm(*attainment.share);
  finding.figures.target_text = attainment.indicator->target_text;
  finding.figures.observed_text = attainment.observed_text;
  return {finding};
}

std::vector<RuleFinding> LineResultFindings(const ResultFigures& figures, std::optional<Date> day,
                                            const Profile& profile) {
  if (!day) return {};
  std::vector<RuleFinding> findings;
  if (figures.unobserved_count > 0) {
    RuleFinding& finding = findings.emplace_back(MakeFinding(Rule::kTargetUnobserved, day));
    finding.figures.indicator_count = figures.unobserved_count;
  }
  AddDivergence(figures, day, profile, &findings);
  return findings;
}

std::vector<RuleFinding> DepartmentResultFindings(const ResultFigures& figures,
                                                  std::optional<Date> day, const Profile& profile) {
  std::vector<RuleFinding> findings;
  if (day) AddDivergence(figures, day, profile, &findings);
  return findings;
}

std::vector<RuleFinding> ForecastFindings(const Project& project, int fiscal_year,
                                          const Forecast& forecast, int64_t disbursed_fen,
                                          std::optional<Date> day, const Profile& profile) {
  if (!day || !forecast.disbursed_fen || project.budget_fen == 0) return {};
  std::vector<RuleFinding> findings;
  const int64_t budget_fen = project.budget_fen;
  const Share least{kFullSharePpm - profile.shortfall_ppm, kFullSharePpm};
  const auto add = [&](Rule rule, const Share& expected, int64_t gap_fen) {
    RuleFinding& finding = findings.emplace_back(MakeFinding(rule, day));
    finding.figures.budget_fen = budget_fen;
    finding.figures.disbursed_fen = disbursed_fen;
    finding.figures.expected = expected;
    finding.figures.gap_fen = gap_fen;
  };
  if (FallsShort(*forecast.disbursed_fen, budget_fen, DueOf(budget_fen, least), 0)) {
    add(Rule::kForecastShortfall, least, budget_fen - *forecast.disbursed_fen);
  }
  const Date late_day =
      DayInYear(profile.backloaded_after.month, profile.backloaded_after.day, fiscal_year);
  const int64_t planned_late_fen =
      budget_fen - RoundDue(DueOf(budget_fen, PlannedShare(project, fiscal_year, late_day)));
  const Share most = ShareFromPpm(profile.rush_ppm);
  if (Exceeds(forecast.late_fen - planned_late_fen, budget_fen, DueOf(budget_fen, most), 0)) {
    add(Rule::kYearEndRush, most, forecast.late_fen);
  }
  return findings;
}

}  // namespace budgetwatch
