#pragma once

#include <set>
#include <string>
#include <vector>

#include "domain/ledger_state.h"
#include "domain/rules.h"

namespace budgetwatch {

// Which subjects of one fiscal year to evaluate.
struct EvaluationScope {
  int fiscal_year = 0;
  bool whole_year = false;
  std::set<std::string, std::less<>> project_codes;  // when not the whole year
};

// Changes of warnings that bring the book in line with the rules for the subjects
// of the scope, on a business date. Departments of the projects, those above them
// and the year's suspense are always in the scope. Pure.
std::vector<WarningEntry> EvaluateWarnings(const LedgerState& state, const EvaluationScope& scope,
                                           Date business_date);

}  // namespace budgetwatch
