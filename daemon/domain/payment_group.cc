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

Result<std::optional<Sequence>> PaymentLookup::FindPayment(const PaymentKey& key) const {
  const auto found = FindPayments({{key.source, key.payment_id}});
  if (!found.ok()) return found.error();
  const Sequence sequence = found.value().front();
  return sequence == 0 ? std::nullopt : std::optional(sequence);
}

PaymentGroup::PaymentGroup(const LedgerState& state, const PaymentLookup& lookup)
    : state_(state),
      lookup_(lookup),
      indexes_(0, ByKey{&entries_}, ByKey{&entries_}),
      gross_fen_(state.gross_fen()) {}

void PaymentGroup::Reserve(size_t event_count) {
  entries_.reserve(event_count);
  indexes_.reserve(event_count);
}

Result<PaymentOutcome> PaymentGroup::Decide(const std::string& source, PaymentEvent event) {
  const auto found = lookup_.FindPayment({source, event.payment_id});
  if (!found.ok()) return found.error();
  return Decide(source, std::move(event), found.value().value_or(0));
}

Result<PaymentOutcome> PaymentGroup::Decide(const std::string& source, PaymentEvent event,
                                            Sequence recorded) {
  auto repeated = FindRepeated(source, event, recorded);
  if (!repeated.ok()) return repeated.error();
  if (repeated.value()) return *std::move(repeated).value();

  const auto rejected = [](PaymentRefusal refusal) {
    return PaymentOutcome{PaymentOutcome::Kind::kRejected, 0, std::move(refusal)};
  };
  if (auto refusal = CheckLedgerBounds(event)) return rejected(*std::move(refusal));

  PaymentEntry entry;
  entry.source = source;
  entry.booked_project_code = event.project_code;
  entry.event = std::move(event);
  const PaymentKind kind = entry.event.kind;
  Result<std::optional<PaymentRefusal>> booked = std::optional<PaymentRefusal>();
  if (kind == PaymentKind::kRefund && !entry.event.original_payment_id.empty()) {
    booked = BookRefund(&entry);
  } else if (kind == PaymentKind::kCorrection) {
    booked = BookCorrection(&entry);
  }
  if (!booked.ok()) return booked.error();
  if (booked.value()) return rejected(*std::move(booked).value());

  const Sequence sequence = state_.sequence() + static_cast<Sequence>(entries_.size()) + 1;
  if (kind != PaymentKind::kRefund) MatchWaitingRefunds(sequence, &entry);
  gross_fen_ += entry.event.amount_fen;

  const bool attributed = IsAttributed(entry);
  entries_.push_back(std::move(entry));
  indexes_.insert(entries_.size() - 1);
  return PaymentOutcome{
      attributed ? PaymentOutcome::Kind::kRecorded : PaymentOutcome::Kind::kSuspended, sequence,
      std::nullopt};
}

bool PaymentGroup::IsAttributed(const PaymentEntry& entry) {
  const int fiscal_year = entry.event.pay_date.year();
  const auto [known, added] =
      attributed_[fiscal_year].try_emplace(entry.booked_project_code, false);
  if (added) {
    known->second = state_.plans().Carrier(fiscal_year, entry.booked_project_code,
                                           Date::LastOfYear(fiscal_year), kKnownNow) != nullptr;
  }
  return known->second;
}

const PaymentEntry* PaymentGroup::FindHere(const PaymentKeyView& key, Sequence* sequence) const {
  const auto position = indexes_.find(key);
  if (position == indexes_.end()) return nullptr;
  *sequence = state_.sequence() + static_cast<Sequence>(*position) + 1;
  return &std::get<PaymentEntry>(entries_[*position]);
}

