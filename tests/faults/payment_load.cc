#include "faults/payment_load.h"

#include <algorithm>

#include "service/verify.h"
#include "support/builders.h"

namespace budgetwatch {
namespace {

constexpr int kProjectCount = 9;
constexpr size_t kMaxMessages = 10;

std::string Name(const PaymentKey& key) { return key.source + "/" + key.payment_id; }

std::string ProjectCode(int64_t number) { return "P" + std::to_string(number); }

}  // namespace

void AuditTally::Complain(int64_t* count, const std::string& message) {
  ++*count;
  if (messages.size() < kMaxMessages) messages.push_back(message);
}

void AuditTally::Add(const AuditTally& other) {
  acknowledged += other.acknowledged;
  kept_unacknowledged += other.kept_unacknowledged;
  lost += other.lost;
  doubled += other.doubled;
  altered += other.altered;
  partial += other.partial;
  differences += other.differences;
  told += other.told;
  for (const std::string& message : other.messages) {
    if (messages.size() < kMaxMessages) messages.push_back(message);
  }
}

const PaymentLoad::Known* PaymentLoad::PickKnown(const std::string& source) {
  for (int attempt = 0; attempt < 4 && !payments_.empty(); ++attempt) {
    const auto index = random_.Below(static_cast<int64_t>(payments_.size()));
    const PaymentKey& key = payments_[static_cast<size_t>(index)];
    if (key.source == source) return &known_.at(key);
  }
  return nullptr;
}

PaymentEvent PaymentLoad::MakeEvent(const std::string& source) {
  PaymentEvent event;
  event.payment_id = "id-" + std::to_string(next_id_++);
  event.project_code = ProjectCode(random_.Below(kProjectCount));
  event.amount_fen = 1 + random_.Below(1'000'000);
  event.memo = std::string(static_cast<size_t>(random_.Below(80)), 'm');
  if (random_.OneIn(50)) event.memo = std::string(1000, 'w');
  if (memo_bytes_) event.memo = std::string(*memo_bytes_, 'f');
  if (!random_.OneIn(8)) return event;
  // Takes from a payment that was answered: as a refund to it or as a correction.
  const Known* original = PickKnown(source);
  if (original == nullptr || original->remaining_fen == 0) return event;
  event.kind = random_.OneIn(2) ? PaymentKind::kRefund : PaymentKind::kCorrection;
  event.original_payment_id = original->event.payment_id;
  event.amount_fen = 1 + random_.Below(original->remaining_fen);
  // A correction must change something.
  event.project_code = event.kind == PaymentKind::kRefund
                           ? original->event.project_code.str()
                           : original->event.project_code.str() + "c";
  known_.at({source, original->event.payment_id.str()}).remaining_fen -= event.amount_fen;
  return event;
}

PaymentLoad::Batch PaymentLoad::Make(size_t count) {
  Batch batch;
  const std::string source = random_.OneIn(3) ? "tax" : "bank";
  for (size_t i = 0; i < count; ++i) {
    const Known* known = random_.OneIn(10) ? PickKnown(source) : nullptr;
    Sent sent;
    sent.source = source;
    if (known != nullptr) {
      sent.event = known->event;
      sent.date = known->date;
      sent.expected = random_.OneIn(5) ? Expected::kConflict : Expected::kDuplicate;
      if (sent.expected == Expected::kConflict) sent.event.memo = sent.event.memo.str() + '!';
    } else {
      const int64_t month = 1 + random_.Below(12);
      sent.date = (random_.OneIn(4) ? "2021-" : "2020-") + std::string(month < 10 ? "0" : "") +
                  std::to_string(month) + "-15";
      sent.event = MakeEvent(source);
      sent.event.pay_date = Day(sent.date);
    }
    batch.push_back(std::move(sent));
  }
  return batch;
}

PaymentLoad::Batch PaymentLoad::Again(const Batch& batch) {
  Batch again;
  for (Sent sent : batch) {
    if (sent.expected == Expected::kNew) {
      if (known_.contains({sent.source, sent.event.payment_id.str()})) {
        sent.expected = Expected::kDuplicate;
      } else if (!sent.event.original_payment_id.empty()) {
        Known& original = known_.at({sent.source, sent.event.original_payment_id.str()});
        if (original.remaining_fen < sent.event.amount_fen) continue;
        original.remaining_fen -= sent.event.amount_fen;
      }
    }
    again.push_back(std::move(sent));
  }
  return again;
}

std::vector<RawPaymentEvent> PaymentLoad::RawOf(const Batch& batch) {
  std::vector<RawPaymentEvent> raw;
  raw.reserve(batch.size());
  for (const Sent& sent : batch) {
    const PaymentEvent& event = sent.event;
    raw.push_back({event.payment_id, static_cast<int>(event.kind), event.project_code, sent.date,
                   event.amount_fen, event.payee, event.memo, event.original_payment_id});
  }
  return raw;
}

void PaymentLoad::Book(const Known& known) {
  const PaymentEvent& event = known.event;
  const int64_t sign = event.kind == PaymentKind::kRefund ? -1 : 1;
  totals_fen_[{event.project_code.str(), known.date}] += sign * event.amount_fen;
}

void PaymentLoad::Learn(const Sent& sent, Sequence sequence) {
  const PaymentKey key{sent.source, sent.event.payment_id.str()};
  const bool plain = sent.event.kind == PaymentKind::kPayment;
  const Known known{sent.event, sent.date, sequence, plain ? sent.event.amount_fen : 0};
  Book(known);
  if (sent.event.kind == PaymentKind::kCorrection) {
    const Known& original = known_.at({sent.source, sent.event.original_payment_id.str()});
    totals_fen_[{original.event.project_code.str(), original.date}] -= sent.event.amount_fen;
  }
  if (plain) payments_.push_back(key);
  known_[key] = known;
}

void PaymentLoad::Answered(const Batch& batch, const std::vector<PaymentOutcome>& outcomes,
                           AuditTally* tally) {
  // What failed before can no longer be there when its place is taken.
  const bool took_a_place =
      std::any_of(outcomes.begin(), outcomes.end(), [](const PaymentOutcome& outcome) {
        return outcome.kind == PaymentOutcome::Kind::kRecorded ||
               outcome.kind == PaymentOutcome::Kind::kSuspended;
      });
  if (took_a_place) {
    for (const std::vector<Batch>& group : unanswered_) Forget(group);
    unanswered_.clear();
  }
  if (outcomes.size() != batch.size()) {
    tally->Complain(&tally->differences, "a batch has another number of outcomes than events");
    return;
  }
  for (size_t i = 0; i < batch.size(); ++i) {
    const Sent& sent = batch[i];
    const PaymentOutcome& outcome = outcomes[i];
    const PaymentKey key{sent.source, sent.event.payment_id.str()};
    const auto known = known_.find(key);
    bool fits = false;
    switch (outcome.kind) {
      case PaymentOutcome::Kind::kRecorded:
      case PaymentOutcome::Kind::kSuspended:
        fits = sent.expected == Expected::kNew && known == known_.end();
        Learn(sent, outcome.sequence);
        last_answered_ = std::max(last_answered_, outcome.sequence);
        ++tally->acknowledged;
        break;
      case PaymentOutcome::Kind::kDuplicate:
        fits = known != known_.end() && known->second.sequence == outcome.sequence &&
               known->second.event == sent.event;
        break;
      case PaymentOutcome::Kind::kRejected: fits = sent.expected == Expected::kConflict; break;
    }
    if (!fits) {
      tally->Complain(&tally->differences,
                      "event " + Name(key) + " got a wrong outcome: " +
                          (outcome.refusal ? std::string(ReasonName(outcome.refusal->reason))
                                           : "sequence " + std::to_string(outcome.sequence)));
    }
  }
}

void PaymentLoad::Unanswered(std::vector<Batch> group) { unanswered_.push_back(std::move(group)); }

void PaymentLoad::PlanAnswered(Sequence sequence) {
  plan_unanswered_ = sequence == 0;
  if (sequence == 0) return;
  for (const std::vector<Batch>& group : unanswered_) Forget(group);
  unanswered_.clear();
  plans_.insert(sequence);
  last_answered_ = std::max(last_answered_, sequence);
}

// Gives back what the events of a group that is nowhere would have taken.
void PaymentLoad::Forget(const std::vector<Batch>& group) {
  for (const Batch& batch : group) {
    for (const Sent& sent : batch) {
      if (sent.expected != Expected::kNew || sent.event.original_payment_id.empty()) continue;
      known_.at({sent.source, sent.event.original_payment_id.str()}).remaining_fen +=
          sent.event.amount_fen;
    }
  }
}

PaymentLoad::Found PaymentLoad::ReadJournal(const Store& store, AuditTally* tally) {
  Found found;
  std::set<PaymentKey> seen;
  const Status status = store.ScanJournal(1, store.LastSequence(), [&](const JournalItem& item) {
    const auto* payment = std::get_if<PaymentEntry>(&item.entry);
    if (payment == nullptr) {
      found.controls.insert(item.sequence);
      return Status();
    }
    const PaymentKey key = payment->key().Copy();
    if (!seen.insert(key).second) {
      tally->Complain(&tally->doubled, Name(key) + " is there twice");
      return Status();
    }
    const auto known = known_.find(key);
    if (known == known_.end()) {
      found.tail[item.sequence] = key;
      return Status();
    }
    ++found.seen_count;
    if (known->second.sequence != item.sequence || !(known->second.event == payment->event)) {
      tally->Complain(&tally->altered, Name(key) + " is there, but not as it was answered");
    }
    return Status();
  });
  if (!status.ok()) {
    tally->Complain(&tally->told, status.error().message);
    return found;
  }
  for (const auto& [key, known] : known_) {
    if (found.seen_count == known_.size()) break;
    if (!seen.contains(key)) {
      tally->Complain(&tally->lost, Name(key) + " was answered with sequence " +
                                        std::to_string(known.sequence) + " and is lost");
    }
  }
  for (const Sequence plan : plans_) {
    if (!found.controls.contains(plan)) {
      tally->Complain(&tally->lost, "the plan at " + std::to_string(plan) + " is lost");
    }
  }
  return found;
}

bool PaymentLoad::MatchGroup(const Store& store, const std::vector<Batch>& group,
                             std::map<Sequence, PaymentKey>* tail, AuditTally* tally) {
  bool begun = false;
  for (const Batch& batch : group) {
    for (const Sent& sent : batch) {
      if (sent.expected != Expected::kNew) continue;
      const PaymentKey key{sent.source, sent.event.payment_id.str()};
      const auto entry = tail->begin();
      if (entry == tail->end() || entry->second != key) {
        if (begun) {
          tally->Complain(&tally->partial,
                          "of an unanswered group, a part is there, but not " + Name(key));
        }
        return begun;
      }
      begun = true;
      const auto item = store.ReadEntry(entry->first);
      if (!item.ok()) {
        tally->Complain(&tally->told, item.error().message);
        return true;
      }
      if (!(std::get<PaymentEntry>(item.value().entry).event == sent.event)) {
        tally->Complain(&tally->altered, Name(key) + " is there with other content");
      }
      Learn(sent, entry->first);
      ++tally->kept_unacknowledged;
      tail->erase(entry);
    }
  }
  return true;
}

// What is there without an answer must be unanswered groups, each of them whole, in
// the order in which they were sent.
void PaymentLoad::JudgeTail(const Store& store, Found found, AuditTally* tally) {
  for (const Sequence control : found.controls) {
    if (!plans_.contains(control) && !plan_unanswered_) {
      tally->Complain(&tally->differences, "an entry that nobody sent");
    }
    plans_.insert(control);
  }
  plan_unanswered_ = false;
  if (!found.tail.empty() && found.tail.begin()->first <= last_answered_) {
    tally->Complain(&tally->partial, "an unanswered event stands before an answered one");
  }
  for (const std::vector<Batch>& group : unanswered_) {
    if (!MatchGroup(store, group, &found.tail, tally)) Forget(group);
  }
  unanswered_.clear();
  if (!found.tail.empty()) {
    tally->Complain(&tally->differences,
                    "events that nobody sent, from " + Name(found.tail.begin()->second));
  }
  last_answered_ = store.LastSequence();
}

void PaymentLoad::CompareTotals(const Ledger& ledger, AuditTally* tally) const {
  std::map<Cell, int64_t> served_fen;
  ledger.View([&served_fen](const LedgerState& state) {
    for (const auto& [year, projects] : state.totals().years()) {
      for (const auto& [code, totals] : projects) {
        for (const ProjectTotals::Day& day : totals.days()) {
          served_fen[{code, day.date.ToString()}] = day.total.amount_fen;
        }
      }
    }
  });
  if (served_fen != totals_fen_) {
    tally->Complain(&tally->differences, "the totals are not the sums of what was sent");
  }
}

void PaymentLoad::FindSome(const Payments& payments, AuditTally* tally) {
  for (int i = 0; i < 20 && !payments_.empty(); ++i) {
    const auto index = random_.Below(static_cast<int64_t>(payments_.size()));
    const PaymentKey& key = payments_[static_cast<size_t>(index)];
    const Known& known = known_.at(key);
    const auto found = payments.Find(key);
    if (!found.ok() && found.error().reason != "PAYMENT_NOT_FOUND") {
      tally->Complain(&tally->told, found.error().message);
    } else if (!found.ok() || found.value().sequence != known.sequence ||
               !(found.value().entry.event == known.event) ||
               found.value().remaining_fen != known.remaining_fen) {
      tally->Complain(&tally->differences, Name(key) + " is not found as it was answered");
    }
  }
}

void PaymentLoad::Audit(const Ledger& ledger, const Payments& payments, AuditTally* tally) {
  Found found = ReadJournal(ledger.store(), tally);
  if (!tally->clean()) return;
  JudgeTail(ledger.store(), std::move(found), tally);
  CompareTotals(ledger, tally);
  FindSome(payments, tally);
  Verify(ledger, tally);
}

void PaymentLoad::Verify(const Ledger& ledger, AuditTally* tally) {
  const auto verification = VerifyLedger(ledger);
  if (!verification.ok()) {
    tally->Complain(&tally->told, verification.error().message);
    return;
  }
  for (const std::string& difference : verification.value().differences) {
    tally->Complain(&tally->told, difference);
  }
}

}  // namespace budgetwatch
