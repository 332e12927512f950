#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/boxed.h"
#include "base/clock.h"
#include "domain/observation.h"
#include "domain/payment.h"
#include "domain/plan.h"
#include "domain/profile.h"
#include "domain/review.h"
#include "domain/sequence.h"
#include "domain/warning.h"

namespace budgetwatch {

// The journal is the ledger's only truth: every other state is a fold over its
// entries in the order of their sequence, from 1 without gaps. An entry carries
// all that its effect depends on, so that the fold needs nothing else.

// A payment, refund or correction.
struct PaymentEntry {
  MaybeOwnedString source;
  PaymentEvent event;
  // Where it is booked: the event's project, or its original's.
  MaybeOwnedString booked_project_code;
  // The named original; 0 when none is named, or a refund's is not known yet or
  // holds too little.
  Sequence original_sequence = 0;
  // Correction: where the money is taken from, and whether nothing is left there.
  MaybeOwnedString from_project_code;
  Date from_date;
  bool takes_rest = false;
  // Refunds recorded earlier that name this payment and fit into it.
  std::vector<Sequence> matched_refund_sequences;

  PaymentKeyView key() const { return {source, event.payment_id}; }

  friend bool operator==(const PaymentEntry&, const PaymentEntry&) = default;
};

// A plan revision.
struct PlanEntry {
  Plan plan;
  Date effective_date;
  std::string reason;
  std::string document_number;
  int revision_number = 0;  // from 1 within department and year

  friend bool operator==(const PlanEntry&, const PlanEntry&) = default;
};

// The closing of a fiscal year.
struct ClosingEntry {
  int fiscal_year = 0;

  friend bool operator==(const ClosingEntry&, const ClosingEntry&) = default;
};

// The profile that holds from here on.
struct ProfileEntry {
  Profile profile;

  friend bool operator==(const ProfileEntry&, const ProfileEntry&) = default;
};

// Payments are many: the others are boxed, so that an entry is no larger than a payment.
using JournalEntry =
    std::variant<PaymentEntry, Boxed<PlanEntry>, Boxed<WarningEntry>, Boxed<ClosingEntry>,
                 Boxed<ProfileEntry>, Boxed<ObservationEntry>, Boxed<ReviewEntry>>;

// The entry as a `Control`, which is not PaymentEntry; null when it is something else.
template <typename Control>
const Control* ControlOf(const JournalEntry& entry) {
  const auto* boxed = std::get_if<Boxed<Control>>(&entry);
  return boxed == nullptr ? nullptr : &**boxed;
}

// Whether the entry comes from outside. Warnings and reviews follow from facts: what a
// report knows does not change with them.
bool IsFact(const JournalEntry& entry);

// An entry with its place in the journal.
struct JournalItem {
  Sequence sequence = 0;
  WallMicros recorded_time = 0;
  JournalEntry entry;
};

// One effect of a payment entry on the totals.
struct Booking {
  std::string_view project_code;  // a view into the entry
  Date date;
  int64_t amount_fen = 0;
  int64_t payment_count = 0;  // change of the number of payments counted there
};

// The one or two effects of an entry; their amounts are what the totals sum.
struct Bookings {
  Booking items[2];
  int count = 0;

  const Booking* begin() const { return items; }
  const Booking* end() const { return items + count; }
};
Bookings BookingsOf(const PaymentEntry& entry);

}  // namespace budgetwatch
