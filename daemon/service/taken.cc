#include "service/taken.h"

namespace budgetwatch {

Status VisitTaken(const PaymentLookup& lookup, Sequence sequence, const PaymentEntry& entry,
                  const std::function<void(Sequence payment, int64_t amount_fen)>& visit) {
  if (entry.original_sequence != 0) visit(entry.original_sequence, entry.event.amount_fen);
  for (const Sequence refund : entry.matched_refund_sequences) {
    const auto item = lookup.ReadEntry(refund);
    if (!item.ok()) return item.error();
    const auto* matched = std::get_if<PaymentEntry>(&item.value().entry);
    if (matched != nullptr) visit(sequence, matched->event.amount_fen);
  }
  return {};
}

}  // namespace budgetwatch
