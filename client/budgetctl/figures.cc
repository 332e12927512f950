#include "budgetctl/figures.h"

#include <cmath>
#include <cstdio>

namespace budgetwatch::ctl {
namespace {

// Percent with two decimals. What rounds to zero is zero, without a sign.
std::string FormatPercentValue(const char* format, double ratio) {
  double percent = ratio * 100;
  if (std::abs(percent) < 0.005) percent = 0;
  // A half goes away from zero, as in the daemon's sentences and the forms, which round exact
  // fractions; as a double 51.875 may lie a hair below it. Larger numbers have no such digits.
  if (std::abs(percent) < 1e9) {
    constexpr double kHair = 1 + 1e-12;
    percent = std::round(percent * 100 * kHair) / 100;
  }
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
