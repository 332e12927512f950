#include "domain/target_check.h"

#include <string>

#include "domain/date.h"
#include "domain/target_number.h"
#include "domain/target_text.h"

namespace budgetwatch {
namespace {

std::optional<TargetNumber> PlainDecimal(const std::string& text) {
  const std::u32string digits(text.begin(), text.end());
  std::u32string_view rest = digits;
  TargetNumber number;
  const bool read = ReadDecimal(&rest, &number) == NumberReading::kRead && rest.empty() &&
                    !ContainsChar(digits, U',');
  return read ? std::optional(number) : std::nullopt;
}

// "2020-10-31", or "--10-31" for a day of any year.
bool IsTargetDate(const std::string& text) {
  // Without a year, every day that some year has is possible.
  return Date::Parse(text.starts_with("--") ? "2000" + text.substr(1) : text).has_value();
}

std::optional<TargetFault> FindQuantityFault(const Target& target) {
  const auto value = PlainDecimal(target.value);
  if (!value) {
    return TargetFault{"value", "定量指标的 value 应为小数，如 90 或 0.97",
                       "a quantitative reading needs a decimal as value, such as 90 or 0.97"};
  }
  const bool range = target.comparator == Comparator::kRange;
  const auto upper = PlainDecimal(target.upper_value);
  if (range != upper.has_value() || (!range && !target.upper_value.empty())) {
    return TargetFault{"upper_value", "upper_value 应为小数，且只用于区间（range）",
                       "a decimal upper_value belongs to the comparator range, and to no other"};
  }
  if (range && value->Compare(*upper) > 0) {
    return TargetFault{"upper_value", "区间的下限 value 大于上限 upper_value",
                       "the value of a range is above its upper_value; exchange them"};
  }
  return std::nullopt;
}

std::optional<TargetFault> FindDateFault(const Target& target) {
  if (!IsTargetDate(target.value)) {
    return TargetFault{"value", "日期类指标的 value 应为 2020-10-31 或 --10-31 这样的日期",
                       "a date reading needs a date as value, such as 2020-10-31 or --10-31"};
  }
  const bool range = target.comparator == Comparator::kRange;
  if (target.comparator && !range && target.comparator != Comparator::kLe) {
    return TargetFault{"comparator", "日期类指标的 comparator 应为 le（期限）或 range（起止）",
                       "the comparator of a date is le for a deadline or range for a period"};
  }
  if (range ? !IsTargetDate(target.upper_value) : !target.upper_value.empty()) {
    return TargetFault{"upper_value", "upper_value 应为日期，且只用于起止（range）",
                       "a date as upper_value belongs to the comparator range, and to no other"};
  }
  // Dates of the same form are in the order of their texts.
  if (range && (target.value.starts_with("--") != target.upper_value.starts_with("--") ||
                target.upper_value < target.value)) {
    return TargetFault{"upper_value", "起止日期应同为带年份或不带年份，且先起后止",
                       "both days of a period have a year or none, and the first comes first"};
  }
  return std::nullopt;
}

// What only a number or a date has.
std::optional<TargetFault> FindSurplus(const Target& target, bool value_allowed) {
  constexpr const char* kZh = "只用于定量和日期类指标，请删去";
  constexpr const char* kEn = "belongs to a quantity or a date; leave it out";
  if (!value_allowed && !target.value.empty()) return TargetFault{"value", kZh, kEn};
  if (target.comparator) return TargetFault{"comparator", kZh, kEn};
  if (!target.upper_value.empty()) return TargetFault{"upper_value", kZh, kEn};
  return std::nullopt;
}

std::optional<TargetFault> FindFaultOfKind(const Target& target) {
  switch (target.kind) {
    case TargetKind::kQuantitative: return FindQuantityFault(target);
    case TargetKind::kDate: return FindDateFault(target);
    case TargetKind::kQualitative: return FindSurplus(target, false);
    case TargetKind::kBoolean: break;
  }
  if (target.value != "是" && target.value != "否") {
    return TargetFault{"value", "是否类指标的 value 应为 是 或 否",
                       "the value of a boolean reading is 是 or 否"};
  }
  return FindSurplus(target, true);
}

}  // namespace

std::optional<TargetFault> FindTargetFault(const Target& target) {
  if (const auto fault = FindFaultOfKind(target)) return fault;
  if (target.kind != TargetKind::kQuantitative && !target.unit.empty()) {
    return TargetFault{"unit", "只有定量指标才有 unit，请删去",
                       "only a quantity has a unit; leave it out"};
  }
  return std::nullopt;
}

}  // namespace budgetwatch
