#pragma once

#include <optional>
#include <string>

namespace budgetwatch::ctl {

// A share of 1 as percent with two decimals, "27.16%"; "-" when absent. For
// display: what is decided was decided in whole fen by the server.
std::string FormatShare(std::optional<double> ratio);

// The same in percentage points with a sign, "-27.16".
std::string FormatPoints(std::optional<double> ratio);

}  // namespace budgetwatch::ctl
