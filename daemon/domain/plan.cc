#include "domain/plan.h"

#include "domain/money.h"

namespace budgetwatch {

void FillIndicators(Plan* plan) {
  for (Project& project : plan->projects) {
    int number = 0;
    for (Indicator& indicator : project.indicators) {
      ++number;
      if (indicator.indicator_id.empty()) indicator.indicator_id = std::to_string(number);
      if (indicator.target == Target()) indicator.target = ReadTarget(indicator.target_text);
    }
  }
}

std::optional<int32_t> ParsePercent(std::string_view text) {
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string digits(whole);
  if (whole.empty() || whole.size() > 3) return std::nullopt;
  std::string_view fraction;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    if (fraction.empty()) return std::nullopt;
    while (fraction.size() > 4 && fraction.back() == '0') fraction.remove_suffix(1);
    if (fraction.size() > 4) return std::nullopt;
  }
  digits += fraction;
  digits.append(4 - fraction.size(), '0');
  int32_t ppm = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    ppm = ppm * 10 + (c - '0');
  }
  if (ppm > kFullSharePpm) return std::nullopt;
  return ppm;
}

std::string FormatPercent(int32_t ppm) {
  std::string fraction = std::to_string(ppm % 10'000);
  fraction.insert(0, 4 - fraction.size(), '0');
  while (fraction.size() > 2 && fraction.back() == '0') fraction.pop_back();
  return std::to_string(ppm / 10'000) + '.' + fraction;
}

int64_t TotalBudgetFen(const Plan& plan) {
  int64_t total_fen = 0;
  for (const Project& project : plan.projects) {
    BW_CHECK(CheckedAdd(total_fen, project.budget_fen, &total_fen));
  }
  return total_fen;
}

}  // namespace budgetwatch
