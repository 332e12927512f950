#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "domain/money.h"
#include "domain/plan.h"
#include "domain/target.h"

namespace budgetwatch {

// The words of the YAML plan. Of several names for one value the first is the one
// that is written; all are read.
template <typename T>
struct Name {
  std::string_view text;
  T value;
};

inline constexpr Name<ProjectKind> kProjectKindNames[] = {
    {"project", ProjectKind::kProject},     {"personnel", ProjectKind::kPersonnel},
    {"public", ProjectKind::kPublic},       {"three_public", ProjectKind::kThreePublic},
    {"项目", ProjectKind::kProject},        {"项目支出", ProjectKind::kProject},
    {"人员经费", ProjectKind::kPersonnel},  {"公用经费", ProjectKind::kPublic},
    {"日常公用经费", ProjectKind::kPublic}, {"三公经费", ProjectKind::kThreePublic},
};

inline constexpr Name<FundingSource> kFundingNames[] = {
    {"general", FundingSource::kGeneral},
    {"government_fund", FundingSource::kGovernmentFund},
    {"other", FundingSource::kOther},
    {"一般公共预算", FundingSource::kGeneral},
    {"政府性基金", FundingSource::kGovernmentFund},
    {"其他资金", FundingSource::kOther},
};

inline constexpr Name<MoneyUnit> kUnitNames[] = {
    {"元", MoneyUnit::kYuan},
    {"万元", MoneyUnit::kTenThousandYuan},
};

inline constexpr Name<TargetKind> kTargetKindNames[] = {
    {"quantitative", TargetKind::kQuantitative}, {"boolean", TargetKind::kBoolean},
    {"qualitative", TargetKind::kQualitative},   {"date", TargetKind::kDate},
    {"QUANTITATIVE", TargetKind::kQuantitative}, {"BOOLEAN", TargetKind::kBoolean},
    {"QUALITATIVE", TargetKind::kQualitative},   {"DATE", TargetKind::kDate},
};

inline constexpr Name<Comparator> kComparatorNames[] = {
    {"ge", Comparator::kGe}, {"gt", Comparator::kGt}, {"le", Comparator::kLe},
    {"lt", Comparator::kLt}, {"eq", Comparator::kEq}, {"range", Comparator::kRange},
    {"GE", Comparator::kGe}, {"GT", Comparator::kGt}, {"LE", Comparator::kLe},
    {"LT", Comparator::kLt}, {"EQ", Comparator::kEq}, {"RANGE", Comparator::kRange},
    {"≥", Comparator::kGe},  {">", Comparator::kGt},  {"≤", Comparator::kLe},
    {"<", Comparator::kLt},  {"=", Comparator::kEq},  {">=", Comparator::kGe},
    {"<=", Comparator::kLe},
};

// The value that `text` names, nothing when it names none.
template <typename T, size_t N>
std::optional<T> ValueOfName(const Name<T> (&names)[N], std::string_view text) {
  for (const Name<T>& name : names) {
    if (name.text == text) return name.value;
  }
  return std::nullopt;
}

// The name that is written for `value`.
template <typename T, size_t N>
std::string_view NameOfValue(const Name<T> (&names)[N], T value) {
  for (const Name<T>& name : names) {
    if (name.value == value) return name.text;
  }
  return "";
}

template <typename T, size_t N>
std::vector<std::string_view> NamesOf(const Name<T> (&names)[N]) {
  std::vector<std::string_view> texts;
  for (const Name<T>& name : names) texts.push_back(name.text);
  return texts;
}

}  // namespace budgetwatch
