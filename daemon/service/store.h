#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/ledger_state.h"
#include "domain/payment_group.h"

namespace budgetwatch {

// What one commit writes: all of it or nothing.
struct Commit {
  Sequence first_sequence = 0;  // of entries[0]; the others follow without gaps
  WallMicros recorded_time = 0;
  std::vector<JournalEntry> entries;      // at least one
  std::map<Sequence, int64_t> taken_fen;  // new values, by sequence of the payment
  // Store::HashOf of the keys of the entries, all of which are payments then; the store
  // makes them itself where there are none.
  std::vector<uint64_t> key_hashes = {};
};

// Where the time of one Write went, for monitoring; 0 what the store cannot tell.
struct WriteCost {
  int64_t encode_nanos = 0;  // making the bytes
  int64_t sync_nanos = 0;    // waiting until they are durable
};

// A total as it stood at a checkpoint.
struct TotalRow {
  std::string project_code;
  Date date;
  Total total;
};

// What, with the totals, the state can be rebuilt from without reading the journal
// from its beginning.
struct StateCheckpoint {
  Sequence sequence = 0;
  int64_t gross_fen = 0;
  std::map<int, int64_t> payment_counts;
  UnmatchedRefunds unmatched_refunds;
};

// One booking in the index by project and date.
struct BookingKey {
  int fiscal_year = 0;
  std::string project_code;
  Date date;
  Sequence sequence = 0;
  bool taken_from = false;  // the side of a correction where money is taken

  friend auto operator<=>(const BookingKey&, const BookingKey&) = default;
};

// A range of bookings of one project, or of all projects, of one year.
struct BookingRange {
  int fiscal_year = 0;
  std::optional<std::string> project_code;
  Date first;  // included
  Date last;   // included
};

// What recomputing the chain of hashes came to.
struct ChainCheck {
  std::string difference;  // the first one, a sentence; empty when all fit
  std::string chain_hash;  // of the end, as recomputed; empty with a difference
};

// What a set of entries of an index is, whatever their order: the same entries have the same
// digest, others hardly ever.
struct SetDigest {
  int64_t count = 0;
  uint64_t mix = 0;

  // One entry: that `where` stands under `what`.
  void Add(uint64_t what, Sequence where) {
    ++count;
    uint64_t value = what ^ (static_cast<uint64_t>(where) * 0x9e3779b97f4a7c15u);
    value = (value ^ (value >> 32)) * 0xd6e8feb86659fd93u;
    mix += value ^ (value >> 32);
  }

  friend bool operator==(const SetDigest&, const SetDigest&) = default;
};

// What the indexes hold.
struct IndexSummary {
  SetDigest payments;      // hashes of the keys that can be found
  bool same_hash = false;  // of two of them: their ids may be the same
  int64_t booking_count = 0;
};

// Where the ledger is kept. A store holds the journal, and beside it what can be
// computed from the journal but must be found fast. Thread-safe; Write is called by
// one thread at a time, and so is WriteCheckpoint.
//
// Errors are STORE_FAILED (UNAVAILABLE) when the medium fails and DATA_DAMAGED
// when what is stored contradicts itself.
class Store : public PaymentLookup {
 public:
  using JournalVisitor = std::function<Status(const JournalItem&)>;
  using TotalVisitor = std::function<Status(const TotalRow&)>;
  using TakenVisitor = std::function<void(Sequence payment, int64_t taken_fen)>;

  // Writes the entries with their indexes. Ok: all of it is durable. Error: all or
  // nothing of it will be found after a restart; later reads do not see it now.
  // REQUIRES: first_sequence == LastSequence() + 1.
  virtual Status Write(const Commit& commit, WriteCost* cost = nullptr) = 0;

  // Ok when a Write may succeed. After an error of the medium, first does what can be
  // done to write again. To be called where Write is. Errors: why it cannot.
  virtual Status CheckWritable() { return {}; }

  // Writes a checkpoint with the totals that changed since the one before, those of
  // one project and year next to each other by rising date. May run beside Write.
  // Need not be durable on return, but never becomes durable before what it sums.
  virtual Status WriteCheckpoint(const StateCheckpoint& checkpoint,
                                 const std::vector<TotalRow>& changed) = 0;

  // Sequence of the last entry, 0 for an empty journal.
  virtual Sequence LastSequence() const = 0;

  // FindPayments up to here does not keep Write waiting.
  virtual Sequence SealedSequence() const = 0;

  // Visits the entries in [first, last] in order; stops at the visitor's error.
  virtual Status ScanJournal(Sequence first, Sequence last,
                             const JournalVisitor& visitor) const = 0;

  // The same for the entries that are no payments only.
  virtual Status ScanControlEntries(Sequence first, Sequence last,
                                    const JournalVisitor& visitor) const = 0;

  // The hash that seals all entries up to `sequence`, 64 hexadecimal digits. Whoever noted
  // both down can tell later whether anything up to there was changed. Empty when no
  // commit ends at `sequence`, or the store keeps none. Reads nothing from the medium for
  // the last two commits.
  virtual Result<std::string> ChainHashAt(Sequence /*sequence*/) const { return std::string(); }

  // Recomputes the hashes of everything up to `last`, where a commit ends. What does not
  // fit is told in the answer; an error says that the medium cannot be read.
  virtual Result<ChainCheck> CheckChain(Sequence /*last*/) const { return ChainCheck(); }

  // What the indexes hold about the journal up to `last`. Reads all of them.
  virtual Result<IndexSummary> SummarizeIndexes(Sequence last) const = 0;

  // Visits what refunds and corrections have taken, by rising sequence of the payment.
  // False, without a visit, when the journal goes beyond `last` already.
  virtual Result<bool> ScanTaken(Sequence last, const TakenVisitor& visitor) const = 0;

  // Sequence of the last entry recorded at or before `time`, 0 when none was.
  virtual Result<Sequence> SequenceAt(WallMicros time) const = 0;

  // The last checkpoint at or before `sequence`, if any.
  virtual Result<std::optional<StateCheckpoint>> LastCheckpoint(Sequence sequence) const = 0;

  // Visits every total as it stood at a checkpoint; with `fiscal_year`, that
  // year's only. The cost follows the number of projects and days, and how often they changed.
  virtual Status ScanTotals(Sequence checkpoint, std::optional<int> fiscal_year,
                            const TotalVisitor& visitor) const = 0;

  // Up to `limit` bookings of the range after `after`, in the order of BookingKey.
  virtual Result<std::vector<BookingKey>> ListBookings(const BookingRange& range,
                                                       const std::optional<BookingKey>& after,
                                                       size_t limit) const = 0;

  // Bytes that the store takes, for monitoring; 0 when unknown.
  virtual int64_t SizeBytes() const = 0;

  // Attempts to put its indexes in order, beside the commits, that failed; for monitoring.
  virtual int64_t IndexFailureCount() const { return 0; }

  // Where it is kept, for people.
  virtual std::string Location() const = 0;
};

}  // namespace budgetwatch
