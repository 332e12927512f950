#pragma once

#include <optional>

#include "domain/target.h"

namespace budgetwatch {

// What a reading from outside has wrong: the field, and what belongs there.
struct TargetFault {
  const char* field;  // "value", "upper_value", "comparator" or "unit"
  const char* zh;
  const char* en;
};

// The first fault of a reading that a person or a program gave instead of ReadTarget;
// nothing when every part of it fits its kind. Pure.
std::optional<TargetFault> FindTargetFault(const Target& target);

}  // namespace budgetwatch
