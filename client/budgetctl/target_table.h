#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "budgetctl/table.h"
#include "budgetctl/text.h"
#include "budgetwatch/v1/plan.pb.h"

namespace budgetwatch::ctl {

// The columns of a target's text and reading, and its cells in them.
std::vector<Column> TargetColumns(const Speech& say);
std::vector<std::string> TargetCells(const Speech& say, const std::string& text,
                                     const v1::Target& target);

// The notes of a reading in one line.
std::string JoinedNotes(const v1::Target& target);

// Prints how every target of a plan is read, for a person to correct; nothing for a
// plan without indicators.
void PrintTargets(std::ostream& out, const Speech& say, const v1::Plan& plan,
                  std::optional<int> width);

}  // namespace budgetwatch::ctl
