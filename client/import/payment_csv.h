#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/result.h"
#include "domain/payment.h"

namespace budgetwatch {

// One payment as its row gives it. Texts are well-formed UTF-8 and otherwise
// unchecked: lengths, dates and signs are the server's to judge.
struct PaymentRow {
  // Number of the record in the file; the header is record 1. A record whose
  // quoted cell runs over several lines counts once, and a blank line counts
  // too, so that the number is the row a spreadsheet shows.
  int64_t row_number = 0;
  std::string payment_id;
  std::string project_code;
  std::string pay_date;
  int64_t amount_fen = 0;
  std::string payee;  // empty without the column, like the three below
  std::string memo;
  PaymentKind kind = PaymentKind::kPayment;
  std::string original_payment_id;
};

// A record that could not be decoded.
struct RowRejection {
  int64_t row_number = 0;
  std::string reason;   // INVALID_UTF8, INVALID_AMOUNT, AMOUNT_OUT_OF_RANGE,
                        // INVALID_KIND, FIELD_TOO_LONG or INVALID_FIELD
  std::string field;    // column at fault; empty: the record as a whole
  std::string message;  // a sentence with the cure
};

using PaymentRecord = std::variant<PaymentRow, RowRejection>;

// Reads a payment CSV (RFC 4180, UTF-8 with or without byte order mark, lines
// ending in CRLF, LF or CR) record by record. The header names the columns, in
// any order: payment_id, project_code, pay_date, amount; optional payee, memo,
// kind, original_payment_id. Memory does not grow with the file: a cell longer
// than kMaxCellBytes is skipped to its end and its record rejected.
// Thread-compatible.
class PaymentCsvReader {
 public:
  static constexpr size_t kMaxCellBytes = size_t{1} << 20;

  // Opens the file at `path` and reads its header. Errors: FILE_NOT_FOUND,
  // FILE_UNREADABLE, FILE_EMPTY, FILE_FORMAT_UNKNOWN for a file that is no text
  // (a workbook, say), and INVALID_FIELD for a header with a missing, unknown or
  // doubled column, which `field` names.
  static Result<std::unique_ptr<PaymentCsvReader>> Open(const std::string& path);

  // The same from a stream, of which `bytes_total` bytes will come (0: unknown).
  static Result<std::unique_ptr<PaymentCsvReader>> FromStream(std::unique_ptr<std::istream> stream,
                                                              int64_t bytes_total);

  ~PaymentCsvReader();
  PaymentCsvReader(const PaymentCsvReader&) = delete;
  PaymentCsvReader& operator=(const PaymentCsvReader&) = delete;

  // The next record, or nothing at the end of the file. Blank lines are skipped.
  // Error: FILE_UNREADABLE, after which only more of it comes.
  Result<std::optional<PaymentRecord>> Next();

  // Bytes of the file behind the reader, for a progress bar.
  int64_t bytes_consumed() const;

  // Bytes of the whole file, 0 when unknown.
  int64_t bytes_total() const;

 private:
  class Impl;
  explicit PaymentCsvReader(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace budgetwatch
