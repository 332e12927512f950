#pragma once

#include <cstdint>

namespace budgetwatch {

// Place of an entry in the journal, from 1 without gaps; 0 is before the first.
using Sequence = int64_t;

// Entries behind `after`, up to `up_to`.
struct SequenceRange {
  Sequence after = 0;
  Sequence up_to = INT64_MAX;
};

}  // namespace budgetwatch
