// Input: a file of payments. Every record that is read is UTF-8 and reads the same
// when it is written as a file of its own; rows are numbered in rising order.

#include <sstream>

#include "base/text.h"
#include "domain/money.h"
#include "fuzz/fuzz_input.h"
#include "import/payment_csv.h"

namespace budgetwatch {
namespace {

std::unique_ptr<PaymentCsvReader> Reader(std::string_view text) {
  auto reader = PaymentCsvReader::FromStream(
      std::make_unique<std::istringstream>(std::string(text)), static_cast<int64_t>(text.size()));
  return reader.ok() ? std::move(reader).value() : nullptr;
}

void AppendCell(std::string_view cell, std::string* line) {
  *line += line->empty() || line->back() == '\n' ? "\"" : ",\"";
  for (const char c : cell) {
    *line += c;
    if (c == '"') *line += c;
  }
  *line += '"';
}

std::string AsFile(const PaymentRow& row) {
  std::string text =
      "payment_id,project_code,pay_date,amount,payee,memo,kind,original_payment_id\n";
  static constexpr const char* kKinds[] = {"payment", "refund", "correction"};
  const std::string amount = FormatYuan(row.amount_fen);
  for (const std::string_view cell :
       {std::string_view(row.payment_id), std::string_view(row.project_code),
        std::string_view(row.pay_date), std::string_view(amount), std::string_view(row.payee),
        std::string_view(row.memo), std::string_view(kKinds[static_cast<int>(row.kind) - 1]),
        std::string_view(row.original_payment_id)}) {
    AppendCell(cell, &text);
  }
  return text + "\r\n";
}

void CheckRow(const PaymentRow& row) {
  for (const std::string* text : {&row.payment_id, &row.project_code, &row.pay_date, &row.payee,
                                  &row.memo, &row.original_payment_id}) {
    BW_CHECK(IsValidUtf8(*text));
  }
  const auto reader = Reader(AsFile(row));
  BW_CHECK(reader != nullptr);
  const auto record = reader->Next();
  BW_CHECK(record.ok() && record.value().has_value());
  const auto* again = std::get_if<PaymentRow>(&*record.value());
  BW_CHECK(again != nullptr);
  BW_CHECK(again->payment_id == row.payment_id);
  BW_CHECK(again->project_code == row.project_code);
  BW_CHECK(again->pay_date == row.pay_date);
  BW_CHECK(again->amount_fen == row.amount_fen);
  BW_CHECK(again->payee == row.payee);
  BW_CHECK(again->memo == row.memo);
  BW_CHECK(again->kind == row.kind);
  BW_CHECK(again->original_payment_id == row.original_payment_id);
  const auto end = reader->Next();
  BW_CHECK(end.ok() && !end.value().has_value());
}

void ReadAll(std::string_view text) {
  const auto reader = Reader(text);
  if (reader == nullptr) return;
  int64_t last_row = 1;
  while (true) {
    const auto record = reader->Next();
    if (!record.ok() || !record.value()) break;
    if (const auto* row = std::get_if<PaymentRow>(&*record.value())) {
      BW_CHECK(row->row_number > last_row);
      last_row = row->row_number;
      CheckRow(*row);
    } else {
      const auto& rejection = std::get<RowRejection>(*record.value());
      BW_CHECK(rejection.row_number > last_row);
      BW_CHECK(!rejection.reason.empty());
      last_row = rejection.row_number;
    }
  }
  BW_CHECK(reader->bytes_consumed() <= static_cast<int64_t>(text.size()));
}

}  // namespace
}  // namespace budgetwatch

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  budgetwatch::ReadAll(budgetwatch::FuzzInput(data, size).Rest());
  return 0;
}
