#pragma once

#include <string>
#include <string_view>

#include "domain/target.h"

namespace budgetwatch {

// Reads a quantity that takes up the whole normalised `text` into `target`. False
// when it is none: `target` stays as it was, and `why` says what is in the way, or
// is empty when no number was in sight.
bool ReadTargetQuantity(std::u32string_view text, Target* target, std::string* why);

}  // namespace budgetwatch
