#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace budgetwatch::forms {

// Writes one record of a CSV file (RFC 4180: CRLF, quotes where needed).
void WriteCsvRecord(std::ostream& out, const std::vector<std::string>& cells);

}  // namespace budgetwatch::forms
