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

Result<Date> Reports::DateOf(const Request& request) const {
  const int fiscal_year = request.fiscal_year;
  if (fiscal_year < kFirstYear || fiscal_year > kLastYear) {
    return Refusal(Reason::kInvalidField, "fiscal_year", "fiscal_year must be from 1950 to 2199");
  }
  const Date date = request.as_of.value_or(
      std::clamp(calendar_.Today(), Date::FirstOfYear(fiscal_year), Date::LastOfYear(fiscal_year)));
  if (date.year() != fiscal_year) {
    return Refusal(Reason::kDateOutsideFiscalYear, "as_of_date",
                   "as_of_date " + date.ToString() + " must lie in fiscal year " +
                       std::to_string(fiscal_year));
  }
  return date;
}

Result<Reports::Size> Reports::LargestSize(const Request& request, int earlier_years) const {
  if (const auto date = DateOf(request); !date.ok()) return date.error();
  const int year = request.fiscal_year;
  return ledger_.View([&](const LedgerState& state) {
    Size size;
    for (const auto& revision : state.plans().Revisions(request.department_code, year)) {
      size.projects = std::max(size.projects, revision->plan().projects.size());
      size.indicators = std::max(size.indicators, revision->indicator_count);
    }
    if (!request.known_at.sequence && !request.known_at.time) return size;
    for (int rebuilt = year - earlier_years; rebuilt <= year; ++rebuilt) {
      const YearTotals* totals = state.totals().FindYear(rebuilt);
      if (totals == nullptr) continue;
      size.rebuilt_projects += totals->size();
      for (const auto& [code, project] : *totals) size.rebuilt_days += project.days().size();
    }
    return size;
  });
}

// Calls make(state, totals), totals(year) being what was booked in a year as known then, null
// for nothing: of the state while nothing that counts has come since, else rebuilt.
template <typename Make>
auto Reports::WithTotals(int fiscal_year, int earlier_years, Sequence known_at, Make&& make) const {
  using Made = decltype(ledger_.View([&](const LedgerState& state) {
    return make(state, [](int) -> const YearTotals* { return nullptr; });
  }));
  std::set<int> years;
  std::optional<Made> current = ledger_.View([&](const LedgerState& state) -> std::optional<Made> {
    if (known_at >= state.last_fact()) {
      return make(state, [&state](int year) { return state.totals().FindYear(year); });
    }
    for (const auto& [year, totals] : state.totals().years()) years.insert(year);
    return std::nullopt;
  });
  if (current) return *std::move(current);
  std::map<int, YearTotals> rebuilt;
  for (int year = fiscal_year - earlier_years; year <= fiscal_year; ++year) {
    if (!years.contains(year)) continue;
    auto totals = ledger_.TotalsKnownAt(year, known_at);
    if (!totals.ok()) return Made(totals.error());
    rebuilt.emplace(year, std::move(totals).value());
  }
  return ledger_.View([&](const LedgerState& state) {
    return make(state, [&rebuilt](int year) -> const YearTotals* {
      const auto position = rebuilt.find(year);
      return position == rebuilt.end() ? nullptr : &position->second;
    });
  });
}

// Calls make(basis).
template <typename Make>
auto Reports::WithResults(int fiscal_year, Sequence known_at, Make&& make) const {
  return WithTotals(
      fiscal_year, kEarlierYears, known_at, [&](const LedgerState& state, const auto& totals) {
        ResultBasis basis;
        basis.money = {&state.plans(), totals(fiscal_year), &state.ProfileAt(known_at), known_at};
        basis.observations = &state.observations();
        for (int year = fiscal_year - kEarlierYears; year < fiscal_year; ++year) {
          const YearTotals* earlier = totals(year);
          if (earlier != nullptr) basis.earlier_totals[year] = earlier;
        }
        return make(basis);
      });
}

Result<ExecutionReport> Reports::Execution(const Request& request) const {
  const auto date = DateOf(request);
  if (!date.ok()) return date.error();
  const auto sequence = Resolve(request.known_at);
  if (!sequence.ok()) return sequence.error();
  return WithTotals(request.fiscal_year, 0, sequence.value(),
                    [&](const LedgerState& state, const auto& totals) {
                      const ReportBasis basis{&state.plans(), totals(request.fiscal_year),
                                              &state.ProfileAt(sequence.value()), sequence.value()};
                      return MakeExecutionReport(request.department_code, request.fiscal_year,
                                                 date.value(), basis);
                    });
}

Result<PerformanceReport> Reports::Performance(const Request& request) const {
  const auto date = DateOf(request);
  if (!date.ok()) return date.error();
  const auto sequence = Resolve(request.known_at);
  if (!sequence.ok()) return sequence.error();
  return WithResults(request.fiscal_year, sequence.value(), [&](const ResultBasis& basis) {
    return MakePerformanceReport(request.department_code, request.fiscal_year, date.value(), basis);
  });
}

Result<std::pair<PerformanceReport, Scorecard>> Reports::Scores(const Request& request) const {
  using Scored = std::pair<PerformanceReport, Scorecard>;
  const auto date = DateOf(request);
  if (!date.ok()) return date.error();
  const auto sequence = Resolve(request.known_at);
  if (!sequence.ok()) return sequence.error();
  return WithResults(request.fiscal_year, sequence.value(),
                     [&](const ResultBasis& basis) -> Result<Scored> {
                       auto report = MakePerformanceReport(
                           request.department_code, request.fiscal_year, date.value(), basis);
                       if (!report.ok()) return report.error();
                       Scored scored(std::move(report).value(), {});
                       scored.second = MakeScorecard(scored.first, *basis.money.profile);
                       return scored;
                     });
}

Result<ReviewContent> Reports::Review(const std::string& department_code, int fiscal_year,
                                      Date as_of, Sequence known_at) const {
  return WithResults(fiscal_year, known_at, [&](const ResultBasis& basis) {
    return MakeReviewContent(department_code, fiscal_year, as_of, basis);
  });
}

}  // namespace budgetwatch
