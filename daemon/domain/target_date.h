#pragma once

#include <string_view>

#include "domain/target.h"

namespace budgetwatch {

enum class DateReading {
  kNoDate,   // no date starts here; another reader may try
  kRead,     // `target` is a date
  kRefused,  // a date starts here, but what is meant is not sure; a note says why
};

// Reads a deadline or a period of months that takes up the whole normalised `text`.
// `target` changes unless kNoDate.
DateReading ReadTargetDate(std::u32string_view text, Target* target);

}  // namespace budgetwatch
