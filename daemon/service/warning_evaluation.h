#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "domain/ledger_state.h"
#include "domain/performance_report.h"

namespace budgetwatch {

// Which subjects of one fiscal year to evaluate.
struct EvaluationScope {
  int fiscal_year = 0;
  bool whole_year = false;
  std::set<std::string, std::less<>> project_codes;  // when not the whole year
};

// What the lines of each year have attained, so that a department's results are summed and
// not measured again at every payment. Right for the lines that no evaluation has been
// owed since. Thread-compatible.
using ResultsCache = std::map<int, StringMap<ResultFigures>>;

// Changes of warnings that bring the book in line with the rules for the subjects
// of the scope, on a business date. Departments of the projects, those above them
// and the year's suspense are always in the scope, and so are the indicators of projects.
std::vector<WarningEntry> EvaluateWarnings(const LedgerState& state, const EvaluationScope& scope,
                                           Date business_date, ResultsCache* cache);

// Fills in the current figures of open warnings: those of the opening tell how it
// began, these how it stands on the business date. Pure.
void FillCurrentFigures(const LedgerState& state, Date business_date,
                        std::vector<Warning>* warnings);

}  // namespace budgetwatch
