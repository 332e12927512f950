#pragma once

#include <optional>
#include <random>
#include <vector>

#include "base/mutex.h"
#include "service/store.h"

namespace budgetwatch {

// A store whose medium fails, within what store.h allows: every call may fail, a
// scan halfway; a write that failed is found after a restart wholly or not at all,
// and nobody knows which until then. Thread-safe.
//
// After some failures of a write the store takes no more of them, as an engine does
// that no longer trusts its log, until it is healed or opened again.
class FaultyStore : public Store {
 public:
  // How often calls fail: one in so many; 0 is never.
  struct Odds {
    int reads = 0;
    int writes = 0;
    int checkpoints = 0;
  };

  // The base outlives the store and is used by nobody else but to look at it.
  FaultyStore(Store& base, uint64_t seed) : base_(base), engine_(seed) {}

  void SetOdds(const Odds& odds);

  // Takes writes again, if the failed one is surely not there.
  void Heal();

  // What a killed process sees: from here on every call fails and nothing is written.
  void Kill();

  // Opens the store again after its user is gone. A write or checkpoint of unknown
  // outcome is there now, or never will be; so is a checkpoint that no write has
  // made durable.
  void Reopen();

  // Calls that failed so far.
  int64_t fault_count() const;

  Status Write(const Commit& commit, WriteCost* cost = nullptr) override;
  Status WriteCheckpoint(const StateCheckpoint& checkpoint,
                         const std::vector<TotalRow>& changed) override;
  Sequence LastSequence() const override { return base_.LastSequence(); }
  Status ScanJournal(Sequence first, Sequence last, const JournalVisitor& visitor) const override;
  Status ScanControlEntries(Sequence first, Sequence last,
                            const JournalVisitor& visitor) const override;
  Result<std::string> ChainHashAt(Sequence sequence) const override;
  Result<ChainCheck> CheckChain(Sequence last) const override;
  Result<IndexSummary> SummarizeIndexes(Sequence last) const override;
  Result<bool> ScanTaken(Sequence last, const TakenVisitor& visitor) const override;
  Result<Sequence> SequenceAt(WallMicros time) const override;
  Result<std::optional<StateCheckpoint>> LastCheckpoint(Sequence sequence) const override;
  Status ScanTotals(Sequence checkpoint, std::optional<int> fiscal_year,
                    const TotalVisitor& visitor) const override;
  Result<std::vector<BookingKey>> ListBookings(const BookingRange& range,
                                               const std::optional<BookingKey>& after,
                                               size_t limit) const override;
  Sequence SealedSequence() const override { return base_.SealedSequence(); }
  uint64_t HashOf(const PaymentKeyView& key) const override { return base_.HashOf(key); }
  Result<std::vector<Sequence>> FindPayments(const std::vector<HashedKey>& keys,
                                             const SequenceRange& range) const override;
  Result<JournalItem> ReadEntry(Sequence sequence) const override;
  Result<int64_t> TakenFen(Sequence sequence) const override;
  int64_t SizeBytes() const override { return base_.SizeBytes(); }
  std::string Location() const override { return base_.Location(); }

 private:
  struct StoredCheckpoint {
    StateCheckpoint checkpoint;
    std::vector<TotalRow> changed;
  };

  bool OneIn(int count) const BW_REQUIRES(mutex_);
  Error Fault() const BW_REQUIRES(mutex_);
  Status FlushCheckpoint() const BW_REQUIRES(mutex_);
  std::optional<Error> FailRead() const;
  // Visits to pass before a scan fails; nothing when it does not.
  std::optional<int> VisitsBeforeFault() const;
  template <typename Visited, typename Scan>
  Status FailMidway(const std::function<Status(const Visited&)>& visitor, const Scan& scan) const;

  Store& base_;
  mutable Mutex mutex_;
  mutable std::mt19937_64 engine_ BW_GUARDED_BY(mutex_);
  mutable int64_t fault_count_ BW_GUARDED_BY(mutex_) = 0;
  Odds odds_ BW_GUARDED_BY(mutex_);
  bool killed_ BW_GUARDED_BY(mutex_) = false;
  bool refuses_writes_ BW_GUARDED_BY(mutex_) = false;
  // Failed, but there after the next Reopen().
  std::optional<Commit> kept_commit_ BW_GUARDED_BY(mutex_);
  std::optional<StoredCheckpoint> kept_checkpoint_ BW_GUARDED_BY(mutex_);
  // Succeeded, but not durable yet; goes to the base with the next call of any kind.
  mutable std::optional<StoredCheckpoint> volatile_checkpoint_ BW_GUARDED_BY(mutex_);
};

}  // namespace budgetwatch
