#pragma once

#include <optional>
#include <ostream>

#include "budgetctl/text.h"
#include "budgetwatch/v1/scorecard.pb.h"

namespace budgetwatch::ctl {

// Prints a scorecard for a person: each line's items and score, then why points were
// lost and what the scores rest on.
void PrintScorecard(std::ostream& out, const Speech& say, const v1::Scorecard& scorecard,
                    std::optional<int> width);

// Prints the scores alone, a row for each line and the department's.
void PrintScores(std::ostream& out, const Speech& say, const v1::Scorecard& scorecard,
                 std::optional<int> width);

// Prints its items as one CSV table.
void WriteScoreCsv(std::ostream& out, const v1::Scorecard& scorecard);

}  // namespace budgetwatch::ctl
