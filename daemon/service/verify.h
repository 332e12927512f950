#pragma once

#include <string>
#include <vector>

#include "service/ledger.h"

namespace budgetwatch {

// What a verification found.
struct Verification {
  Sequence verified_sequence = 0;
  int64_t payment_count = 0;
  int64_t amount_fen = 0;
  std::vector<std::string> differences;  // the first 100, a sentence each
};

// Reads the whole journal, recomputes the state, the index of ids, the index of
// bookings, what was taken from each payment and the checkpoint totals, and
// compares all of it with what is served and stored. Commits go on meanwhile.
// Errors: of the store, when the journal cannot be read at all.
Result<Verification> VerifyLedger(const Ledger& ledger);

}  // namespace budgetwatch
