#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace budgetwatch {

enum class TargetKind { kQuantitative, kBoolean, kQualitative, kDate };

enum class Comparator {
  kGe,     // at least
  kGt,     // more than
  kLe,     // at most
  kLt,     // less than
  kEq,     // exactly
  kRange,  // between both ends, included
};

// The reading of an indicator's target text (指标值).
struct Target {
  TargetKind kind = TargetKind::kQualitative;
  std::optional<Comparator> comparator;  // absent: neither written nor fixed by the text
  // Canonical decimal, 是 or 否, or a date ("2020-10-31", "--10-31"); empty when
  // qualitative.
  std::string value;
  std::string upper_value;  // upper end of a range; empty otherwise
  std::string unit;         // as written, may be empty
  bool comparator_written = false;
  std::vector<std::string> notes;  // stable words such as "unit_missing"

  friend bool operator==(const Target&, const Target&) = default;
};

// Reads one target text, without its indicator. Never fails: what cannot be read
// for sure is qualitative, with a note that says why. Pure.
Target ReadTarget(std::string_view text);

}  // namespace budgetwatch
