#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/attainment.h"
#include "domain/plan.h"
#include "domain/totals.h"

namespace budgetwatch {

// How one earlier year of the same line went, at the same day of that year.
struct EarlierYear {
  int fiscal_year = 0;
  int64_t budget_fen = 0;          // at the end of the year; 0 when no plan is known
  int64_t disbursed_fen = 0;       // up to the same day
  int64_t late_disbursed_fen = 0;  // after the profile's late day
  int64_t disbursed_year_fen = 0;  // in all
};

// What a line's spending is expected to come to (全年预计执行数).
struct Forecast {
  std::optional<int64_t> disbursed_fen;  // absent: too little to say
  int64_t low_fen = 0;                   // with disbursed_fen: low <= disbursed <= high
  int64_t high_fen = 0;
  int64_t late_fen = 0;  // of disbursed_fen, expected after the profile's late day
  Likelihood likelihood = Likelihood::kUnknown;  // that the budget is spent
  int year_count = 0;                            // earlier years it rests on
  std::string basis_zh;                          // how it was made
  std::string basis_en;
};

// Forecasts a line at the end of `as_of`. `earlier` are the earlier years with any money
// on the line, oldest first. Exact integers; pure.
Forecast ForecastOf(const Project& project, int fiscal_year, Date as_of, const Total& disbursed,
                    const std::vector<EarlierYear>& earlier, const Profile& profile);

}  // namespace budgetwatch
