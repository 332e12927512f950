#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/result.h"
#include "domain/payment.h"
#include "import/csv_reader.h"

namespace budgetwatch {

// One payment as its row gives it. Texts are well-formed UTF-8 and otherwise
// unchecked: lengths, dates and signs are the server's to judge.
struct PaymentRow {
  int64_t row_number = 0;  // as CsvRow counts them
  std::string payment_id;
  std::string project_code;
  std::string pay_date;
  int64_t amount_fen = 0;
  std::string payee;  // empty without the column, like the three below
  std::string memo;
  PaymentKind kind = PaymentKind::kPayment;
  std::string original_payment_id;
};

using PaymentRecord = std::variant<PaymentRow, RowRejection>;

// Reads a payment CSV, see CsvReader. Columns: payment_id, project_code, pay_date,
// amount; optional payee, memo, kind, original_payment_id. Besides the reasons of
// CsvReader, rows are rejected with INVALID_AMOUNT, AMOUNT_OUT_OF_RANGE and
// INVALID_KIND. Thread-compatible.
class PaymentCsvReader {
 public:
  static constexpr size_t kMaxCellBytes = CsvReader::kMaxCellBytes;

  // As CsvReader.
  static Result<std::unique_ptr<PaymentCsvReader>> Open(const std::string& path);
  static Result<std::unique_ptr<PaymentCsvReader>> FromStream(std::unique_ptr<std::istream> stream,
                                                              int64_t bytes_total);
  Result<std::optional<PaymentRecord>> Next();
  int64_t bytes_consumed() const { return csv_->bytes_consumed(); }
  int64_t bytes_total() const { return csv_->bytes_total(); }

 private:
  explicit PaymentCsvReader(std::unique_ptr<CsvReader> csv);

  const std::unique_ptr<CsvReader> csv_;
};

}  // namespace budgetwatch
