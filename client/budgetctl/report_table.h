#pragma once

#include <optional>
#include <ostream>

#include "budgetctl/text.h"
#include "budgetwatch/v1/execution.pb.h"

namespace budgetwatch::ctl {

// Prints an execution report for a person: heading, lines, sums, findings.
void PrintExecution(std::ostream& out, const Speech& say, const v1::ExecutionReport& report,
                    std::optional<int> width);

// Prints its figures as one CSV table; row_type tells lines from sums.
void WriteExecutionCsv(std::ostream& out, const v1::ExecutionReport& report);

}  // namespace budgetwatch::ctl
