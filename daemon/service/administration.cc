#include "service/administration.h"

#include <set>

#include "domain/execution_report.h"

namespace budgetwatch {

std::vector<FiscalYearSummary> Administration::FiscalYears() const {
  return ledger_.View([](const LedgerState& state) {
    std::set<int> years = state.plans().FiscalYears();
    for (const auto& [year, totals] : state.totals().years()) years.insert(year);
    std::map<int, int64_t> open_warnings;
    for (const auto& [id, warning] : state.warnings().all()) {
      if (warning.open) ++open_warnings[warning.id.fiscal_year];
    }
    std::vector<FiscalYearSummary> summaries;
    for (const int year : years) {
      FiscalYearSummary summary;
      summary.fiscal_year = year;
      summary.closed = state.IsClosed(year);
      const auto count = state.payment_counts().find(year);
      summary.payment_count = count == state.payment_counts().end() ? 0 : count->second;
      const Date end = Date::LastOfYear(year);
      const YearTotals* totals = state.totals().FindYear(year);
      if (totals != nullptr) {
        for (const auto& [code, project] : *totals) {
          summary.amount_fen += project.SumUpTo(end).amount_fen;
        }
      }
      const ReportBasis basis{&state.plans(), totals, &state.ProfileAt(kKnownNow), kKnownNow};
      summary.suspense = SuspenseAt(year, end, basis);
      summary.department_codes = state.plans().Departments(year);
      summary.open_warning_count = open_warnings[year];
      summaries.push_back(std::move(summary));
    }
    return summaries;
  });
}

Result<bool> Administration::CloseFiscalYear(int fiscal_year) {
  if (fiscal_year < kFirstYear || fiscal_year > kLastYear) {
    return Refusal(Reason::kInvalidField, "fiscal_year", "fiscal_year must be from 1950 to 2199");
  }
  if (calendar_.Today() <= Date::LastOfYear(fiscal_year)) {
    return Refusal(Reason::kFiscalYearNotOver, "fiscal_year",
                   "fiscal year " + std::to_string(fiscal_year) +
                       " has not ended; close it from 1 January of the next year on");
  }
  bool already_closed = false;
  const auto done =
      committer_.Run([&](const LedgerState& state) -> Result<std::vector<JournalEntry>> {
        already_closed = state.IsClosed(fiscal_year);
        if (already_closed) return std::vector<JournalEntry>();
        return std::vector<JournalEntry>{ClosingEntry{fiscal_year}};
      });
  if (!done.ok()) return done.error();
  return already_closed;
}

Result<bool> Administration::AdoptProfile(const Profile& profile) {
  bool changed = false;
  const auto done =
      committer_.Run([&](const LedgerState& state) -> Result<std::vector<JournalEntry>> {
        changed = state.ProfileAt(kKnownNow) != profile;
        if (!changed) return std::vector<JournalEntry>();
        return std::vector<JournalEntry>{ProfileEntry{profile}};
      });
  if (!done.ok()) return done.error();
  return changed;
}

}  // namespace budgetwatch
