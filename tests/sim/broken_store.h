#pragma once

#include "storage/memory_store.h"

namespace budgetwatch {

// A store that breaks its promise once in so many calls: what the auditor must see.
class BrokenStore : public MemoryStore {
 public:
  enum class Flaw {
    kDropsEntry,       // the last entry of a commit is not kept
    kDoublesEntry,     // one payment of a commit is kept twice, another one not
    kChangesAmount,    // a payment is kept with one fen more
    kForgetsId,        // a payment is not found by its id
    kForgetsTaken,     // what was taken from a payment is not found
    kForgetsBooking,   // a booking is not listed
    kDropsTotal,       // a checkpoint lacks one total
    kShiftsTime,       // a commit is kept with an earlier time
    kForgetsUnmatched  // a checkpoint lacks the unmatched refunds
  };

  BrokenStore(Flaw flaw, int interval) : flaw_(flaw), interval_(interval) {}

  Status Write(const Commit& commit, WriteCost* cost = nullptr) override {
    Commit kept = commit;
    auto* last = std::get_if<PaymentEntry>(&kept.entries.back());
    if (flaw_ == Flaw::kShiftsTime && IsDue()) kept.recorded_time -= 100'000'000;
    if (kept.entries.size() > 1 && flaw_ == Flaw::kDropsEntry && IsDue()) kept.entries.pop_back();
    if (kept.entries.size() > 1 && flaw_ == Flaw::kDoublesEntry && IsDue()) {
      kept.entries.back() = kept.entries.front();
    }
    if (last != nullptr && flaw_ == Flaw::kChangesAmount && IsDue()) ++last->event.amount_fen;
    return MemoryStore::Write(kept, cost);
  }

  Status WriteCheckpoint(const StateCheckpoint& checkpoint,
                         const std::vector<TotalRow>& changed) override {
    std::vector<TotalRow> kept = changed;
    if (!kept.empty() && flaw_ == Flaw::kDropsTotal && IsDue()) kept.pop_back();
    StateCheckpoint summed = checkpoint;
    if (flaw_ == Flaw::kForgetsUnmatched && IsDue()) summed.unmatched_refunds.clear();
    return MemoryStore::WriteCheckpoint(summed, kept);
  }

  Result<std::vector<Sequence>> FindPayments(const std::vector<HashedKey>& keys,
                                             const SequenceRange& range) const override {
    auto found = MemoryStore::FindPayments(keys, range);
    if (!found.ok()) return found;
    for (Sequence& sequence : found.value()) {
      if (sequence != 0 && flaw_ == Flaw::kForgetsId && IsDue()) sequence = 0;
    }
    return found;
  }

  Result<bool> ScanTaken(Sequence last, const TakenVisitor& visitor) const override {
    return MemoryStore::ScanTaken(last, [&](Sequence payment, int64_t taken_fen) {
      visitor(payment, flaw_ == Flaw::kForgetsTaken && IsDue() ? 0 : taken_fen);
    });
  }

  Result<int64_t> TakenFen(Sequence sequence) const override {
    const auto taken = MemoryStore::TakenFen(sequence);
    if (taken.ok() && taken.value() > 0 && flaw_ == Flaw::kForgetsTaken && IsDue()) {
      return int64_t{0};
    }
    return taken;
  }

  Result<std::vector<BookingKey>> ListBookings(const BookingRange& range,
                                               const std::optional<BookingKey>& after,
                                               size_t limit) const override {
    auto found = MemoryStore::ListBookings(range, after, limit);
    if (found.ok() && !found.value().empty() && flaw_ == Flaw::kForgetsBooking && IsDue()) {
      found.value().erase(found.value().begin());
    }
    return found;
  }

 private:
  bool IsDue() const { return ++count_ % interval_ == 0; }

  const Flaw flaw_;
  const int interval_;
  mutable int count_ = 0;
};

}  // namespace budgetwatch
