#pragma once

#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "domain/journal.h"
#include "domain/plan_book.h"
#include "domain/totals.h"

namespace budgetwatch {

// A refund that names an original which was not recorded when the refund came, or
// held less than the refund.
struct UnmatchedRefund {
  Sequence sequence = 0;
  std::string project_code;  // where it is booked
  Date date;
  int64_t amount_fen = 0;

  friend bool operator==(const UnmatchedRefund&, const UnmatchedRefund&) = default;
};

// By the key of the original that they wait for, each list in order of sequence.
using UnmatchedRefunds =
    std::unordered_map<PaymentKey, std::vector<UnmatchedRefund>, PaymentKeyHash, PaymentKeyEqual>;

// What the journal amounts to, held in memory: the fold of its entries. It keeps
// nothing per payment except unmatched refunds. Thread-compatible.
//
// 1. sequence() is that of the last entry applied.
// 2. totals() sum the bookings of all payment entries applied.
// 3. gross_fen() is the sum of the magnitudes of all payment entries. It is kept
//    within int64_t, so that no sum over any subset of the totals can overflow.
class LedgerState {
 public:
  // Whether the entry can follow at `sequence`. Entries made for this state always
  // can; one read from a store is asked first, since a damaged store must not stop
  // the process. Errors: DATA_DAMAGED.
  Status Check(Sequence sequence, const JournalEntry& entry) const;

  // REQUIRES: Check(sequence, entry).ok().
  void Apply(Sequence sequence, WallMicros recorded_time, const JournalEntry& entry);

  // Where Apply will book a payment, to load what it will change; null where there is
  // nothing yet.
  const ProjectTotals* FindBooked(const JournalEntry& entry) const;

  Sequence sequence() const { return sequence_; }
  // Of the last entry that IsFact: reports of any known_at from here on are the same.
  Sequence last_fact() const { return last_fact_; }
  WallMicros recorded_time() const { return recorded_time_; }
  const Totals& totals() const { return totals_; }
  const PlanBook& plans() const { return plans_; }
  const WarningBook& warnings() const { return warnings_; }
  const ObservationBook& observations() const { return observations_; }
  const ReviewBook& reviews() const { return reviews_; }
  const UnmatchedRefunds& unmatched_refunds() const { return unmatched_refunds_; }
  int64_t gross_fen() const { return gross_fen_; }
  bool IsClosed(int fiscal_year) const { return closed_years_.contains(fiscal_year); }

  // Number of payments, refunds and corrections by fiscal year of their own date.
  const std::map<int, int64_t>& payment_counts() const { return payment_counts_; }

  // The profile in force at a moment; the default one before the first.
  const Profile& ProfileAt(Sequence known_at) const;

  // Starts from a checkpoint instead of from nothing: takes over what the entries
  // up to `sequence` amount to.
  struct Snapshot {
    Sequence sequence = 0;
    WallMicros recorded_time = 0;
    int64_t gross_fen = 0;
    std::map<int, int64_t> payment_counts;
    UnmatchedRefunds unmatched_refunds;
    Totals totals;
    std::vector<JournalItem> control_entries;  // all that are no payments, rising
  };
  // Errors: DATA_DAMAGED when the control entries contradict each other.
  static Result<LedgerState> FromSnapshot(Snapshot snapshot);

 private:
  std::string WhyNot(const JournalEntry& entry) const;
  void ApplyPayment(Sequence sequence, const PaymentEntry& entry);
  void ApplyControl(const JournalItem& item);

  Sequence sequence_ = 0;
  Sequence last_fact_ = 0;
  WallMicros recorded_time_ = 0;
  Totals totals_;
  PlanBook plans_;
  WarningBook warnings_;
  ObservationBook observations_;
  ReviewBook reviews_;
  UnmatchedRefunds unmatched_refunds_;
  std::map<int, int64_t> payment_counts_;
  std::set<int> closed_years_;
  std::vector<std::pair<Sequence, Profile>> profiles_;
  Profile default_profile_;
  int64_t gross_fen_ = 0;
};

}  // namespace budgetwatch
