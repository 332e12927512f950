#include "service/taken.h"

#include <algorithm>

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

void TakenSums::Add(Sequence payment, int64_t amount_fen) {
  items_.push_back({payment, amount_fen});
  if (items_.size() - sorted_count_ >= std::max(kUnsortedMin, sorted_count_ / 2)) Sorted();
}

const std::vector<TakenSums::Item>& TakenSums::Sorted() {
  const auto before = [](const Item& a, const Item& b) { return a.payment < b.payment; };
  const auto middle = items_.begin() + static_cast<ptrdiff_t>(sorted_count_);
  std::sort(middle, items_.end(), before);
  std::inplace_merge(items_.begin(), middle, items_.end(), before);
  size_t kept = 0;
  for (const Item& item : items_) {
    if (kept > 0 && items_[kept - 1].payment == item.payment) {
      items_[kept - 1].amount_fen += item.amount_fen;
    } else {
      items_[kept++] = item;
    }
  }
  items_.resize(kept);
  sorted_count_ = kept;
  return items_;
}

}  // namespace budgetwatch
