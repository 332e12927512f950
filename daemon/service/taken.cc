#include "service/taken.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/wire.h"

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
  newest_.push_back({payment, amount_fen});
  if (newest_.size() >= kNewestMax) Seal();
}

void TakenSums::Seal() {
  if (newest_.empty()) return;
  std::sort(newest_.begin(), newest_.end(),
            [](const Item& a, const Item& b) { return a.payment < b.payment; });
  std::string run;
  Sequence before = 0;
  for (auto item = newest_.begin(); item != newest_.end();) {
    const Sequence payment = item->payment;
    int64_t amount_fen = 0;
    for (; item != newest_.end() && item->payment == payment; ++item) {
      amount_fen += item->amount_fen;
    }
    AppendVarint(static_cast<uint64_t>(payment - before), &run);
    AppendVarint(ZigZag(amount_fen), &run);
    before = payment;
  }
  run.shrink_to_fit();
  runs_.push_back(std::move(run));
  newest_.clear();
}

TakenSums::Reader TakenSums::Read() {
  Seal();
  return Reader(runs_);
}

TakenSums::Reader::Reader(const std::vector<std::string>& runs) {
  for (const std::string& run : runs) Push({{}, run.data(), run.data() + run.size()});
  Next();
}

void TakenSums::Reader::Push(Tail tail) {
  uint64_t step = 0;
  uint64_t amount = 0;
  if (!ReadVarint(&tail.position, tail.end, &step)) return;
  BW_CHECK(ReadVarint(&tail.position, tail.end, &amount));
  tail.next = {tail.next.payment + static_cast<Sequence>(step), UnZigZag(amount)};
  tails_.push(tail);
}

void TakenSums::Reader::Next() {
  done_ = tails_.empty();
  if (done_) return;
  item_ = {tails_.top().next.payment, 0};
  while (!tails_.empty() && tails_.top().next.payment == item_.payment) {
    const Tail tail = tails_.top();
    tails_.pop();
    item_.amount_fen += tail.next.amount_fen;
    Push(tail);
  }
}

}  // namespace budgetwatch
