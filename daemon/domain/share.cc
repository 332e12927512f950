#include "domain/share.h"

#include "base/check.h"

namespace budgetwatch {

double ToDouble(const Share& share) {
  return static_cast<double>(share.numerator) / static_cast<double>(share.denominator);
}

Share TimeProgress(Date date) {
  const int days = Date::LastOfMonth(date.year(), date.month()).day();
  return {static_cast<int64_t>(date.month() - 1) * days + date.day(),
          static_cast<int64_t>(12) * days};
}

Share TimeProgressInYear(int fiscal_year, Date as_of) {
  if (as_of.year() < fiscal_year) return {0, 1};
  if (as_of.year() > fiscal_year) return {1, 1};
  return TimeProgress(as_of);
}

Due DueOf(int64_t budget_fen, const Share& share) {
  return {static_cast<Int128>(budget_fen) * share.numerator, share.denominator};
}

int64_t RoundDue(const Due& due) {
  BW_CHECK(due.numerator_fen >= 0 && due.denominator > 0);
  return static_cast<int64_t>((due.numerator_fen + due.denominator / 2) / due.denominator);
}

namespace {

// (due − disbursed) as a multiple of fen, scaled by denominator × 10^6 on both
// sides. The largest factor is 10^18 fen × 10^6 × 10^6, well inside 128 bits.
Int128 ScaledGap(int64_t disbursed_fen, const Due& due) {
  return (due.numerator_fen - static_cast<Int128>(disbursed_fen) * due.denominator) * kFullSharePpm;
}

Int128 ScaledMargin(int64_t budget_fen, const Due& due, int32_t margin_ppm) {
  return static_cast<Int128>(budget_fen) * margin_ppm * due.denominator;
}

}  // namespace

bool FallsShort(int64_t disbursed_fen, int64_t budget_fen, const Due& due, int32_t margin_ppm) {
  return ScaledGap(disbursed_fen, due) > ScaledMargin(budget_fen, due, margin_ppm);
}

bool Exceeds(int64_t disbursed_fen, int64_t budget_fen, const Due& due, int32_t margin_ppm) {
  return -ScaledGap(disbursed_fen, due) > ScaledMargin(budget_fen, due, margin_ppm);
}

}  // namespace budgetwatch
