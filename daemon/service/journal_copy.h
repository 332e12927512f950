#pragma once

#include "service/store.h"

namespace budgetwatch {

// Replays the journal of one store, up to the last commit that ends at or before `last`,
// into another one that is empty, commit by commit: entries of one commit have one
// recorded time, and those of the next a later one. So the copy has the same records and
// the same hashes, which is proved at the end. Checkpoints are written every
// `checkpoint_interval` entries, so that a start from the copy is quick.
//
// Returns the last sequence of the copy. Errors: of the stores; DATA_DAMAGED when the
// journal contradicts itself or the copy's hash is another.
Result<Sequence> CopyJournal(const Store& from, Sequence last, Sequence checkpoint_interval,
                             Store* to);

}  // namespace budgetwatch
