#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace budgetwatch::ctl {

// Writes one record of a CSV file (RFC 4180: CRLF, quotes where needed).
void WriteCsvRecord(std::ostream& out, const std::vector<std::string>& cells);

// Reads back as the same share: "0.27164", without needless digits.
std::string CsvRatio(double ratio);

// "true" or "false".
std::string CsvBool(bool value);

}  // namespace budgetwatch::ctl
