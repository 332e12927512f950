#include "service/reports.h"

#include <algorithm>

namespace budgetwatch {

Result<Sequence> Reports::Resolve(const KnownAt& known_at) const {
  const Sequence last = ledger_.View([](const LedgerState& state) { return state.sequence(); });
  if (known_at.time) return committer_.FixTime(*known_at.time);
  if (!known_at.sequence) return last;
  const Sequence sequence = *known_at.sequence;
  if (sequence < 0 || sequence > last) {
    return Refusal(Reason::kKnownAtInFuture, "known_at",
                   "known_at " + std::to_string(sequence) + " is not between 0 and " +
                       std::to_string(last) + ", the ledger's sequence");
  }
  return sequence;
}

Result<ExecutionReport> Reports::Execution(const std::string& department_code, int fiscal_year,
                                           std::optional<Date> as_of,
                                           const KnownAt& known_at) const {
  if (fiscal_year < kFirstYear || fiscal_year > kLastYear) {
    return Refusal(Reason::kInvalidField, "fiscal_year", "fiscal_year must be from 1950 to 2199");
  }
  const Date date = as_of.value_or(
      std::clamp(calendar_.Today(), Date::FirstOfYear(fiscal_year), Date::LastOfYear(fiscal_year)));
  if (date.year() != fiscal_year) {
    return Refusal(Reason::kDateOutsideFiscalYear, "as_of_date",
                   "as_of_date " + date.ToString() + " must lie in fiscal year " +
                       std::to_string(fiscal_year));
  }
  const auto sequence = Resolve(known_at);
  if (!sequence.ok()) return sequence.error();

  const auto make = [&](const LedgerState& state, const YearTotals* totals) {
    const ReportBasis basis{&state.plans(), totals, &state.ProfileAt(sequence.value()),
                            sequence.value()};
    return MakeExecutionReport(department_code, fiscal_year, date, basis);
  };
  std::optional<Result<ExecutionReport>> current =
      ledger_.View([&](const LedgerState& state) -> std::optional<Result<ExecutionReport>> {
        if (state.sequence() != sequence.value()) return std::nullopt;
        return make(state, state.totals().FindYear(fiscal_year));
      });
  if (current) return *std::move(current);
  const auto totals = ledger_.TotalsKnownAt(fiscal_year, sequence.value());
  if (!totals.ok()) return totals.error();
  return ledger_.View([&](const LedgerState& state) { return make(state, &totals.value()); });
}

}  // namespace budgetwatch
