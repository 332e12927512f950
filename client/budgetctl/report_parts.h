#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <optional>
#include <ostream>
#include <string>

#include "budgetctl/text.h"
#include "budgetwatch/v1/execution.pb.h"

namespace budgetwatch::ctl {

// What execution and performance reports have in common; Report is one of the two.

// Prints which department, year and moment the report is about.
template <typename Report>
void PrintReportHeading(std::ostream& out, const Speech& say, const std::string& title,
                        const Report& report);

// Prints the findings about the department and then those about its lines, behind a
// heading; nothing without findings.
template <typename Report>
void PrintReportFindings(std::ostream& out, const Speech& say, const Report& report,
                         std::optional<int> width);

// The rules of findings in one CSV cell.
std::string CsvRules(const google::protobuf::RepeatedPtrField<v1::ExecutionFinding>& findings);

}  // namespace budgetwatch::ctl
