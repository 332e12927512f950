#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/mutex.h"
#include "domain/execution_report.h"
#include "domain/ledger_state.h"
#include "service/store.h"

namespace budgetwatch {

// A moment of knowledge as a caller names it: a sequence, a time, or neither for
// now.
struct KnownAt {
  std::optional<Sequence> sequence;
  std::optional<WallMicros> time;
};

// The ledger's state over its store. Thread-safe: many readers, and the committer
// as the one writer.
//
// 1. What readers see is durable: the state changes only after the write.
// 2. state.sequence() == store.LastSequence(), except while a commit is applied.
class Ledger {
 public:
  // Rebuilds the state from the store: the last checkpoint, the entries that are no
  // payments, and the journal from the checkpoint on.
  // Errors: STORE_FAILED, DATA_DAMAGED.
  static Result<std::unique_ptr<Ledger>> Open(Store& store);

  // Runs `read` on a state that does not change meanwhile. Keep it short: commits
  // wait for it.
  template <typename Read>
  auto View(Read&& read) const {
    const ReaderLock lock(mutex_);
    return read(static_cast<const LedgerState&>(state_));
  }

  // Totals of one year as known at `sequence`, rebuilt from the last checkpoint
  // before it and the journal behind it. Errors: of the store.
  Result<YearTotals> TotalsKnownAt(int fiscal_year, Sequence sequence) const;

  const Store& store() const { return store_; }

  // For the committer's thread only, which is the only writer and so may read
  // without the lock.
  const LedgerState& writer_state() const { return state_; }
  Store& writer_store() { return store_; }
  void Apply(Sequence first_sequence, WallMicros recorded_time,
             const std::vector<JournalEntry>& entries);

 private:
  explicit Ledger(Store& store) : store_(store) {}

  Store& store_;
  mutable SharedMutex mutex_;
  LedgerState state_;  // written under mutex_
};

}  // namespace budgetwatch
