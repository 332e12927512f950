#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/execution.h"
#include "domain/warning.h"

namespace budgetwatch {

// The rules about money (those about results are in result_rules.h), each with its formula in one
// place. With B the budget, A what is disbursed at the end of the date, P the planned share and c
// the last checkpoint of the line:
//
//   behind_plan           A/B < P(c) − tolerance
//   severely_behind_plan  A/B < P(c) − severe
//   behind_time_progress  A/B < T(m) − tolerance, for lines with a schedule
//   below_floor           A/B < the profile's floor of the last floor date
//   no_spending           no payment at all while P(c) > 0
//   overspent             A > B
//   ahead_of_plan         A/B > P(next checkpoint) + tolerance
//   suspense_pending      payments of the year that no plan carries
//   refund_unmatched      refunds that name an original which the ledger lacks
//   plan_backloaded       1 − P(profile's day) > the profile's share
//
// m is the measuring day: a report measures at its own date, warnings at the last
// monitoring day of the profile, so that they change at a few known dates and do
// not flap from day to day. Departments are measured at m too.

Severity SeverityOf(Rule rule);

// One finding of one rule about a subject.
struct RuleFinding {
  Rule rule = Rule::kBehindPlan;
  Severity severity = Severity::kWarning;
  std::optional<Date> checkpoint;
  Figures figures;
};

// When something is measured.
struct Measure {
  int fiscal_year = 0;
  Date as_of;               // payments up to here count
  std::optional<Date> day;  // measuring day; absent before the first of the year
};

// What a report at `as_of` measures.
Measure MeasureForReport(int fiscal_year, Date as_of);

// What warnings measure on a business date: that date, or the last day of a year
// that is over.
Measure MeasureForWarnings(int fiscal_year, Date business_date, const Profile& profile);

// The last date of the measured year up to `as_of` on which the profile has a floor,
// with its share.
std::optional<std::pair<Date, Share>> LastFloor(const Profile& profile, const Measure& measure);

// Findings about one line. `unmatched` are refunds booked on it without original.
std::vector<RuleFinding> ProjectFindings(const Project& project, const Measure& measure,
                                         const Total& disbursed, const Total& unmatched,
                                         const Profile& profile);

// Findings about a department with everything below it: figures measured at the
// measuring day, and what is planned by the profile's backloading day.
std::vector<RuleFinding> DepartmentFindings(const ExecutionFigures& figures,
                                            int64_t planned_before_backload_fen,
                                            const Measure& measure, const Profile& profile);

// Findings about a year's suspense.
std::vector<RuleFinding> SuspenseFindings(const Total& suspense);

// What a finding means and what to do about it, with its figures, one or two
// sentences.
std::string DescribeZh(const RuleFinding& finding);
std::string DescribeEn(const RuleFinding& finding);

}  // namespace budgetwatch
