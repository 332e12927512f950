#pragma once

#include <string>

#include "domain/review_content.h"
#include "service/business_calendar.h"
#include "service/committer.h"

namespace budgetwatch {

// Makes reports at any date and any moment of knowledge. Thread-safe.
class Reports {
 public:
  // Of which department, when, and as known when. With no `as_of`: the business date, or
  // the last day of a year that is over.
  struct Request {
    std::string department_code;
    int fiscal_year = 0;
    std::optional<Date> as_of;
    KnownAt known_at;
  };

  Reports(const Ledger& ledger, Committer& committer, const BusinessCalendar& calendar)
      : ledger_(ledger), committer_(committer), calendar_(calendar) {}

  // Errors of all: PLAN_NOT_FOUND, INVALID_FIELD, DATE_OUTSIDE_FISCAL_YEAR,
  // KNOWN_AT_IN_FUTURE, and the store's.
  Result<ExecutionReport> Execution(const Request& request) const;
  Result<PerformanceReport> Performance(const Request& request) const;
  // A scorecard is made of a performance report.
  Result<std::pair<PerformanceReport, Scorecard>> Scores(const Request& request) const;

  // How much a report has at most, before it is made: of the department's largest revision
  // of the year. With a moment of knowledge, also the totals of all departments that may be
  // rebuilt for it, of the year and so many before. Errors: those of DateOf.
  struct Size {
    size_t projects = 0;
    size_t indicators = 0;
    size_t rebuilt_projects = 0;
    size_t rebuilt_days = 0;  // of these projects
  };
  Result<Size> LargestSize(const Request& request, int earlier_years) const;

  // What a review freezes, known up to a sequence that the ledger has reached.
  Result<ReviewContent> Review(const std::string& department_code, int fiscal_year, Date as_of,
                               Sequence known_at) const;

  // The date of a request. Errors: INVALID_FIELD, DATE_OUTSIDE_FISCAL_YEAR.
  Result<Date> DateOf(const Request& request) const;

  // The sequence that a moment of knowledge stands for. Errors: KNOWN_AT_IN_FUTURE,
  // and the store's.
  Result<Sequence> Resolve(const KnownAt& known_at) const;

 private:
  template <typename Make>
  auto WithTotals(int fiscal_year, int earlier_years, Sequence known_at, Make&& make) const;
  template <typename Make>
  auto WithResults(int fiscal_year, Sequence known_at, Make&& make) const;

  const Ledger& ledger_;
  Committer& committer_;
  const BusinessCalendar& calendar_;
};

}  // namespace budgetwatch
