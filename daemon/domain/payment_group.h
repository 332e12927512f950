#pragma once

#include <absl/container/flat_hash_set.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ledger_state.h"

namespace budgetwatch {

// A key with what HashOf makes of it.
struct HashedKey {
  PaymentKeyView key;
  uint64_t hash;
};

// What the ledger must be able to look up about payments recorded before, by
// itself not held in memory.
class PaymentLookup {
 public:
  virtual ~PaymentLookup() = default;

  // 64 bits of a key, well spread, the same for the life of the lookup. Different keys may
  // share them. Thread-safe.
  virtual uint64_t HashOf(const PaymentKeyView& key) const = 0;

  // Sequence of each event, 0 for one that is not recorded. What is recorded outside the
  // range may be found or not.
  virtual Result<std::vector<Sequence>> FindPayments(const std::vector<HashedKey>& keys,
                                                     const SequenceRange& range) const = 0;

  // The same for one.
  Result<std::optional<Sequence>> FindPayment(const PaymentKeyView& key) const;

  // The entry of that sequence. Errors: DATA_DAMAGED when there is none.
  virtual Result<JournalItem> ReadEntry(Sequence sequence) const = 0;

  // Whether the entry of that sequence is a payment with the content of `event`. Errors:
  // as ReadEntry.
  Result<bool> IsRecordedAs(Sequence sequence, const PaymentEvent& event) const;

  // What refunds and corrections have taken from the payment of that sequence.
  virtual Result<int64_t> TakenFen(Sequence sequence) const = 0;
};

// What became of an event.
struct PaymentOutcome {
  enum class Kind { kRecorded = 1, kDuplicate = 2, kSuspended = 3, kRejected = 4 };

  Kind kind = Kind::kRejected;
  Sequence sequence = 0;                          // 0 when rejected
  std::shared_ptr<const PaymentRefusal> refusal;  // when rejected; null otherwise

  static PaymentOutcome Rejected(PaymentRefusal refusal) {
    return {Kind::kRejected, 0, std::make_shared<const PaymentRefusal>(std::move(refusal))};
  }
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

  // What the lookup tells of an event's key; looking up many at once is quicker.
  struct Known {
    uint64_t key_hash = 0;
    Sequence sequence = 0;     // 0 when it is not recorded
    std::optional<bool> same;  // whether with the same content; empty: not compared yet
  };

  // Decides one event. Its entry borrows what `source` and the event borrow. On an error
  // (of the lookup) nothing has changed.
  Result<PaymentOutcome> Decide(const MaybeOwnedString& source, PaymentEvent event,
                                const Known& known);

  // The same, looking it up itself.
  Result<PaymentOutcome> Decide(const MaybeOwnedString& source, PaymentEvent event);

  // The entries to write, in order, all of them PaymentEntry, and the hashes of their
  // keys. The group is spent afterwards.
  std::vector<JournalEntry> TakeEntries() { return std::move(entries_); }
  std::vector<uint64_t> TakeKeyHashes() { return std::move(key_hashes_); }

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

  // An entry of this group, found by the hash of its key.
  struct Slot {
    uint64_t key_hash;
    size_t index;
  };
  struct SlotHash {
    using is_transparent = void;
    size_t operator()(const Slot& slot) const { return slot.key_hash; }
    size_t operator()(const HashedKey& key) const { return key.hash; }
  };
  struct SlotEqual {
    using is_transparent = void;
    const std::vector<JournalEntry>* entries;

    bool operator()(const Slot& a, const Slot& b) const { return a.index == b.index; }
    bool operator()(const Slot& slot, const HashedKey& key) const {
      return slot.key_hash == key.hash &&
             std::get<PaymentEntry>((*entries)[slot.index]).key() == key.key;
    }
    bool operator()(const HashedKey& key, const Slot& slot) const { return (*this)(slot, key); }
  };

  // The entry of this group with that key, and its sequence; null when there is none.
  const PaymentEntry* FindHere(const HashedKey& key, Sequence* sequence) const;
  Result<std::optional<PaymentOutcome>> FindRepeated(const MaybeOwnedString& source,
                                                     const PaymentEvent& event,
                                                     const Known& known) const;
  Result<std::optional<Original>> FindOriginal(const PaymentKeyView& key) const;
  std::optional<PaymentRefusal> CheckLedgerBounds(const PaymentEvent& event) const;
  Result<std::optional<PaymentRefusal>> BookRefund(Sequence sequence, PaymentEntry* entry);
  Result<std::optional<PaymentRefusal>> BookCorrection(PaymentEntry* entry);
  Status Take(Sequence original, int64_t amount_fen);
  void MatchWaitingRefunds(Sequence sequence, PaymentEntry* entry);

  const LedgerState& state_;
  const PaymentLookup& lookup_;
  std::vector<JournalEntry> entries_;
  std::vector<uint64_t> key_hashes_;                      // of entries_
  absl::flat_hash_set<Slot, SlotHash, SlotEqual> slots_;  // of entries_
  std::map<Sequence, int64_t> taken_fen_;
  int64_t gross_fen_;
  // Unmatched refunds that this group has added or taken out, by original.
  UnmatchedRefunds changed_unmatched_;
};

}  // namespace budgetwatch
