#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "domain/payment_group.h"

namespace budgetwatch {

// Tells what an entry of the journal takes from payments, itself included where it takes
// refunds that came before it. Errors: of the lookup, which holds those refunds.
Status VisitTaken(const PaymentLookup& lookup, Sequence sequence, const PaymentEntry& entry,
                  const std::function<void(Sequence payment, int64_t amount_fen)>& visit);

// Sums of what was taken, by payment: 16 bytes for each payment, and up to three times
// that while it grows, so that a ledger with millions of refunds can be verified beside its
// work. Thread-compatible.
class TakenSums {
 public:
  struct Item {
    Sequence payment = 0;
    int64_t amount_fen = 0;
  };

  void Add(Sequence payment, int64_t amount_fen);

  // Each payment once, by rising sequence.
  const std::vector<Item>& Sorted();

 private:
  // Items that are not in order, before they are put in order anyway.
  static constexpr size_t kUnsortedMin = 1u << 16;

  std::vector<Item> items_;
  size_t sorted_count_ = 0;  // of the first items
};

}  // namespace budgetwatch
