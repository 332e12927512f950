#pragma once

#include <map>
#include <string>
#include <vector>

#include "domain/execution_report.h"
#include "domain/result_rules.h"

namespace budgetwatch {

// What results are measured from, as known at one moment.
struct ResultBasis {
  ReportBasis money;
  const ObservationBook* observations = nullptr;
  // What was booked in years before the fiscal year; the forecasts look at the last ones.
  std::map<int, const YearTotals*> earlier_totals;
};

// How many years back forecasts look.
inline constexpr int kEarlierYears = 5;

// One line with its indicators.
struct LineResults {
  const Project* project = nullptr;
  std::vector<Attainment> attainments;  // in the order of the indicators
  ResultFigures figures;
  Forecast forecast;
  std::vector<RuleFinding> findings;
};

// Attainments and their figures at the end of `as_of`; neither forecast nor findings.
LineResults MeasureResults(const Project& project, int fiscal_year, Date as_of,
                           const ResultBasis& basis);

// The line's forecast at the end of `as_of`.
Forecast ForecastLine(const Project& project, int fiscal_year, Date as_of,
                      const ResultBasis& basis);

struct DepartmentResults {
  std::string department_code;
  std::string department_name;
  ResultFigures figures;
};

// Results of a department and all below it at the end of a date.
struct PerformanceReport {
  std::string department_code;
  std::string department_name;
  int fiscal_year = 0;
  Date as_of;
  Sequence known_at = 0;
  PlanRevisionPtr revision;  // null for a department that only has others below it
  Share time_progress;
  std::vector<LineResults> lines;              // own lines in the order of the plan
  ResultFigures totals;                        // own lines and all below
  std::vector<DepartmentResults> departments;  // directly below
  int64_t suspended_count = 0;
  std::vector<RuleFinding> findings;
};

// Errors: PLAN_NOT_FOUND, as MakeExecutionReport.
Result<PerformanceReport> MakePerformanceReport(const std::string& department_code, int fiscal_year,
                                                Date as_of, const ResultBasis& basis);

// The line's indicator of that id; null when there is none.
const Indicator* FindIndicator(const Project& project, std::string_view indicator_id);

}  // namespace budgetwatch
