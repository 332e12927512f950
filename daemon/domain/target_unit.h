#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace budgetwatch {

// What stands behind a number, in one way of writing.
struct TargetUnit {
  std::u32string base;          // 次, 万元, %; may be empty
  std::u32string denominators;  // "/人·月"; may be empty

  std::u32string Text() const { return base + denominators; }

  friend bool operator==(const TargetUnit&, const TargetUnit&) = default;
};

// Reads all of `text` as a unit; nothing, and the reason in `why`, when it is none.
std::optional<TargetUnit> ReadTargetUnit(std::u32string_view text, std::string* why);

// What stands below the line, one by one: 人 and 月 of 元/人·月. Valid as long as `unit` is.
std::vector<std::u32string_view> Denominators(const TargetUnit& unit);

// Adds a period or a person (年, 人) below the line, unless it stands there already.
void AddDenominator(std::u32string_view denominator, TargetUnit* unit);

// The power of ten that 万, 亿 or 万亿 at the front of `rest` stands for, and removes
// it; 0, and nothing is removed, when there is none or it belongs to a currency (万元).
int EatMultiplier(std::u32string_view* rest);

}  // namespace budgetwatch
