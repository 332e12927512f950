#include "budgetctl/figures.h"

#include <cmath>
#include <cstdio>

namespace budgetwatch::ctl {
namespace {

// Percent with two decimals. What rounds to zero is zero, without a sign.
std::string FormatPercentValue(const char* format, double ratio) {
  double percent = ratio * 100;
  if (std::abs(percent) < 0.005) percent = 0;
  char buffer[400];  // the largest double has 309 digits before the point
  std::snprintf(buffer, sizeof buffer, format, percent);
  return buffer;
}

}  // namespace

std::string FormatShare(std::optional<double> ratio) {
  return ratio ? FormatPercentValue("%.2f%%", *ratio) : "-";
}

std::string FormatPoints(std::optional<double> ratio) {
  return ratio ? FormatPercentValue("%+.2f", *ratio) : "-";
}

}  // namespace budgetwatch::ctl
