#pragma once

#include <string>

#include "budgetctl/command_line.h"
#include "budgetctl/known_at.h"

namespace budgetwatch::ctl {

// What a report or review is about.
struct ReportFlags {
  std::string department;
  int year = 0;
  std::string as_of;
  std::string known_at;
};

inline void AddReportFlags(const Speech& say, CLI::App* verb, ReportFlags* flags) {
  AddDepartment(say, verb, &flags->department)->required();
  AddYear(say, verb, &flags->year)->required();
  AddDate(verb, "--as-of", &flags->as_of,
          say("截至日期（默认业务日期）", "Date of the report (default the business date)"));
  AddKnownAt(say, verb, &flags->known_at);
}

template <typename Request>
Request RequestOf(const ReportFlags& flags) {
  Request request;
  request.set_department_code(flags.department);
  request.set_fiscal_year(flags.year);
  request.set_as_of_date(flags.as_of);
  if (const auto known_at = ParseKnownAt(flags.known_at)) *request.mutable_known_at() = *known_at;
  return request;
}

}  // namespace budgetwatch::ctl
