#include "import/payment_csv.h"

#include <utility>
#include <vector>

#include "base/text.h"
#include "domain/money.h"
#include "domain/reason.h"

namespace budgetwatch {
namespace {

enum Column : size_t {
  kPaymentId,
  kProjectCode,
  kPayDate,
  kAmount,
  kPayee,
  kMemo,
  kKind,
  kOriginalPaymentId,
};

CsvColumns Columns() {
  return {{"payment_id", "project_code", "pay_date", "amount", "payee", "memo", "kind",
           "original_payment_id"},
          kPayee};
}

std::optional<PaymentKind> ParseKind(std::string_view text) {
  if (text.empty() || text == "payment" || text == "支付") return PaymentKind::kPayment;
  if (text == "refund" || text == "退款") return PaymentKind::kRefund;
  if (text == "correction" || text == "更正") return PaymentKind::kCorrection;
  return std::nullopt;
}

PaymentRecord Decode(CsvRow csv) {
  std::vector<std::string>& cells = csv.cells;
  const auto kind = ParseKind(cells[kKind]);
  if (!kind) {
    return RowRejection{csv.row_number, std::string(ReasonName(Reason::kInvalidKind)), "kind",
                        "the kind is none of payment, refund and correction; write one of them, "
                        "or leave it empty for a payment"};
  }
  const Result<int64_t> amount = ParseMoney(cells[kAmount], MoneyUnit::kYuan);
  if (!amount.ok()) {
    const Error& error = amount.error();
    std::string message = error.message;
    // A long cell may be cut inside a character.
    if (!IsValidUtf8(message)) message = "the amount is no plain decimal such as 1234.50";
    return RowRejection{csv.row_number, error.reason, "amount", std::move(message)};
  }
  PaymentRow row;
  row.row_number = csv.row_number;
  row.payment_id = std::move(cells[kPaymentId]);
  row.project_code = std::move(cells[kProjectCode]);
  row.pay_date = std::move(cells[kPayDate]);
  row.amount_fen = amount.value();
  row.payee = std::move(cells[kPayee]);
  row.memo = std::move(cells[kMemo]);
  row.kind = *kind;
  row.original_payment_id = std::move(cells[kOriginalPaymentId]);
  return row;
}

}  // namespace

PaymentCsvReader::PaymentCsvReader(std::unique_ptr<CsvReader> csv) : csv_(std::move(csv)) {}

Result<std::unique_ptr<PaymentCsvReader>> PaymentCsvReader::Open(const std::string& path) {
  auto csv = CsvReader::Open(path, Columns());
  if (!csv.ok()) return csv.error();
  return std::unique_ptr<PaymentCsvReader>(new PaymentCsvReader(std::move(csv).value()));
}

Result<std::unique_ptr<PaymentCsvReader>> PaymentCsvReader::FromStream(
    std::unique_ptr<std::istream> stream, int64_t bytes_total) {
  auto csv = CsvReader::FromStream(std::move(stream), bytes_total, Columns());
  if (!csv.ok()) return csv.error();
  return std::unique_ptr<PaymentCsvReader>(new PaymentCsvReader(std::move(csv).value()));
}

Result<std::optional<PaymentRecord>> PaymentCsvReader::Next() {
  return DecodeNext<PaymentRecord>(csv_.get(), Decode);
}

}  // namespace budgetwatch