Result<std::optional<PaymentOutcome>> PaymentGroup::FindRepeated(const std::string& source,
                                                                 const PaymentEvent& event,
                                                                 Sequence recorded) const {
  Sequence sequence = recorded;
  bool same = false;
  if (const PaymentEntry* here = FindHere({source, event.payment_id}, &sequence)) {
    same = here->event == event;
  } else if (recorded == 0) {
    return std::optional<PaymentOutcome>();
  } else {
    const auto item = lookup_.ReadEntry(sequence);
    if (!item.ok()) return item.error();
    const auto* entry = std::get_if<PaymentEntry>(&item.value().entry);
    same = entry != nullptr && entry->event == event;
  }
  if (same) {
    return std::optional(PaymentOutcome{PaymentOutcome::Kind::kDuplicate, sequence, std::nullopt});
  }
  return std::optional(PaymentOutcome{
      PaymentOutcome::Kind::kRejected, 0,
      Refuse(Reason::kPaymentIdConflict, "payment_id",
             "payment_id \"" + event.payment_id + "\" of source \"" + source +
                 "\" was recorded with other content (sequence " + std::to_string(sequence) +
                 "); send changes as a correction with an id of its own")});
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
    const PaymentKey& key) const {
  Original original;
  PaymentEntry entry;
  if (const PaymentEntry* here = FindHere({key.source, key.payment_id}, &original.sequence)) {
    entry = *here;
  } else {
    const auto found = lookup_.FindPayment(key);
    if (!found.ok()) return found.error();
    if (!found.value()) return std::optional<Original>();
    original.sequence = *found.value();
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
  original.project_code = entry.booked_project_code;
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

Result<std::optional<PaymentRefusal>> PaymentGroup::BookRefund(PaymentEntry* entry) {
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
    const PaymentKey original_key{entry->source, event.original_payment_id};
    auto& waiting = changed_unmatched_;
    if (!waiting.contains(original_key)) {
      const auto position = state_.unmatched_refunds().find(original_key);
      waiting[original_key] = position == state_.unmatched_refunds().end()
                                  ? std::vector<UnmatchedRefund>()
                                  : position->second;
    }
    const Sequence sequence = state_.sequence() + static_cast<Sequence>(entries_.size()) + 1;
    waiting[original_key].push_back(
        {sequence, entry->booked_project_code, event.pay_date, event.amount_fen});
    return Refused();
  }
  const Original& original = *found.value();
  if (original.kind == PaymentKind::kRefund) {
    return Refused(Refuse(Reason::kOriginalNotAPayment, "original_payment_id",
                          "\"" + event.original_payment_id +
                              "\" is a refund itself; name the payment that it refunds"));
  }
  if (event.project_code.empty()) entry->booked_project_code = original.project_code;
  if (entry->booked_project_code != original.project_code) {
    return Refused(Refuse(Reason::kOriginalProjectMismatch, "project_code",
                          "\"" + event.original_payment_id + "\" is booked on " +
                              original.project_code + ", not on " + event.project_code +
                              "; refund it there, or leave project_code empty"));
  }
  if (event.amount_fen > original.remaining_fen) {
    return Refused(Refuse(Reason::kRefundExceedsPayment, "amount_fen",
                          "of \"" + event.original_payment_id + "\" only " +
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
                          "no payment \"" + event.original_payment_id + "\" of source \"" +
                              entry->source + "\" is recorded; send it before its correction"));
  }
  const Original& original = *found.value();
  if (state_.IsClosed(original.date.year())) {
    return Refused(YearClosed(original.date.year(), "original_payment_id"));
  }
  if (original.kind == PaymentKind::kRefund) {
    return Refused(Refuse(Reason::kOriginalNotAPayment, "original_payment_id",
                          "\"" + event.original_payment_id +
                              "\" is a refund; only payments and corrections can be moved"));
  }
  if (event.amount_fen > original.remaining_fen) {
    return Refused(Refuse(Reason::kCorrectionExceedsPayment, "amount_fen",
                          "of \"" + event.original_payment_id + "\" only " +
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
  const PaymentKey key{entry->source, entry->event.payment_id};
  auto changed = changed_unmatched_.find(key);
  if (changed == changed_unmatched_.end()) {
    const auto position = state_.unmatched_refunds().find(key);
    if (position == state_.unmatched_refunds().end()) return;
    changed = changed_unmatched_.emplace(key, position->second).first;
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
