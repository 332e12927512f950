#pragma once

#include <optional>
#include <ostream>

#include "budgetctl/text.h"
#include "budgetwatch/v1/performance.pb.h"

namespace budgetwatch::ctl {

// Prints a performance report for a person: each line's indicators, counts, what the
// money is expected to come to, findings.
void PrintPerformance(std::ostream& out, const Speech& say, const v1::PerformanceReport& report,
                      std::optional<int> width);

// Prints the counts alone, a row for each line and sum.
void PrintPerformanceCounts(std::ostream& out, const Speech& say,
                            const v1::PerformanceReport& report, std::optional<int> width);

// Prints its indicators as one CSV table with every figure.
void WritePerformanceCsv(std::ostream& out, const v1::PerformanceReport& report);

}  // namespace budgetwatch::ctl
