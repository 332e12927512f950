#pragma once

#include <cstdint>

namespace budgetwatch {

// Place of an entry in the journal, from 1 without gaps; 0 is before the first.
using Sequence = int64_t;

}  // namespace budgetwatch
