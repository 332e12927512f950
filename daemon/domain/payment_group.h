#pragma once

#include <absl/container/flat_hash_set.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ledger_state.h"

namespace budgetwatch {

// What the ledger must be able to look up about payments recorded before, by
// itself not held in memory.
class PaymentLookup {
 public:
  virtual ~PaymentLookup() = default;

  // Sequence of each event, 0 for one that is not recorded.
  virtual Result<std::vector<Sequence>> FindPayments(
      const std::vector<PaymentKeyView>& keys) const = 0;

  // The same for one.
  Result<std::optional<Sequence>> FindPayment(const PaymentKey& key) const;

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

  PaymentGroup(const PaymentGroup&) = delete;
  PaymentGroup& operator=(const PaymentGroup&) = delete;

  // Makes room for this many events.
  void Reserve(size_t event_count);

  // Decides one event. `recorded` is what the lookup finds for its key: looking up
  // many at once is quicker. On an error (of the lookup) nothing has changed.
  Result<PaymentOutcome> Decide(const std::string& source, PaymentEvent event, Sequence recorded);

  // The same, looking it up itself.
  Result<PaymentOutcome> Decide(const std::string& source, PaymentEvent event);

  // The entries to write, in order, all of them PaymentEntry. The group is spent
  // afterwards.
  std::vector<JournalEntry> TakeEntries() { return std::move(entries_); }

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

  // Hash and equality of entries by their keys, and of keys themselves.
  struct ByKey {
    using is_transparent = void;
    const std::vector<JournalEntry>* entries;

    PaymentKeyView KeyOf(size_t index) const {
      const auto& entry = std::get<PaymentEntry>((*entries)[index]);
      return {entry.source, entry.event.payment_id};
    }
    static PaymentKeyView KeyOf(const PaymentKeyView& key) { return key; }

    template <typename T>
    size_t operator()(const T& value) const {
      const PaymentKeyView key = KeyOf(value);
      return absl::HashOf(key.source, key.payment_id);
    }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return KeyOf(a) == KeyOf(b);
    }
  };

  // The entry of this group with that key, and its sequence; null when there is none.
  const PaymentEntry* FindHere(const PaymentKeyView& key, Sequence* sequence) const;
  Result<std::optional<PaymentOutcome>> FindRepeated(const std::string& source,
                                                     const PaymentEvent& event,
                                                     Sequence recorded) const;
  Result<std::optional<Original>> FindOriginal(const PaymentKey& key) const;
  bool IsAttributed(const PaymentEntry& entry);
  std::optional<PaymentRefusal> CheckLedgerBounds(const PaymentEvent& event) const;
  Result<std::optional<PaymentRefusal>> BookRefund(PaymentEntry* entry);
  Result<std::optional<PaymentRefusal>> BookCorrection(PaymentEntry* entry);
  Status Take(Sequence original, int64_t amount_fen);
  void MatchWaitingRefunds(Sequence sequence, PaymentEntry* entry);

  const LedgerState& state_;
  const PaymentLookup& lookup_;
  std::vector<JournalEntry> entries_;
  absl::flat_hash_set<size_t, ByKey, ByKey> indexes_;  // of entries_
  // Whether a plan carries a project, by year and code, as far as it was asked.
  std::map<int, StringMap<bool>> attributed_;
  std::map<Sequence, int64_t> taken_fen_;
  int64_t gross_fen_;
  // Unmatched refunds that this group has added or taken out, by original.
  UnmatchedRefunds changed_unmatched_;
};

}  // namespace budgetwatch
