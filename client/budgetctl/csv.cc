#include "budgetctl/csv.h"

#include <cstdio>

namespace budgetwatch::ctl {

void WriteCsvRecord(std::ostream& out, const std::vector<std::string>& cells) {
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out << ',';
    if (cells[i].find_first_of(",\"\r\n") == std::string::npos) {
      out << cells[i];
      continue;
    }
    out << '"';
    for (const char c : cells[i]) {
      if (c == '"') out << '"';
      out << c;
    }
    out << '"';
  }
  out << "\r\n";
}

std::string CsvRatio(double ratio) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.10g", ratio == 0 ? 0.0 : ratio);
  return buffer;
}

std::string CsvBool(bool value) { return value ? "true" : "false"; }

}  // namespace budgetwatch::ctl
