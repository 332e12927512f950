#pragma once

#include <cstdint>

#include "domain/date.h"
#include "domain/money.h"
#include "domain/plan.h"

namespace budgetwatch {

// A share of a budget as an exact fraction; the denominator is above 0 and at
// most 10^6.
struct Share {
  int64_t numerator = 0;
  int64_t denominator = 1;

  friend bool operator==(const Share&, const Share&) = default;
};

inline Share ShareFromPpm(int32_t ppm) { return {ppm, kFullSharePpm}; }

// For display only.
double ToDouble(const Share& share);

// Share of its year that has gone by the end of `date` (序时进度):
// (m − 1 + d/days(m))/12.
Share TimeProgress(Date date);

// Time progress at `as_of`, held at 0 before `fiscal_year` and at 1 after it.
Share TimeProgressInYear(int fiscal_year, Date as_of);

// A sum of money due, as an exact fraction of fen.
struct Due {
  Int128 numerator_fen = 0;
  int64_t denominator = 1;
};

Due DueOf(int64_t budget_fen, const Share& share);

// The sum in fen, rounded half up.
int64_t RoundDue(const Due& due);

// Whether `disbursed_fen` is less than `due` by more than the margin, a share of
// the budget. Exact.
bool FallsShort(int64_t disbursed_fen, int64_t budget_fen, const Due& due, int32_t margin_ppm);

// Whether `disbursed_fen` is more than `due` by more than the margin. Exact.
bool Exceeds(int64_t disbursed_fen, int64_t budget_fen, const Due& due, int32_t margin_ppm);

}  // namespace budgetwatch
