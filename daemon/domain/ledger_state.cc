#include "domain/ledger_state.h"

#include <algorithm>

#include "base/check.h"
#include "domain/money.h"

namespace budgetwatch {

// Why a control entry does not fit; empty when it does.
std::string LedgerState::WhyNot(const JournalEntry& entry) const {
  if (const auto* warning = ControlOf<WarningEntry>(entry)) return warnings_.WhyNot(*warning);
  if (const auto* observation = ControlOf<ObservationEntry>(entry)) {
    return observations_.WhyNot(*observation);
  }
  if (const auto* review = ControlOf<ReviewEntry>(entry)) return reviews_.WhyNot(*review);
  return "";
}

Status LedgerState::Check(Sequence sequence, const JournalEntry& entry) const {
  const auto damaged = [sequence](const std::string& what) {
    return Refusal(Reason::kDataDamaged, "",
                   "journal sequence " + std::to_string(sequence) + ": " + what);
  };
  if (sequence != sequence_ + 1) {
    return damaged("expected " + std::to_string(sequence_ + 1) + " next");
  }
  if (const std::string reason = WhyNot(entry); !reason.empty()) return damaged(reason);
  const auto* payment = std::get_if<PaymentEntry>(&entry);
  if (payment == nullptr) return {};
  int64_t gross_fen = 0;
  if (payment->event.amount_fen <= 0 ||
      !CheckedAdd(gross_fen_, payment->event.amount_fen, &gross_fen)) {
    return damaged("the amount is out of range");
  }
  if (!payment->matched_refund_sequences.empty() && !unmatched_refunds_.contains(payment->key())) {
    return damaged("matches refunds that do not wait for it");
  }
  return {};
}

void LedgerState::Apply(Sequence sequence, WallMicros recorded_time, const JournalEntry& entry) {
  BW_CHECK(Check(sequence, entry).ok());
  if (const auto* payment = std::get_if<PaymentEntry>(&entry)) {
    ApplyPayment(sequence, *payment);
  } else {
    ApplyControl({sequence, recorded_time, entry});
  }
  sequence_ = sequence;
  if (IsFact(entry)) last_fact_ = sequence;
  recorded_time_ = recorded_time;
}

const ProjectTotals* LedgerState::FindBooked(const JournalEntry& entry) const {
  const auto* payment = std::get_if<PaymentEntry>(&entry);
  if (payment == nullptr) return nullptr;
  return totals_.FindProject(payment->event.pay_date.year(), payment->booked_project_code);
}

void LedgerState::ApplyPayment(Sequence sequence, const PaymentEntry& entry) {
  for (const Booking& booking : BookingsOf(entry)) {
    totals_.Add(booking.project_code, booking.date, {booking.amount_fen, booking.payment_count},
                sequence);
  }
  BW_CHECK(CheckedAdd(gross_fen_, entry.event.amount_fen, &gross_fen_));
  ++payment_counts_[entry.event.pay_date.year()];
  if (entry.event.kind == PaymentKind::kRefund && !entry.event.original_payment_id.empty() &&
      entry.original_sequence == 0) {
    unmatched_refunds_[{entry.source.str(), entry.event.original_payment_id.str()}].push_back(
        {sequence, entry.booked_project_code.str(), entry.event.pay_date, entry.event.amount_fen});
  }
  if (entry.matched_refund_sequences.empty()) return;
  const auto waiting = unmatched_refunds_.find(entry.key());
  BW_CHECK(waiting != unmatched_refunds_.end());
  std::erase_if(waiting->second, [&entry](const UnmatchedRefund& refund) {
    return std::find(entry.matched_refund_sequences.begin(), entry.matched_refund_sequences.end(),
                     refund.sequence) != entry.matched_refund_sequences.end();
  });
  if (waiting->second.empty()) unmatched_refunds_.erase(waiting);
}

void LedgerState::ApplyControl(const JournalItem& item) {
  if (const auto* plan = ControlOf<PlanEntry>(item.entry)) {
    plans_.Apply(item.sequence, item.recorded_time, *plan);
  } else if (const auto* warning = ControlOf<WarningEntry>(item.entry)) {
    warnings_.Apply(item.sequence, item.recorded_time, *warning);
  } else if (const auto* closing = ControlOf<ClosingEntry>(item.entry)) {
    closed_years_.insert(closing->fiscal_year);
  } else if (const auto* profile = ControlOf<ProfileEntry>(item.entry)) {
    profiles_.emplace_back(item.sequence, profile->profile);
  } else if (const auto* observation = ControlOf<ObservationEntry>(item.entry)) {
    observations_.Apply(item.sequence, item.recorded_time, *observation);
  } else if (const auto* review = ControlOf<ReviewEntry>(item.entry)) {
    reviews_.Apply(item.sequence, item.recorded_time, *review);
  }
}

const Profile& LedgerState::ProfileAt(Sequence known_at) const {
  const Profile* profile = &default_profile_;
  for (const auto& [sequence, candidate] : profiles_) {
    if (sequence > known_at) break;
    profile = &candidate;
  }
  return *profile;
}

Result<LedgerState> LedgerState::FromSnapshot(Snapshot snapshot) {
  LedgerState state;
  state.sequence_ = snapshot.sequence;
  state.recorded_time_ = snapshot.recorded_time;
  state.gross_fen_ = snapshot.gross_fen;
  state.payment_counts_ = std::move(snapshot.payment_counts);
  state.unmatched_refunds_ = std::move(snapshot.unmatched_refunds);
  state.totals_ = std::move(snapshot.totals);
  for (const JournalItem& item : snapshot.control_entries) {
    if (const std::string reason = state.WhyNot(item.entry); !reason.empty()) {
      return Refusal(Reason::kDataDamaged, "",
                     "journal sequence " + std::to_string(item.sequence) + ": " + reason);
    }
    state.ApplyControl(item);
  }
  // What is no control entry is a payment, and so a fact.
  state.last_fact_ = snapshot.sequence;
  for (auto item = snapshot.control_entries.rbegin(); item != snapshot.control_entries.rend();
       ++item) {
    if (item->sequence != state.last_fact_ || IsFact(item->entry)) break;
    --state.last_fact_;
  }
  return state;
}

}  // namespace budgetwatch
