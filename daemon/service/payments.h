#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/committer.h"

namespace budgetwatch {

inline constexpr size_t kMaxBatchEvents = 10'000;

// A recorded event, seen from one of its bookings.
struct RecordedPayment {
  PaymentEntry entry;
  Sequence sequence = 0;
  WallMicros recorded_time = 0;
  std::string booked_project_code;
  Date booked_date;
  int64_t effect_fen = 0;
  int64_t remaining_fen = 0;  // left after refunds and corrections; 0 for a refund
  bool suspended = false;
  bool unmatched = false;
};

// Which payments to list.
struct PaymentFilter {
  int fiscal_year = 0;
  std::string project_code;  // empty: every project
  Date first;
  Date last;
  bool suspended_only = false;
};

struct PaymentPage {
  std::vector<RecordedPayment> payments;
  std::optional<BookingKey> next;  // where the next page starts after
};

// Takes payments and finds them. Thread-safe.
class Payments {
 public:
  Payments(const Ledger& ledger, Committer& committer) : ledger_(ledger), committer_(committer) {}

  // Checks the source and each event, and hands the batch to the committer; `done`
  // is called once, maybe before the return, with one outcome per event.
  // `received_nanos` is the monotonic time at which work on the batch began;
  // `texts` keeps what `source` and `events` refer to, and is let go with the answer.
  // Errors: INVALID_SOURCE, BATCH_TOO_LARGE, and the committer's.
  void Record(std::string_view source, const std::vector<RawPaymentEvent>& events,
              std::shared_ptr<const void> texts, int64_t received_nanos,
              Committer::PaymentsDone done, PaymentCaller caller = {});

  // Errors: PAYMENT_NOT_FOUND, and the store's.
  Result<RecordedPayment> Find(const PaymentKey& key) const;

  // In the order of project, date and sequence. REQUIRES: limit > 0. Errors: the
  // store's.
  Result<PaymentPage> List(const PaymentFilter& filter, const std::optional<BookingKey>& after,
                           size_t limit) const;

 private:
  Result<RecordedPayment> Read(Sequence sequence, bool taken_from) const;
  Result<PaymentPage> ListSuspended(const PaymentFilter& filter,
                                    const std::optional<BookingKey>& after, size_t limit) const;
  Status ReadInto(const std::vector<BookingKey>& keys, PaymentPage* page) const;

  const Ledger& ledger_;
  Committer& committer_;
};

}  // namespace budgetwatch
