#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/ledger_state.h"

namespace budgetwatch {

// What the ledger must be able to look up about payments recorded before, by
// itself not held in memory.
class PaymentLookup {
 public:
  virtual ~PaymentLookup() = default;

  // Sequence of the event, or nothing.
  virtual Result<std::optional<Sequence>> FindPayment(const PaymentKey& key) const = 0;

  // The entry of that sequence. Errors: DATA_DAMAGED when there is none.
  virtual Result<JournalItem> ReadEntry(Sequence sequence) const = 0;

  // What refunds and corrections have taken from the payment of that sequence.
  virtual Result<int64_t> TakenFen(Sequence sequence) const = 0;
};

// What became of an event.
struct PaymentOutcome {
  enum class Kind { kRecorded = 1, kDuplicate = 2, kSuspended = 3, kRejected = 4 };

  Kind kind = Kind::kRejected;
  Sequence sequence = 0;                  // 0 when rejected
  std::optional<PaymentRefusal> refusal;  // when rejected
};

// Decides a group of events that will be written as one commit. Each event sees
// the effects of those before it in the group; the state changes only when the
// caller applies the group's entries to it. Used by one thread.
class PaymentGroup {
 public:
  // Entries get sequences from state.sequence() + 1 on. Both references outlive
  // the group; the state does not change meanwhile.
  PaymentGroup(const LedgerState& state, const PaymentLookup& lookup);

  // Decides one event. On an error (of the lookup) nothing has changed.
  Result<PaymentOutcome> Decide(const std::string& source, const PaymentEvent& event);

  // The entries to write, in order. The group is spent afterwards.
  std::vector<PaymentEntry> TakeEntries() { return std::move(entries_); }

  // New value of what has been taken, by sequence of the payment it is taken from.
  const std::map<Sequence, int64_t>& taken_fen() const { return taken_fen_; }

 private:
  struct Original {
    Sequence sequence = 0;
    PaymentKind kind = PaymentKind::kPayment;
    std::string project_code;
    Date date;
    int64_t remaining_fen = 0;
  };

  Result<std::optional<PaymentOutcome>> FindRepeated(const PaymentKey& key,
                                                     const PaymentEvent& event) const;
  Result<std::optional<Original>> FindOriginal(const PaymentKey& key) const;
  std::optional<PaymentRefusal> CheckLedgerBounds(const PaymentEvent& event) const;
  Result<std::optional<PaymentRefusal>> BookRefund(PaymentEntry* entry);
  Result<std::optional<PaymentRefusal>> BookCorrection(PaymentEntry* entry);
  Status Take(Sequence original, int64_t amount_fen);
  void MatchWaitingRefunds(Sequence sequence, PaymentEntry* entry);

  const LedgerState& state_;
  const PaymentLookup& lookup_;
  std::vector<PaymentEntry> entries_;
  std::unordered_map<PaymentKey, size_t, PaymentKeyHash> index_by_key_;
  std::map<Sequence, int64_t> taken_fen_;
  int64_t gross_fen_;
  // Unmatched refunds that this group has added or taken out, by original.
  UnmatchedRefunds changed_unmatched_;
};

}  // namespace budgetwatch
