#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/department_tree.h"
#include "domain/execution.h"
#include "domain/rules.h"

namespace budgetwatch {

// What a report is made from: plans and money as known at one moment.
struct ReportBasis {
  const PlanBook* plans = nullptr;
  const YearTotals* totals = nullptr;  // of the fiscal year; null when nothing is booked
  const Profile* profile = nullptr;    // in force at known_at
  Sequence known_at = 0;
};

struct ProjectReport {
  const Project* project = nullptr;  // owned by ExecutionReport::revision
  LineExecution execution;
  std::vector<RuleFinding> findings;
};

struct SubtotalReport {
  std::optional<ProjectKind> kind;  // exactly one of the two is set
  std::optional<FundingSource> source;
  ExecutionFigures figures;
};

struct DepartmentReport {
  std::string department_code;
  std::string department_name;
  ExecutionFigures figures;
};

// Execution of a department and all below it at the end of a date.
struct ExecutionReport {
  std::string department_code;
  std::string department_name;
  int fiscal_year = 0;
  Date as_of;
  Sequence known_at = 0;
  PlanRevisionPtr revision;  // null for a department that only has others below it
  Share time_progress;
  std::vector<ProjectReport> projects;  // own lines in the order of the plan
  ExecutionFigures totals;              // own lines and all below
  std::vector<SubtotalReport> subtotals;
  std::vector<DepartmentReport> departments;  // directly below
  Total suspense;
  std::vector<RuleFinding> findings;
};

// PLAN_NOT_FOUND, for a department without a plan and without any below it.
Error NoPlanInForce(const std::string& department_code, int fiscal_year, Date as_of);

// Money of one source of a line.
struct SourceFigures {
  FundingSource source = FundingSource::kGeneral;
  ExecutionFigures figures;
};

// Payments carry no source: what a line with several paid is split in proportion to its
// budget, by cumulative rounding, so that the parts add up to the whole. With a budget of
// 0, the first source takes it.
std::vector<SourceFigures> SplitBySource(const Project& project, const ExecutionFigures& figures);

// Makes the report. Errors: PLAN_NOT_FOUND when no plan is in force for the
// department or one below it.
Result<ExecutionReport> MakeExecutionReport(const std::string& department_code, int fiscal_year,
                                            Date as_of, const ReportBasis& basis);

// Money of a department with all below it, measured for findings.
struct DepartmentMeasure {
  ExecutionFigures figures;  // planned at the measuring day
  int64_t planned_before_backload_fen = 0;
};
DepartmentMeasure MeasureDepartment(const std::string& department_code, const DepartmentTree& tree,
                                    const Measure& measure, const ReportBasis& basis);

// Payments of the year dated up to `as_of` that no plan in force then carries.
Total SuspenseAt(int fiscal_year, Date as_of, const ReportBasis& basis);

// Booked on a project up to `as_of`.
Total DisbursedUpTo(const YearTotals* totals, std::string_view project_code, Date as_of);

}  // namespace budgetwatch
