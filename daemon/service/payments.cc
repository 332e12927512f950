#include "service/payments.h"

#include <algorithm>

namespace budgetwatch {

void Payments::Record(std::string_view source, const std::vector<RawPaymentEvent>& events,
                      std::shared_ptr<const void> texts, int64_t received_nanos,
                      Committer::PaymentsDone done, PaymentCaller caller) {
  Status status = CheckSource(source);
  if (status.ok() && events.size() > kMaxBatchEvents) {
    status = Refusal(Reason::kBatchTooLarge, "payments",
                     "the batch holds " + std::to_string(events.size()) +
                         " events; send at most 10,000 at once");
  }
  if (!status.ok()) {
    done(status.error());
    if (caller.group_answered) caller.group_answered();
    return;
  }
  PaymentBatch batch;
  batch.source.assign(source);
  batch.texts = std::move(texts);
  batch.caller = std::move(caller);
  batch.events.reserve(events.size());
  for (const RawPaymentEvent& event : events) batch.events.push_back(NormalizePayment(event));
  batch.parse_nanos = MonotonicNanos() - received_nanos;
  committer_.SubmitPayments(std::move(batch), std::move(done));
}

Result<RecordedPayment> Payments::Read(Sequence sequence, bool taken_from) const {
  auto item = ledger_.store().ReadEntry(sequence);
  if (!item.ok()) return item.error();
  auto* entry = std::get_if<PaymentEntry>(&item.value().entry);
  if (entry == nullptr) {
    return Refusal(Reason::kDataDamaged, "",
                   "journal sequence " + std::to_string(sequence) + " is no payment");
  }
  const auto taken = ledger_.store().TakenFen(sequence);
  if (!taken.ok()) return taken.error();
  RecordedPayment payment;
  payment.sequence = sequence;
  payment.recorded_time = item.value().recorded_time;
  const Bookings bookings = BookingsOf(*entry);
  const Booking& booking = bookings.items[taken_from && bookings.count == 2 ? 1 : 0];
  payment.booked_project_code = std::string(booking.project_code);
  payment.booked_date = booking.date;
  payment.effect_fen = booking.amount_fen;
  const bool refund = entry->event.kind == PaymentKind::kRefund;
  payment.remaining_fen = refund ? 0 : entry->event.amount_fen - taken.value();
  payment.entry = std::move(*entry);
  ledger_.View([&](const LedgerState& state) {
    const int fiscal_year = payment.booked_date.year();
    payment.suspended = !state.plans().IsCarried(fiscal_year, payment.booked_project_code);
    if (!refund) return;
    const auto waiting = state.unmatched_refunds().find(
        PaymentKeyView(payment.entry.source, payment.entry.event.original_payment_id));
    if (waiting == state.unmatched_refunds().end()) return;
    payment.unmatched = std::any_of(
        waiting->second.begin(), waiting->second.end(),
        [sequence](const UnmatchedRefund& other) { return other.sequence == sequence; });
  });
  return payment;
}

Result<RecordedPayment> Payments::Find(const PaymentKey& key) const {
  const auto sequence = ledger_.store().FindPayment(key);
  if (!sequence.ok()) return sequence.error();
  if (!sequence.value()) {
    return Refusal(Reason::kPaymentNotFound, "payment_id",
                   "no payment \"" + key.payment_id + "\" of source \"" + key.source +
                       "\" is recorded; check both");
  }
  return Read(*sequence.value(), false);
}

Status Payments::ReadInto(const std::vector<BookingKey>& keys, PaymentPage* page) const {
  for (const BookingKey& key : keys) {
    auto payment = Read(key.sequence, key.taken_from);
    if (!payment.ok()) return payment.error();
    page->payments.push_back(std::move(payment).value());
  }
  return {};
}

Result<PaymentPage> Payments::List(const PaymentFilter& filter,
                                   const std::optional<BookingKey>& after, size_t limit) const {
  if (filter.suspended_only) return ListSuspended(filter, after, limit);
  BookingRange range{filter.fiscal_year, std::nullopt, filter.first, filter.last};
  if (!filter.project_code.empty()) range.project_code = filter.project_code;
  const auto keys = ledger_.store().ListBookings(range, after, limit + 1);
  if (!keys.ok()) return keys.error();
  PaymentPage page;
  std::vector<BookingKey> shown = keys.value();
  if (shown.size() > limit) {
    shown.resize(limit);
    page.next = shown.back();
  }
  if (const Status status = ReadInto(shown, &page); !status.ok()) return status.error();
  return page;
}

Result<PaymentPage> Payments::ListSuspended(const PaymentFilter& filter,
                                            const std::optional<BookingKey>& after,
                                            size_t limit) const {
  const std::vector<std::string> codes = ledger_.View([&](const LedgerState& state) {
    std::vector<std::string> suspended;
    const YearTotals* totals = state.totals().FindYear(filter.fiscal_year);
    if (totals == nullptr) return suspended;
    for (const auto& [code, project] : *totals) {
      const bool wanted = filter.project_code.empty() || filter.project_code == code;
      if (wanted && !state.plans().IsCarried(filter.fiscal_year, code)) {
        suspended.push_back(code);
      }
    }
    std::sort(suspended.begin(), suspended.end());
    return suspended;
  });
  PaymentPage page;
  std::vector<BookingKey> shown;
  for (const std::string& code : codes) {
    if (shown.size() > limit) break;
    if (after && code < after->project_code) continue;
    const BookingRange range{filter.fiscal_year, code, filter.first, filter.last};
    const bool resumed = after && code == after->project_code;
    const auto keys = ledger_.store().ListBookings(range, resumed ? after : std::nullopt,
                                                   limit + 1 - shown.size());
    if (!keys.ok()) return keys.error();
    shown.insert(shown.end(), keys.value().begin(), keys.value().end());
  }
  if (shown.size() > limit) {
    shown.resize(limit);
    page.next = shown.back();
  }
  if (const Status status = ReadInto(shown, &page); !status.ok()) return status.error();
  return page;
}

}  // namespace budgetwatch
