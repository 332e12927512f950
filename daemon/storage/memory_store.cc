#include "storage/memory_store.h"

#include <algorithm>

namespace budgetwatch {

void MemoryStore::SetFailing(bool failing) {
  const MutexLock lock(mutex_);
  failing_ = failing;
}

Status MemoryStore::CheckWritable() {
  const MutexLock lock(mutex_);
  if (failing_) return Refusal(Reason::kStoreFailed, "", "the store was told to fail");
  return {};
}

Status MemoryStore::Write(const Commit& commit, WriteCost* /*cost*/) {
  const MutexLock lock(mutex_);
  if (failing_) return Refusal(Reason::kStoreFailed, "", "the store was told to fail");
  BW_CHECK(commit.first_sequence == static_cast<Sequence>(journal_.size()) + 1);
  BW_CHECK(!commit.entries.empty());
  Sequence sequence = commit.first_sequence;
  for (const JournalEntry& entry : commit.entries) {
    journal_.push_back({sequence, commit.recorded_time, entry});
    if (const auto* payment = std::get_if<PaymentEntry>(&entry)) {
      ids_[payment->key().Copy()] = sequence;
      const Bookings bookings = BookingsOf(*payment);
      for (int side = 0; side < bookings.count; ++side) {
        const Booking& booking = bookings.items[side];
        bookings_.insert({booking.date.year(), std::string(booking.project_code), booking.date,
                          sequence, side == 1});
      }
    }
    ++sequence;
  }
  for (const auto& [original, taken_fen] : commit.taken_fen) taken_fen_[original] = taken_fen;
  return {};
}

Status MemoryStore::WriteCheckpoint(const StateCheckpoint& checkpoint,
                                    const std::vector<TotalRow>& changed) {
  const MutexLock lock(mutex_);
  if (failing_) return Refusal(Reason::kStoreFailed, "", "the store was told to fail");
  checkpoints_[checkpoint.sequence] = checkpoint;
  for (const TotalRow& row : changed) {
    totals_[{row.project_code, row.date}][checkpoint.sequence] = row.total;
  }
  return {};
}

Sequence MemoryStore::LastSequence() const {
  const MutexLock lock(mutex_);
  return static_cast<Sequence>(journal_.size());
}

// Visitors run on a copy, so that they may call the store.
std::vector<JournalItem> MemoryStore::CopyOf(Sequence first, Sequence last) const {
  const MutexLock lock(mutex_);
  first = std::max<Sequence>(first, 1);
  last = std::min(last, static_cast<Sequence>(journal_.size()));
  if (first > last) return {};
  return {journal_.begin() + (first - 1), journal_.begin() + last};
}

Status MemoryStore::ScanJournal(Sequence first, Sequence last,
                                const JournalVisitor& visitor) const {
  if (last > LastSequence()) {
    return Refusal(Reason::kDataDamaged, "",
                   "journal sequence " + std::to_string(last) + " is missing");
  }
  for (const JournalItem& item : CopyOf(first, last)) {
    const Status status = visitor(item);
    if (!status.ok()) return status;
  }
  return {};
}

Status MemoryStore::ScanControlEntries(Sequence first, Sequence last,
                                       const JournalVisitor& visitor) const {
  for (const JournalItem& item : CopyOf(first, last)) {
    if (std::holds_alternative<PaymentEntry>(item.entry)) continue;
    const Status status = visitor(item);
    if (!status.ok()) return status;
  }
  return {};
}

Result<IndexSummary> MemoryStore::SummarizeIndexes(Sequence last) const {
  const MutexLock lock(mutex_);
  IndexSummary summary;
  for (const auto& [key, sequence] : ids_) {
    if (sequence <= last) summary.payments.Add(HashOf(key), sequence);
  }
  for (const BookingKey& key : bookings_) summary.booking_count += key.sequence <= last ? 1 : 0;
  return summary;
}

Result<bool> MemoryStore::ScanTaken(Sequence last, const TakenVisitor& visitor) const {
  std::map<Sequence, int64_t> taken_fen;
  {
    const MutexLock lock(mutex_);
    if (static_cast<Sequence>(journal_.size()) > last) return false;
    taken_fen = taken_fen_;
  }
  for (const auto& [payment, amount_fen] : taken_fen) visitor(payment, amount_fen);
  return true;
}

Result<Sequence> MemoryStore::SequenceAt(WallMicros time) const {
  const MutexLock lock(mutex_);
  const auto position = std::upper_bound(
      journal_.begin(), journal_.end(), time,
      [](WallMicros value, const JournalItem& item) { return value < item.recorded_time; });
  return static_cast<Sequence>(position - journal_.begin());
}

Result<std::optional<StateCheckpoint>> MemoryStore::LastCheckpoint(Sequence sequence) const {
  const MutexLock lock(mutex_);
  const auto position = checkpoints_.upper_bound(sequence);
  if (position == checkpoints_.begin()) return std::optional<StateCheckpoint>();
  return std::optional(std::prev(position)->second);
}

Status MemoryStore::ScanTotals(Sequence checkpoint, std::optional<int> fiscal_year,
                               const TotalVisitor& visitor) const {
  std::vector<TotalRow> rows;
  {
    const MutexLock lock(mutex_);
    for (const auto& [cell, versions] : totals_) {
      if (fiscal_year && cell.second.year() != *fiscal_year) continue;
      const auto position = versions.upper_bound(checkpoint);
      if (position == versions.begin()) continue;
      rows.push_back({cell.first, cell.second, std::prev(position)->second});
    }
  }
  for (const TotalRow& row : rows) {
    const Status status = visitor(row);
    if (!status.ok()) return status;
  }
  return {};
}

Result<std::vector<BookingKey>> MemoryStore::ListBookings(const BookingRange& range,
                                                          const std::optional<BookingKey>& after,
                                                          size_t limit) const {
  const MutexLock lock(mutex_);
  std::vector<BookingKey> found;
  for (const BookingKey& key : bookings_) {
    if (found.size() >= limit) break;
    if (key.fiscal_year != range.fiscal_year || key.date < range.first || key.date > range.last) {
      continue;
    }
    if (range.project_code && key.project_code != *range.project_code) continue;
    if (after && key <= *after) continue;
    found.push_back(key);
  }
  return found;
}

Result<std::vector<Sequence>> MemoryStore::FindPayments(const std::vector<HashedKey>& keys,
                                                        const SequenceRange& range) const {
  const MutexLock lock(mutex_);
  std::vector<Sequence> sequences;
  for (const HashedKey& hashed : keys) {
    const auto position = ids_.find(hashed.key);
    const bool found =
        position != ids_.end() && position->second > range.after && position->second <= range.up_to;
    sequences.push_back(found ? position->second : 0);
  }
  return sequences;
}

Result<JournalItem> MemoryStore::ReadEntry(Sequence sequence) const {
  const std::vector<JournalItem> items = CopyOf(sequence, sequence);
  if (items.empty() || items[0].sequence != sequence) {
    return Refusal(Reason::kDataDamaged, "",
                   "journal sequence " + std::to_string(sequence) + " is missing");
  }
  return items[0];
}

Result<int64_t> MemoryStore::TakenFen(Sequence sequence) const {
  const MutexLock lock(mutex_);
  const auto position = taken_fen_.find(sequence);
  return position == taken_fen_.end() ? int64_t{0} : position->second;
}

}  // namespace budgetwatch
