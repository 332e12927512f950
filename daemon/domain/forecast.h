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
  std::string basis_zh;                          // how it was made, or why there is none
  std::string basis_en;
};

// Forecasts a line at the end of `as_of`. `late_disbursed_fen` is what of `disbursed` was
// paid after the profile's late day. `earlier` are the earlier years with any money or
// budget on the line, oldest first; the last five count. Pure; in whole fen, with shares
// in millionths.
//
// With B the budget, A what is disbursed and, over the earlier years i, a(i) disbursed by
// the same day, y(i) in all and b(i) the budget:
//
//   q = (n × median a(i)/y(i) + q′) / (n + 1)   the share of the year's spending that is
//       usual by now. q′ is what the plan has: its checkpoints joined by straight lines,
//       or time progress without a schedule. n counts the years with y > 0
//   r = (n × median min(1, y(i)/b(i)) + ½) / (n + ½)   the usual execution of the budget.
//       n counts the years with b > 0
//   U = r × B                                   what the year usually comes to
//   c = max(½, min(q, time progress))           the part of a gap that stays
//   F = U + c × (A − q × U), at most B, at least A
//
// c = 0 would be "as every year", c = 1 "what is usual from now on comes on top of what is
// paid", and c = 1/q "the gap grows in proportion", the chain-ladder method. ½ early in the
// year, and more when less of it is left, had the least error of the few values tried on
// the lines of tests/bench/README.md, where the errors and their limits are. c = 1/q makes
// ten times as much of a payment that came early; it was nearer only where the budget said
// nothing of the year. A sum of refunds (A < 0) is no pace: c = 1.
//
// The range spans F, c = 0, c = 1, q = q′, and F with each single year's a/y or y/b for q
// or r, widened both ways by B × √(1 − min(q, time progress)) / 8, or / 4 without earlier
// years, and bounded like F. Of made-up years nine of ten ended within it, and eight of ten
// without earlier years; of real ones three of four.
//
// Nothing is forecast to end below A, unless in half of the earlier years refunds took
// back more than was still paid: then the bound is A over the median a/y, and over the
// largest a/y for the lower end. Of a line that is overspent, F is what is paid; the upper
// end lets it go on as usual, A + (1 − q) × max(A, U).
//
// late_fen is what was paid late already and the part of F − A behind the late day: the
// median over the earlier years of late/(y − a), blended as above with what the plan has.
//
// Likelihood: certain when low_fen reaches B × (1 − the profile's shortfall); impossible
// when neither high_fen does nor F with r = 1, widened as above: low execution in earlier
// years alone makes nothing impossible. Possible between. A budget of 0 is certain.
//
// There is no forecast before the year; and without earlier years none before the end of
// January, nor while nothing is due by the plan and nothing is paid. Unless the budget is
// spent already. At the end of the year the forecast is what was paid.
Forecast ForecastOf(const Project& project, int fiscal_year, Date as_of, const Total& disbursed,
                    int64_t late_disbursed_fen, const std::vector<EarlierYear>& earlier,
                    const Profile& profile);

}  // namespace budgetwatch
