#include "budgetctl/csv.h"

#include <cstdio>

namespace budgetwatch::ctl {

std::string CsvRatio(double ratio) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.10g", ratio == 0 ? 0.0 : ratio);
  return buffer;
}

std::string CsvBool(bool value) { return value ? "true" : "false"; }

}  // namespace budgetwatch::ctl
