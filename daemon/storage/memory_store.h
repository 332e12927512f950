#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "service/store.h"

namespace budgetwatch {

// A store in memory, for tests: nothing survives it, and "durable" means until it
// is destroyed. It keeps to the same contract as every store.
class MemoryStore : public Store {
 public:
  Status Write(const Commit& commit, WriteCost* cost = nullptr) override;
  Status WriteCheckpoint(const StateCheckpoint& checkpoint,
                         const std::vector<TotalRow>& changed) override;
  Status CheckWritable() override;
  Sequence LastSequence() const override;
  Status ScanJournal(Sequence first, Sequence last, const JournalVisitor& visitor) const override;
  Status ScanControlEntries(Sequence first, Sequence last,
                            const JournalVisitor& visitor) const override;
  Result<IndexSummary> SummarizeIndexes(Sequence last) const override;
  Result<bool> ScanTaken(Sequence last, const TakenVisitor& visitor) const override;
  Result<Sequence> SequenceAt(WallMicros time) const override;
  Result<std::optional<StateCheckpoint>> LastCheckpoint(Sequence sequence) const override;
  Status ScanTotals(Sequence checkpoint, std::optional<int> fiscal_year,
                    const TotalVisitor& visitor) const override;
  Result<std::vector<BookingKey>> ListBookings(const BookingRange& range,
                                               const std::optional<BookingKey>& after,
                                               size_t limit) const override;
  uint64_t HashOf(const PaymentKeyView& key) const override { return PaymentKeyHash()(key); }
  Result<std::vector<Sequence>> FindPayments(const std::vector<HashedKey>& keys,
                                             const SequenceRange& range) const override;
  // So that both ways of finding a payment are used.
  Sequence SealedSequence() const override { return LastSequence() / 2; }
  Result<JournalItem> ReadEntry(Sequence sequence) const override;
  Result<int64_t> TakenFen(Sequence sequence) const override;
  int64_t SizeBytes() const override { return 0; }
  std::string Location() const override { return "memory"; }

  // Makes every Write from now on fail, or succeed again. For tests.
  void SetFailing(bool failing);

 private:
  using Cell = std::pair<std::string, Date>;

  std::vector<JournalItem> CopyOf(Sequence first, Sequence last) const;

  mutable Mutex mutex_;
  std::vector<JournalItem> journal_ BW_GUARDED_BY(mutex_);  // [0] has sequence 1
  std::unordered_map<PaymentKey, Sequence, PaymentKeyHash, PaymentKeyEqual> ids_
      BW_GUARDED_BY(mutex_);
  std::set<BookingKey> bookings_ BW_GUARDED_BY(mutex_);
  std::map<Sequence, int64_t> taken_fen_ BW_GUARDED_BY(mutex_);
  std::map<Sequence, StateCheckpoint> checkpoints_ BW_GUARDED_BY(mutex_);
  std::map<Cell, std::map<Sequence, Total>> totals_ BW_GUARDED_BY(mutex_);
  bool failing_ BW_GUARDED_BY(mutex_) = false;
};

}  // namespace budgetwatch
