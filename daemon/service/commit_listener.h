#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "domain/journal.h"
#include "domain/payment_group.h"

namespace budgetwatch {

// What one commit took.
struct CommitStats {
  size_t event_count = 0;  // payment events decided, whatever became of them
  size_t entry_count = 0;  // journal entries written
  int64_t recorded_count = 0;
  int64_t duplicate_count = 0;
  int64_t suspended_count = 0;
  int64_t rejected_count = 0;
  // Where the time went. Of each batch: being decoded and checked, and waiting for
  // its group.
  std::vector<int64_t> parse_nanos;
  std::vector<int64_t> wait_nanos;
  // Of the group: lookups and decisions, one durable write, of which making its
  // bytes and waiting for the disk, and taking it over into the state.
  int64_t decide_nanos = 0;
  int64_t write_nanos = 0;
  int64_t encode_nanos = 0;
  int64_t sync_nanos = 0;
  int64_t apply_nanos = 0;
};

// Hears of commits, one after the other, before they are answered: be quick. Different
// threads may tell it, but never at the same time. Thread-safety beyond that is the
// listener's own.
class CommitListener {
 public:
  virtual ~CommitListener() = default;

  // The entries are durable and applied.
  virtual void OnCommitted(const std::vector<JournalEntry>& entries, const CommitStats& stats) = 0;

  // The store refused a write; nothing was applied.
  virtual void OnWriteFailed(const Error& error) = 0;

  // After that: the store can take a write again, without one having been made.
  virtual void OnWritableAgain() {}
};

}  // namespace budgetwatch
