#pragma once

#include <string>

#include "service/business_calendar.h"
#include "service/committer.h"

namespace budgetwatch {

// Makes reports at any date and any moment of knowledge. Thread-safe.
class Reports {
 public:
  Reports(const Ledger& ledger, Committer& committer, const BusinessCalendar& calendar)
      : ledger_(ledger), committer_(committer), calendar_(calendar) {}

  // With no `as_of`: the business date, or the last day of a year that is over.
  // Errors: PLAN_NOT_FOUND, DATE_OUTSIDE_FISCAL_YEAR, KNOWN_AT_IN_FUTURE, and the
  // store's.
  Result<ExecutionReport> Execution(const std::string& department_code, int fiscal_year,
                                    std::optional<Date> as_of, const KnownAt& known_at) const;

  // The sequence that a moment of knowledge stands for. Errors: KNOWN_AT_IN_FUTURE,
  // and the store's.
  Result<Sequence> Resolve(const KnownAt& known_at) const;

 private:
  const Ledger& ledger_;
  Committer& committer_;
  const BusinessCalendar& calendar_;
};

}  // namespace budgetwatch
