#include "budgetctl/import_tally.h"

#include <string_view>

#include "domain/money.h"

namespace budgetwatch::ctl {

void PaymentTally::AddOutcome(int64_t row, const v1::PaymentEvent& event,
                              const v1::PaymentOutcome& outcome) {
  if (!Count(row, outcome, PaymentColumn(outcome.field()))) return;
  int64_t sum = 0;
  if (CheckedAdd(summary_.amount_fen(), EffectFen(event), &sum)) summary_.set_amount_fen(sum);
}

void ObservationTally::AddOutcome(int64_t row, const v1::ObservationOutcome& outcome) {
  (void)Count(row, outcome, ObservationColumn(outcome.field()));
}

std::string PaymentColumn(const std::string& field) {
  return field == "amount_fen" ? "amount" : field;
}

std::string ObservationColumn(const std::string& field) {
  if (field == "survey.satisfied_count" || field == "satisfied_count") return "satisfied";
  if (field == "survey.asked_count" || field == "asked_count" || field == "survey") return "asked";
  if (field == "achieved_percent") return "percent";
  for (const std::string_view kind : {"number", "yes", "achievement", "completed_date"}) {
    if (field == kind) return "value";
  }
  return field;
}

int64_t EffectFen(const v1::PaymentEvent& event) {
  switch (event.kind()) {
    case v1::PAYMENT_KIND_REFUND:
      return event.amount_fen() < 0 ? event.amount_fen() : -event.amount_fen();
    case v1::PAYMENT_KIND_CORRECTION: return 0;  // moves money that is counted already
    default: return event.amount_fen();          // negative: a refund
  }
}

}  // namespace budgetwatch::ctl
