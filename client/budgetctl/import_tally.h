#pragma once

#include <cstdint>
#include <string>

#include "budgetwatch/v1/payment.pb.h"

namespace budgetwatch::ctl {

// Counts what became of the rows of an import. Thread-compatible.
class ImportTally {
 public:
  // What the server said about the event of a row.
  void AddOutcome(int64_t row, const v1::PaymentEvent& event, const v1::PaymentOutcome& outcome);

  // A row that was not sent.
  void AddRejection(int64_t row, std::string reason, std::string field, std::string message);

  // Rows counted so far.
  int64_t row_count() const;

  // The summary so far, with the rejections in the order of the rows: those of the
  // reader come before the server's answers to rows further up.
  v1::PaymentImportSummary Summary() const;

 private:
  v1::PaymentImportSummary summary_;
};

// The column of a payment CSV that a field of PaymentEvent comes from.
std::string CsvColumn(const std::string& field);

// Net effect of a newly recorded event on the sum of payments, in fen.
int64_t EffectFen(const v1::PaymentEvent& event);

}  // namespace budgetwatch::ctl
