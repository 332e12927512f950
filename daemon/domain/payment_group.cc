#include "domain/payment_group.h"

#include "domain/money.h"

namespace budgetwatch {
namespace {

PaymentRefusal Refuse(Reason reason, std::string_view field, std::string message) {
  return {reason, std::string(field), std::move(message)};
}

PaymentRefusal YearClosed(int fiscal_year, std::string_view field) {
  return Refuse(Reason::kFiscalYearClosed, field,
                "fiscal year " + std::to_string(fiscal_year) +
                    " is closed; book the payment in an open year");
}

std::string Yuan(int64_t amount_fen) { return FormatYuan(amount_fen, true) + " yuan"; }

}  // namespace

Result<std::optional<Sequence>> PaymentLookup::FindPayment(const PaymentKeyView& key) const {
  const auto found = FindPayments({{key, HashOf(key)}}, {});
  if (!found.ok()) return found.error();
  const Sequence sequence = found.value().front();
  return sequence == 0 ? std::nullopt : std::optional(sequence);
}

Result<bool> PaymentLookup::IsRecordedAs(Sequence sequence, const PaymentEvent& event) const {
  const auto item = ReadEntry(sequence);
  if (!item.ok()) return item.error();
  const auto* entry = std::get_if<PaymentEntry>(&item.value().entry);
  return entry != nullptr && entry->event == event;
}

PaymentGroup::PaymentGroup(const LedgerState& state, const PaymentLookup& lookup)
    : state_(state),
      lookup_(lookup),
      slots_(0, SlotHash(), SlotEqual{&entries_}),
      gross_fen_(state.gross_fen()) {}

void PaymentGroup::Reserve(size_t event_count) {
  entries_.reserve(event_count);
  key_hashes_.reserve(event_count);
  slots_.reserve(event_count);
}

Result<PaymentOutcome> PaymentGroup::Decide(const MaybeOwnedString& source, PaymentEvent event) {
  const PaymentKeyView key{source, event.payment_id};
  const uint64_t hash = lookup_.HashOf(key);
  const auto found = lookup_.FindPayments({{key, hash}}, {});
  if (!found.ok()) return found.error();
  return Decide(source, std::move(event), {hash, found.value().front(), std::nullopt});
}

Result<PaymentOutcome> PaymentGroup::Decide(const MaybeOwnedString& source, PaymentEvent event,
                                            const Known& known) {
  auto repeated = FindRepeated(source, event, known);
  if (!repeated.ok()) return repeated.error();
  if (repeated.value()) return *std::move(repeated).value();

  if (auto refusal = CheckLedgerBounds(event)) return PaymentOutcome::Rejected(*refusal);

  // Where it stays, unless it is rejected.
  auto& entry = std::get<PaymentEntry>(entries_.emplace_back(std::in_place_type<PaymentEntry>));
  const Sequence sequence = state_.sequence() + static_cast<Sequence>(entries_.size());
  entry.source = source.Share();
  entry.booked_project_code = event.project_code.Share();
  entry.event = std::move(event);
  const PaymentKind kind = entry.event.kind;
  Result<std::optional<PaymentRefusal>> booked = std::optional<PaymentRefusal>();
  if (kind == PaymentKind::kRefund && !entry.event.original_payment_id.empty()) {
    booked = BookRefund(sequence, &entry);
  } else if (kind == PaymentKind::kCorrection) {
    booked = BookCorrection(&entry);
  }
  if (!booked.ok() || booked.value()) {
    entries_.pop_back();
    if (!booked.ok()) return booked.error();
    return PaymentOutcome::Rejected(*std::move(booked).value());
  }

  if (kind != PaymentKind::kRefund) MatchWaitingRefunds(sequence, &entry);
  gross_fen_ += entry.event.amount_fen;

  const bool attributed =
      state_.plans().IsCarried(entry.event.pay_date.year(), entry.booked_project_code);
  key_hashes_.push_back(known.key_hash);
  slots_.insert({known.key_hash, entries_.size() - 1});
  return PaymentOutcome{
      attributed ? PaymentOutcome::Kind::kRecorded : PaymentOutcome::Kind::kSuspended, sequence,
      nullptr};
}

const PaymentEntry* PaymentGroup::FindHere(const HashedKey& key, Sequence* sequence) const {
  const auto position = slots_.find(key);
  if (position == slots_.end()) return nullptr;
  *sequence = state_.sequence() + static_cast<Sequence>(position->index) + 1;
  return &std::get<PaymentEntry>(entries_[position->index]);
}

Result<std::optional<PaymentOutcome>> PaymentGroup::FindRepeated(const MaybeOwnedString& source,
                                                                 const PaymentEvent& event,
                                                                 const Known& known) const {
  Sequence sequence = known.sequence;
  bool same = false;
  if (const PaymentEntry* here =
          FindHere({{source, event.payment_id}, known.key_hash}, &sequence)) {
    same = here->event == event;
  } else if (sequence == 0) {
    return std::optional<PaymentOutcome>();
  } else if (known.same) {
    same = *known.same;
  } else {
    const auto compared = lookup_.IsRecordedAs(sequence, event);
    if (!compared.ok()) return compared.error();
    same = compared.value();
  }
  if (same) {
    return std::optional(PaymentOutcome{PaymentOutcome::Kind::kDuplicate, sequence, nullptr});
  }
  return std::optional(PaymentOutcome::Rejected(
      Refuse(Reason::kPaymentIdConflict, "payment_id",
             "payment_id \"" + event.payment_id.str() + "\" of source \"" + source.str() +
                 "\" was recorded with other content (sequence " + std::to_string(sequence) +
                 "); send changes as a correction with an id of its own")));
}

std::optional<PaymentRefusal> PaymentGroup::CheckLedgerBounds(const PaymentEvent& event) const {
  if (state_.IsClosed(event.pay_date.year())) return YearClosed(event.pay_date.year(), "pay_date");
  int64_t gross_fen = 0;
  if (!CheckedAdd(gross_fen_, event.amount_fen, &gross_fen)) {
    return Refuse(Reason::kAmountOutOfRange, "amount_fen",
                  "the sum of all amounts in the ledger would pass its range; check the amount");
  }
  return std::nullopt;
}

Result<std::optional<PaymentGroup::Original>> PaymentGroup::FindOriginal(
    const PaymentKeyView& key) const {
  Original original;
  PaymentEntry entry;
  const HashedKey hashed{key, lookup_.HashOf(key)};
  if (const PaymentEntry* here = FindHere(hashed, &original.sequence)) {
    entry = *here;
  } else {
    const auto found = lookup_.FindPayments({hashed}, {});
    if (!found.ok()) return found.error();
    original.sequence = found.value().front();
    if (original.sequence == 0) return std::optional<Original>();
    auto item = lookup_.ReadEntry(original.sequence);
    if (!item.ok()) return item.error();
    auto* recorded = std::get_if<PaymentEntry>(&item.value().entry);
    if (recorded == nullptr) {
      return Refusal(Reason::kDataDamaged, "",
                     "the index of payments points to sequence " +
                         std::to_string(original.sequence) + ", which is no payment");
    }
    entry = std::move(*recorded);
  }
  int64_t taken_fen = 0;
  if (const auto position = taken_fen_.find(original.sequence); position != taken_fen_.end()) {
    taken_fen = position->second;
  } else {
    const auto taken = lookup_.TakenFen(original.sequence);
    if (!taken.ok()) return taken.error();
    taken_fen = taken.value();
  }
  original.kind = entry.event.kind;
  original.project_code = entry.booked_project_code.str();
  original.date = entry.event.pay_date;
  original.remaining_fen = entry.event.amount_fen - taken_fen;
  return std::optional(original);
}

Status PaymentGroup::Take(Sequence original, int64_t amount_fen) {
  if (const auto position = taken_fen_.find(original); position != taken_fen_.end()) {
    position->second += amount_fen;
    return {};
  }
  const auto taken = lookup_.TakenFen(original);
  if (!taken.ok()) return taken.error();
  taken_fen_[original] = taken.value() + amount_fen;
  return {};
}

Result<std::optional<PaymentRefusal>> PaymentGroup::BookRefund(Sequence sequence,
                                                               PaymentEntry* entry) {
  const PaymentEvent& event = entry->event;
  using Refused = std::optional<PaymentRefusal>;
  if (event.original_payment_id == event.payment_id) {
    return Refused(Refuse(Reason::kOriginalNotAPayment, "original_payment_id",
                          "the refund names itself; name the payment that the money came back of"));
  }
  const auto found = FindOriginal({entry->source, event.original_payment_id});
  if (!found.ok()) return found.error();
  if (!found.value()) {
    if (event.project_code.empty()) {
      return Refused(Refuse(Reason::kMissingProjectCode, "project_code",
                            "the original is not recorded yet, so the refund must name its "
                            "project_code"));
    }
    const PaymentKey original_key{entry->source.str(), event.original_payment_id.str()};
    auto& waiting = changed_unmatched_;
    if (!waiting.contains(original_key)) {
      const auto position = state_.unmatched_refunds().find(original_key);
      waiting[original_key] = position == state_.unmatched_refunds().end()
                                  ? std::vector<UnmatchedRefund>()
                                  : position->second;
    }
    waiting[original_key].push_back(
        {sequence, entry->booked_project_code.str(), event.pay_date, event.amount_fen});
    return Refused();
  }
  const Original& original = *found.value();
  if (original.kind == PaymentKind::kRefund) {
    return Refused(Refuse(Reason::kOriginalNotAPayment, "original_payment_id",
                          "\"" + event.original_payment_id.str() +
                              "\" is a refund itself; name the payment that it refunds"));
  }
  if (event.project_code.empty()) entry->booked_project_code = original.project_code;
  if (entry->booked_project_code != original.project_code) {
    return Refused(Refuse(Reason::kOriginalProjectMismatch, "project_code",
                          "\"" + event.original_payment_id.str() + "\" is booked on " +
                              original.project_code + ", not on " + event.project_code.str() +
                              "; refund it there, or leave project_code empty"));
  }
  if (event.amount_fen > original.remaining_fen) {
    return Refused(Refuse(Reason::kRefundExceedsPayment, "amount_fen",
                          "of \"" + event.original_payment_id.str() + "\" only " +
                              Yuan(original.remaining_fen) + " is left to refund, not " +
                              Yuan(event.amount_fen)));
  }
  entry->original_sequence = original.sequence;
  if (const Status status = Take(original.sequence, event.amount_fen); !status.ok()) {
    return status.error();
  }
  return Refused();
}

Result<std::optional<PaymentRefusal>> PaymentGroup::BookCorrection(PaymentEntry* entry) {
  const PaymentEvent& event = entry->event;
  using Refused = std::optional<PaymentRefusal>;
  const auto found = FindOriginal({entry->source, event.original_payment_id});
  if (!found.ok()) return found.error();
  if (!found.value()) {
    return Refused(Refuse(Reason::kOriginalNotFound, "original_payment_id",
                          "no payment \"" + event.original_payment_id.str() + "\" of source \"" +
                              entry->source.str() +
                              "\" is recorded; send it before its correction"));
  }
  const Original& original = *found.value();
  if (state_.IsClosed(original.date.year())) {
    return Refused(YearClosed(original.date.year(), "original_payment_id"));
  }
  if (original.kind == PaymentKind::kRefund) {
    return Refused(Refuse(Reason::kOriginalNotAPayment, "original_payment_id",
                          "\"" + event.original_payment_id.str() +
                              "\" is a refund; only payments and corrections can be moved"));
  }
  if (event.amount_fen > original.remaining_fen) {
    return Refused(Refuse(Reason::kCorrectionExceedsPayment, "amount_fen",
                          "of \"" + event.original_payment_id.str() + "\" only " +
                              Yuan(original.remaining_fen) + " is left to move, not " +
                              Yuan(event.amount_fen)));
  }
  if (original.project_code == event.project_code && original.date == event.pay_date) {
    return Refused(Refuse(Reason::kCorrectionWithoutChange, "project_code",
                          "the money is on that project and date already"));
  }
  entry->original_sequence = original.sequence;
  entry->from_project_code = original.project_code;
  entry->from_date = original.date;
  entry->takes_rest = event.amount_fen == original.remaining_fen;
  if (const Status status = Take(original.sequence, event.amount_fen); !status.ok()) {
    return status.error();
  }
  return Refused();
}

void PaymentGroup::MatchWaitingRefunds(Sequence sequence, PaymentEntry* entry) {
  // Refunds seldom wait, and the key would be hashed for nothing.
  if (changed_unmatched_.empty() && state_.unmatched_refunds().empty()) return;
  const PaymentKeyView key = entry->key();
  auto changed = changed_unmatched_.find(key);
  if (changed == changed_unmatched_.end()) {
    const auto position = state_.unmatched_refunds().find(key);
    if (position == state_.unmatched_refunds().end()) return;
    changed = changed_unmatched_.emplace(key.Copy(), position->second).first;
  }
  int64_t remaining_fen = entry->event.amount_fen;
  std::erase_if(changed->second, [&](const UnmatchedRefund& refund) {
    const bool fits =
        refund.project_code == entry->booked_project_code && refund.amount_fen <= remaining_fen;
    if (!fits) return false;
    remaining_fen -= refund.amount_fen;
    entry->matched_refund_sequences.push_back(refund.sequence);
    return true;
  });
  if (remaining_fen < entry->event.amount_fen) {
    taken_fen_[sequence] = entry->event.amount_fen - remaining_fen;
  }
}

}  // namespace budgetwatch
