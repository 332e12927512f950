#pragma once

#include <ostream>

#include "budgetctl/text.h"
#include "budgetwatch/v1/monitor_service.pb.h"

namespace budgetwatch::ctl {

// Prints a warning in full: what, since when, the figures in a sentence, and what
// was explained.
void PrintWarning(std::ostream& out, const Speech& say, const v1::Warning& warning);

// Prints one change on one line.
void PrintWarningChange(std::ostream& out, const Speech& say,
                        const v1::WatchWarningsResponse& change);

void WriteWarningsCsvHeader(std::ostream& out);
// `sequence` and `event` are those of a change, empty in a list.
void WriteWarningCsv(std::ostream& out, const v1::Warning& warning, const std::string& sequence,
                     const std::string& event);

}  // namespace budgetwatch::ctl
