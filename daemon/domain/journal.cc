#include "domain/journal.h"

namespace budgetwatch {

bool IsFact(const JournalEntry& entry) {
  return ControlOf<WarningEntry>(entry) == nullptr && ControlOf<ReviewEntry>(entry) == nullptr;
}

Bookings BookingsOf(const PaymentEntry& entry) {
  Bookings bookings;
  const PaymentEvent& event = entry.event;
  const int64_t sign = event.kind == PaymentKind::kRefund ? -1 : 1;
  bookings.items[bookings.count++] = {entry.booked_project_code, event.pay_date,
                                      sign * event.amount_fen, 1};
  if (event.kind == PaymentKind::kCorrection) {
    bookings.items[bookings.count++] = {entry.from_project_code, entry.from_date, -event.amount_fen,
                                        entry.takes_rest ? -1 : 0};
  }
  return bookings;
}

}  // namespace budgetwatch
