#pragma once

#include <optional>
#include <set>
#include <vector>

#include "domain/attainment.h"
#include "domain/forecast.h"
#include "domain/rules.h"

namespace budgetwatch {

// The rules about results, each with its formula in one place. With R the mean share of the
// targets that is attained (each held at 1, those that can be compared), E = A/B the
// execution ratio, F the forecast of the year's spending, L what of it falls behind the
// profile's late day:
//
//   target_missed          not met, and it is a level, or the year leaves no time
//   target_unobserved      indicators of the line without an observation
//   money_outpaces_results E − R > divergence
//   results_outpace_money  R − E > divergence
//   forecast_shortfall     F/B < 1 − shortfall
//   year_end_rush          (L − what the plan has there) / B > rush
//
// They hold from the last results day on: a review day of the profile, a day that somebody
// ran a review for, or the end of the year. Forecasts are made at that day, so that they do
// not flap; the others look at what is known now.

// Counts and shares of several indicators with the money beside them.
struct ResultFigures {
  int64_t indicator_count = 0;
  int64_t met_count = 0;
  int64_t not_met_count = 0;
  int64_t unknown_count = 0;
  int64_t unobserved_count = 0;  // of the unknown
  Rational attained_sum;         // of shares held at 1
  int64_t compared_count = 0;
  int64_t budget_fen = 0;
  int64_t disbursed_fen = 0;

  void Add(const Attainment& attainment);
  ResultFigures& operator+=(const ResultFigures& other);

  // R and E; absent when nothing can be compared, or the budget is 0.
  std::optional<Rational> Attained() const;
  std::optional<Rational> Execution() const;
};

// The last results day up to `as_of`; `reviewed` are the days of reviews run by hand.
std::optional<Date> ResultsDay(const Profile& profile, int fiscal_year, Date as_of,
                               const std::set<Date>& reviewed);

// All of them are empty without a results day.

std::vector<RuleFinding> IndicatorFindings(const Attainment& attainment, std::optional<Date> day);

// About a line. The department's are the same without those about its observations.
std::vector<RuleFinding> LineResultFindings(const ResultFigures& figures, std::optional<Date> day,
                                            const Profile& profile);
std::vector<RuleFinding> DepartmentResultFindings(const ResultFigures& figures,
                                                  std::optional<Date> day, const Profile& profile);

// About a line's forecast at `day`.
std::vector<RuleFinding> ForecastFindings(const Project& project, int fiscal_year,
                                          const Forecast& forecast, int64_t disbursed_fen,
                                          std::optional<Date> day, const Profile& profile);

}  // namespace budgetwatch
