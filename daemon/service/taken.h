#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <vector>

#include "domain/payment_group.h"

namespace budgetwatch {

// Tells what an entry of the journal takes from payments, itself included where it takes
// refunds that came before it. Errors: of the lookup, which holds those refunds.
Status VisitTaken(const PaymentLookup& lookup, Sequence sequence, const PaymentEntry& entry,
                  const std::function<void(Sequence payment, int64_t amount_fen)>& visit);

// Sums of what was taken, by payment. They are kept as sorted, coded runs, 5 to 8 bytes
// for each payment and run that it is in, and 1 MiB for the newest: a ledger with millions
// of refunds is verified beside its work. Thread-compatible.
class TakenSums {
 public:
  struct Item {
    Sequence payment = 0;
    int64_t amount_fen = 0;
  };

  // Reads each payment once, by rising sequence, with the sum of all its runs. The sums
  // outlive it and are left alone while it reads.
  class Reader {
   public:
    explicit Reader(const std::vector<std::string>& runs);

    // The item at hand; null at the end.
    const Item* item() const { return done_ ? nullptr : &item_; }
    void Next();

   private:
    // What is left of a run, behind `next`.
    struct Tail {
      Item next;
      const char* position;
      const char* end;

      bool operator>(const Tail& other) const { return next.payment > other.next.payment; }
    };

    void Push(Tail tail);

    std::priority_queue<Tail, std::vector<Tail>, std::greater<>> tails_;  // least payment first
    Item item_;
    bool done_ = false;
  };

  void Add(Sequence payment, int64_t amount_fen);

  Reader Read();

 private:
  static constexpr size_t kNewestMax = 1u << 16;

  // Makes a run of the newest.
  void Seal();

  std::vector<Item> newest_;
  std::vector<std::string> runs_;
};

}  // namespace budgetwatch
