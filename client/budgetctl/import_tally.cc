#include "budgetctl/import_tally.h"

#include <algorithm>
#include <utility>

#include "domain/money.h"

namespace budgetwatch::ctl {

void ImportTally::AddOutcome(int64_t row, const v1::PaymentEvent& event,
                             const v1::PaymentOutcome& outcome) {
  switch (outcome.outcome()) {
    case v1::PaymentOutcome::OUTCOME_RECORDED:
      summary_.set_recorded_count(summary_.recorded_count() + 1);
      break;
    case v1::PaymentOutcome::OUTCOME_SUSPENDED:
      summary_.set_suspended_count(summary_.suspended_count() + 1);
      break;
    case v1::PaymentOutcome::OUTCOME_DUPLICATE:
      summary_.set_duplicate_count(summary_.duplicate_count() + 1);
      return;
    default:
      // An outcome that a newer server may know is not one that this program may
      // count as recorded.
      AddRejection(row, outcome.reason(), CsvColumn(outcome.field()), outcome.message());
      return;
  }
  int64_t sum = 0;
  if (CheckedAdd(summary_.amount_fen(), EffectFen(event), &sum)) summary_.set_amount_fen(sum);
}

void ImportTally::AddRejection(int64_t row, std::string reason, std::string field,
                               std::string message) {
  summary_.set_rejected_count(summary_.rejected_count() + 1);
  v1::PaymentRejection* rejection = summary_.add_rejections();
  rejection->set_row(row);
  rejection->set_reason(std::move(reason));
  rejection->set_field(std::move(field));
  rejection->set_message(std::move(message));
}

int64_t ImportTally::row_count() const {
  return summary_.recorded_count() + summary_.suspended_count() + summary_.duplicate_count() +
         summary_.rejected_count();
}

v1::PaymentImportSummary ImportTally::Summary() const {
  v1::PaymentImportSummary summary = summary_;
  std::stable_sort(summary.mutable_rejections()->pointer_begin(),
                   summary.mutable_rejections()->pointer_end(),
                   [](const auto* a, const auto* b) { return a->row() < b->row(); });
  return summary;
}

std::string CsvColumn(const std::string& field) { return field == "amount_fen" ? "amount" : field; }

int64_t EffectFen(const v1::PaymentEvent& event) {
  switch (event.kind()) {
    case v1::PAYMENT_KIND_REFUND:
      return event.amount_fen() < 0 ? event.amount_fen() : -event.amount_fen();
    case v1::PAYMENT_KIND_CORRECTION: return 0;  // moves money that is counted already
    default: return event.amount_fen();          // negative: a refund
  }
}

}  // namespace budgetwatch::ctl
