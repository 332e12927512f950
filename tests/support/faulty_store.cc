#include "support/faulty_store.h"

namespace budgetwatch {

void FaultyStore::SetOdds(const Odds& odds) {
  const MutexLock lock(mutex_);
  odds_ = odds;
}

void FaultyStore::Heal() {
  const MutexLock lock(mutex_);
  if (!kept_commit_ && !killed_) refuses_writes_ = false;
}

void FaultyStore::Kill() {
  const MutexLock lock(mutex_);
  killed_ = true;
}

void FaultyStore::Reopen() {
  const MutexLock lock(mutex_);
  if (OneIn(2)) volatile_checkpoint_.reset();
  BW_CHECK(FlushCheckpoint().ok());
  if (kept_commit_) BW_CHECK(base_.Write(*kept_commit_).ok());
  if (kept_checkpoint_) {
    BW_CHECK(base_.WriteCheckpoint(kept_checkpoint_->checkpoint, kept_checkpoint_->changed).ok());
  }
  kept_commit_.reset();
  kept_checkpoint_.reset();
  killed_ = false;
  refuses_writes_ = false;
}

int64_t FaultyStore::fault_count() const {
  const MutexLock lock(mutex_);
  return fault_count_;
}

bool FaultyStore::OneIn(int count) const {
  return count > 0 && engine_() % static_cast<uint64_t>(count) == 0;
}

Error FaultyStore::Fault() const {
  ++fault_count_;
  return Refusal(Reason::kStoreFailed, "", "the medium failed");
}

Status FaultyStore::FlushCheckpoint() const {
  if (!volatile_checkpoint_) return {};
  const StoredCheckpoint stored = *std::exchange(volatile_checkpoint_, std::nullopt);
  return base_.WriteCheckpoint(stored.checkpoint, stored.changed);
}

Status FaultyStore::Write(const Commit& commit, WriteCost* cost) {
  const MutexLock lock(mutex_);
  if (killed_ || refuses_writes_) return Fault();
  if (const Status status = FlushCheckpoint(); !status.ok()) return status;
  if (!OneIn(odds_.writes)) return base_.Write(commit, cost);
  // One third is known to have written nothing; of the rest, half is there later.
  refuses_writes_ = !OneIn(3);
  if (refuses_writes_ && OneIn(2)) kept_commit_ = commit;
  return Fault();
}

Status FaultyStore::WriteCheckpoint(const StateCheckpoint& checkpoint,
                                    const std::vector<TotalRow>& changed) {
  const MutexLock lock(mutex_);
  if (killed_ || refuses_writes_) return Fault();
  if (const Status status = FlushCheckpoint(); !status.ok()) return status;
  if (OneIn(odds_.checkpoints)) {
    if (OneIn(2)) kept_checkpoint_ = {checkpoint, changed};
    return Fault();
  }
  // A checkpoint of the same moment takes the place of one that failed.
  kept_checkpoint_.reset();
  volatile_checkpoint_ = {checkpoint, changed};
  return {};
}

std::optional<Error> FaultyStore::FailRead() const {
  const MutexLock lock(mutex_);
  if (killed_ || OneIn(odds_.reads)) return Fault();
  if (const Status status = FlushCheckpoint(); !status.ok()) return status.error();
  return std::nullopt;
}

std::optional<int> FaultyStore::VisitsBeforeFault() const {
  if (!FailRead()) return std::nullopt;
  const MutexLock lock(mutex_);
  return static_cast<int>(engine_() % 8);
}

template <typename Visited, typename Scan>
Status FaultyStore::FailMidway(const std::function<Status(const Visited&)>& visitor,
                               const Scan& scan) const {
  const std::optional<int> visits = VisitsBeforeFault();
  if (!visits) return scan(visitor);
  const Error error = Refusal(Reason::kStoreFailed, "", "the medium failed");
  int left = *visits;
  const Status status = scan([&](const Visited& visited) -> Status {
    if (left-- == 0) return error;
    return visitor(visited);
  });
  return status.ok() ? Status(error) : status;
}

Status FaultyStore::ScanJournal(Sequence first, Sequence last,
                                const JournalVisitor& visitor) const {
  return FailMidway<JournalItem>(
      visitor, [&](const JournalVisitor& inner) { return base_.ScanJournal(first, last, inner); });
}

Status FaultyStore::ScanControlEntries(Sequence first, Sequence last,
                                       const JournalVisitor& visitor) const {
  return FailMidway<JournalItem>(visitor, [&](const JournalVisitor& inner) {
    return base_.ScanControlEntries(first, last, inner);
  });
}

Result<std::string> FaultyStore::ChainHashAt(Sequence sequence) const {
  if (auto error = FailRead()) return *std::move(error);
  return base_.ChainHashAt(sequence);
}

Result<ChainCheck> FaultyStore::CheckChain(Sequence last) const {
  if (auto error = FailRead()) return *std::move(error);
  return base_.CheckChain(last);
}

Result<IndexSummary> FaultyStore::SummarizeIndexes(Sequence last) const {
  if (auto error = FailRead()) return *std::move(error);
  return base_.SummarizeIndexes(last);
}

Result<bool> FaultyStore::ScanTaken(Sequence last, const TakenVisitor& visitor) const {
  if (auto error = FailRead()) return *std::move(error);
  return base_.ScanTaken(last, visitor);
}

Result<Sequence> FaultyStore::SequenceAt(WallMicros time) const {
  if (auto error = FailRead()) return *std::move(error);
  return base_.SequenceAt(time);
}

Result<std::optional<StateCheckpoint>> FaultyStore::LastCheckpoint(Sequence sequence) const {
  if (auto error = FailRead()) return *std::move(error);
  return base_.LastCheckpoint(sequence);
}

Status FaultyStore::ScanTotals(Sequence checkpoint, std::optional<int> fiscal_year,
                               const TotalVisitor& visitor) const {
  return FailMidway<TotalRow>(visitor, [&](const TotalVisitor& inner) {
    return base_.ScanTotals(checkpoint, fiscal_year, inner);
  });
}

Result<std::vector<BookingKey>> FaultyStore::ListBookings(const BookingRange& range,
                                                          const std::optional<BookingKey>& after,
                                                          size_t limit) const {
  if (auto error = FailRead()) return *std::move(error);
  return base_.ListBookings(range, after, limit);
}

Result<std::vector<Sequence>> FaultyStore::FindPayments(const std::vector<HashedKey>& keys,
                                                        const SequenceRange& range) const {
  if (auto error = FailRead()) return *std::move(error);
  return base_.FindPayments(keys, range);
}

Result<JournalItem> FaultyStore::ReadEntry(Sequence sequence) const {
  if (auto error = FailRead()) return *std::move(error);
  return base_.ReadEntry(sequence);
}

Result<int64_t> FaultyStore::TakenFen(Sequence sequence) const {
  if (auto error = FailRead()) return *std::move(error);
  return base_.TakenFen(sequence);
}

}  // namespace budgetwatch
