#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/target.h"
#include "domain/target_number.h"
#include "domain/target_unit.h"

namespace budgetwatch {

// One number with what belongs to it: ≥90%, 50万元以内, 3.
struct TargetMeasure {
  std::optional<Comparator> comparator;  // as written
  TargetNumber number;
  int multiplier_places = 0;  // already in `number`
  TargetUnit unit;
  std::vector<std::string> notes;
};

// Removes one written comparator from the front of `rest`, the longest that fits.
std::optional<Comparator> EatComparator(std::u32string_view* rest);

// Reads all of `text` as one measure; nothing, and the reason in `why`, when it is none.
std::optional<TargetMeasure> ReadTargetMeasure(std::u32string_view text, std::string* why);

}  // namespace budgetwatch
