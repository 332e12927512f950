#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "budgetwatch/v1/observation.pb.h"
#include "budgetwatch/v1/payment.pb.h"

namespace budgetwatch::ctl {

// Counts what became of the rows of an import, in the summary that its JSON output
// shows. Thread-compatible.
template <typename Summary>
class ImportTally {
 public:
  // A row that was not sent.
  void AddRejection(int64_t row, std::string reason, std::string field, std::string message) {
    summary_.set_rejected_count(summary_.rejected_count() + 1);
    auto* rejection = summary_.add_rejections();
    rejection->set_row(row);
    rejection->set_reason(std::move(reason));
    rejection->set_field(std::move(field));
    rejection->set_message(std::move(message));
  }

  // Rows counted so far.
  int64_t row_count() const {
    return summary_.recorded_count() + summary_.suspended_count() + summary_.duplicate_count() +
           summary_.rejected_count();
  }

  // The summary so far, with the rejections in the order of the rows: those of the
  // reader come before the server's answers to rows further up.
  Summary summary() const {
    Summary summary = summary_;
    std::stable_sort(summary.mutable_rejections()->pointer_begin(),
                     summary.mutable_rejections()->pointer_end(),
                     [](const auto* a, const auto* b) { return a->row() < b->row(); });
    return summary;
  }

 protected:
  // Counts what the server said about a row, whose fault lies in `column`; whether it
  // is new in the ledger.
  template <typename Outcome>
  bool Count(int64_t row, const Outcome& outcome, std::string column) {
    switch (outcome.outcome()) {
      case Outcome::OUTCOME_RECORDED:
        summary_.set_recorded_count(summary_.recorded_count() + 1);
        return true;
      case Outcome::OUTCOME_SUSPENDED:
        summary_.set_suspended_count(summary_.suspended_count() + 1);
        return true;
      case Outcome::OUTCOME_DUPLICATE:
        summary_.set_duplicate_count(summary_.duplicate_count() + 1);
        return false;
      default:
        // An outcome that a newer server may know is not one that this program may
        // count as recorded.
        AddRejection(row, outcome.reason(), std::move(column), outcome.message());
        return false;
    }
  }

  Summary summary_;
};

class PaymentTally : public ImportTally<v1::PaymentImportSummary> {
 public:
  // What the server said about the event of a row.
  void AddOutcome(int64_t row, const v1::PaymentEvent& event, const v1::PaymentOutcome& outcome);
};

class ObservationTally : public ImportTally<v1::ObservationImportSummary> {
 public:
  // What the server said about the observation of a row.
  void AddOutcome(int64_t row, const v1::ObservationOutcome& outcome);
};

// The column of a payment CSV that a field of PaymentEvent comes from.
std::string PaymentColumn(const std::string& field);

// The column of an observation CSV that a field of ObservationEvent comes from.
std::string ObservationColumn(const std::string& field);

// Net effect of a newly recorded event on the sum of payments, in fen.
int64_t EffectFen(const v1::PaymentEvent& event);

}  // namespace budgetwatch::ctl
