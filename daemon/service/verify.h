#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "service/ledger.h"

namespace budgetwatch {

// What a verification found.
struct Verification {
  Sequence verified_sequence = 0;
  std::string chain_hash;  // of the journal up to there; empty when the chain is broken
  int64_t payment_count = 0;
  int64_t amount_fen = 0;
  std::vector<std::string> differences;  // the first 100, a sentence each
};

// A point of the chain that somebody noted down earlier.
struct NotedPoint {
  Sequence sequence = 0;
  std::string chain_hash;  // 64 hexadecimal digits
};

// Whether it can be one. Errors: INVALID_FIELD.
Status CheckNotedPoint(const NotedPoint& noted);

// Reads the whole journal, recomputes the chain of its hashes, the state, the indexes,
// what was taken from each payment and the checkpoint totals, and compares all of it with
// what is served and stored, the chain first. Neither may the indexes hold more than the
// journal has. With `noted`, proves that the journal up to there is still the one that
// was noted. Commits go on meanwhile. Ends at the next step after
// `abandoned()` is true, of which reading the chain is one; null for never.
// Errors: CALL_ENDED then; of the store, when the journal cannot be read at all.
Result<Verification> VerifyLedger(const Ledger& ledger,
                                  const std::optional<NotedPoint>& noted = std::nullopt,
                                  std::function<bool()> abandoned = nullptr);

}  // namespace budgetwatch
