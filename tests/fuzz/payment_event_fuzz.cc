// Input: a kind, an amount, and the texts of a payment event as any client may send
// them. What is accepted keeps the bounds, and is its own normal form.

#include "base/text.h"
#include "domain/money.h"
#include "domain/payment.h"
#include "fuzz/fuzz_input.h"

namespace budgetwatch {
namespace {

void CheckText(std::string_view text, size_t limit_bytes) {
  BW_CHECK(text.size() <= limit_bytes);
  BW_CHECK(IsValidUtf8(text));
}

void CheckEvent(const PaymentEvent& event) {
  BW_CHECK(!event.payment_id.empty());
  CheckText(event.payment_id, kMaxPaymentIdBytes);
  CheckText(event.project_code, kMaxProjectCodeBytes);
  CheckText(event.payee, kMaxPayeeBytes);
  CheckText(event.memo, kMaxMemoBytes);
  CheckText(event.original_payment_id, kMaxPaymentIdBytes);
  // These end up in keys.
  BW_CHECK(!HasControlCharacter(event.payment_id));
  BW_CHECK(!HasControlCharacter(event.project_code));
  BW_CHECK(event.pay_date.year() >= kFirstYear && event.pay_date.year() <= kLastYear);
  BW_CHECK(event.amount_fen >= 1 && event.amount_fen <= kMaxAmountFen);
  const bool names_original = !event.original_payment_id.empty();
  BW_CHECK(!event.project_code.empty() || (event.kind == PaymentKind::kRefund && names_original));

  const std::string date = event.pay_date.ToString();
  RawPaymentEvent raw;
  raw.payment_id = event.payment_id;
  raw.kind = static_cast<int>(event.kind);
  raw.project_code = event.project_code;
  raw.pay_date = date;
  raw.amount_fen = event.amount_fen;
  raw.payee = event.payee;
  raw.memo = event.memo;
  raw.original_payment_id = event.original_payment_id;
  const auto again = NormalizePayment(raw);
  const auto* same = std::get_if<PaymentEvent>(&again);
  BW_CHECK(same != nullptr);
  BW_CHECK(*same == event);
}

}  // namespace
}  // namespace budgetwatch

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  budgetwatch::FuzzInput input(data, size);
  budgetwatch::RawPaymentEvent raw;
  raw.kind = static_cast<int8_t>(input.Byte());
  raw.amount_fen = input.Int64();
  raw.payment_id = input.Text();
  raw.project_code = input.Text();
  raw.pay_date = input.Text();
  raw.original_payment_id = input.Text();
  raw.payee = input.Text();
  raw.memo = input.Rest();
  const auto normal = budgetwatch::NormalizePayment(raw);
  if (const auto* event = std::get_if<budgetwatch::PaymentEvent>(&normal)) {
    budgetwatch::CheckEvent(*event);
  } else {
    const auto& refusal = std::get<budgetwatch::PaymentRefusal>(normal);
    BW_CHECK(budgetwatch::IsValidUtf8(refusal.message));
  }
  return 0;
}
