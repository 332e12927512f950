#include "domain/payment.h"

#include <optional>

#include "base/text.h"
#include "domain/money.h"

namespace budgetwatch {
namespace {

PaymentRefusal Refuse(Reason reason, std::string_view field, std::string message) {
  return {reason, std::string(field), std::move(message)};
}

struct TextField {
  std::string_view name;
  std::string_view text;
  size_t limit_bytes;
  bool identifier;
};

std::optional<PaymentRefusal> CheckTexts(const RawPaymentEvent& raw) {
  const TextField fields[] = {
      {"payment_id", raw.payment_id, kMaxPaymentIdBytes, true},
      {"project_code", raw.project_code, kMaxProjectCodeBytes, true},
      {"original_payment_id", raw.original_payment_id, kMaxPaymentIdBytes, true},
      {"payee", raw.payee, kMaxPayeeBytes, false},
      {"memo", raw.memo, kMaxMemoBytes, false},
  };
  // Reason by reason and not field by field, to keep to the order of precedence.
  for (const TextField& field : fields) {
    if (field.text.size() > field.limit_bytes) {
      return Refuse(Reason::kFieldTooLong, field.name,
                    std::string(field.name) + " has " + std::to_string(field.text.size()) +
                        " bytes; at most " + std::to_string(field.limit_bytes) + " are taken");
    }
  }
  for (const TextField& field : fields) {
    if (!IsValidUtf8(field.text)) {
      return Refuse(Reason::kInvalidUtf8, field.name,
                    std::string(field.name) + " is not UTF-8; convert it before sending");
    }
  }
  for (const TextField& field : fields) {
    if (field.identifier && HasControlCharacter(field.text)) {
      return Refuse(Reason::kControlCharacter, field.name,
                    std::string(field.name) + " holds a control character; remove it");
    }
  }
  return std::nullopt;
}

std::optional<PaymentRefusal> ReadDate(std::string_view text, Date* date) {
  const std::optional<Date> parsed = Date::Parse(text);
  if (!parsed) {
    return Refuse(
        Reason::kInvalidDate, "pay_date",
        "pay_date \"" + Abbreviate(text, 20) + "\" is not an existing day written like 2020-06-30");
  }
  if (parsed->year() < kFirstYear || parsed->year() > kLastYear) {
    return Refuse(Reason::kYearOutOfRange, "pay_date",
                  "pay_date has the year " + std::to_string(parsed->year()) +
                      "; years from 1950 to 2199 are taken");
  }
  *date = *parsed;
  return std::nullopt;
}

std::optional<PaymentRefusal> ReadAmount(int64_t amount_fen, PaymentEvent* event) {
  if (amount_fen == 0) {
    return Refuse(Reason::kZeroAmount, "amount_fen",
                  "the amount is 0; a payment moves money, leave the event out");
  }
  if (event->kind == PaymentKind::kCorrection && amount_fen < 0) {
    return Refuse(Reason::kInvalidAmount, "amount_fen",
                  "the amount of a correction is the sum that moves and must be positive");
  }
  if (amount_fen > kMaxAmountFen || amount_fen < -kMaxAmountFen) {
    return Refuse(Reason::kAmountOutOfRange, "amount_fen",
                  "the amount is above 10,000,000,000,000.00 yuan; check its unit");
  }
  if (event->kind == PaymentKind::kPayment && amount_fen < 0) event->kind = PaymentKind::kRefund;
  event->amount_fen = amount_fen < 0 ? -amount_fen : amount_fen;
  return std::nullopt;
}

std::optional<PaymentRefusal> CheckOriginal(const PaymentEvent& event) {
  const bool named = !event.original_payment_id.empty();
  if (event.kind == PaymentKind::kPayment && named) {
    return Refuse(Reason::kOriginalNotAllowed, "original_payment_id",
                  "a plain payment names no original; set kind to refund or correction");
  }
  if (event.kind == PaymentKind::kCorrection && !named) {
    return Refuse(Reason::kMissingOriginal, "original_payment_id",
                  "a correction must name the payment whose money it moves");
  }
  return std::nullopt;
}

}  // namespace

std::variant<PaymentEvent, PaymentRefusal> NormalizePayment(const RawPaymentEvent& raw) {
  if (raw.payment_id.empty()) {
    return Refuse(Reason::kMissingPaymentId, "payment_id",
                  "payment_id is empty; without it a repeated event cannot be told from a new one");
  }
  if (auto refusal = CheckTexts(raw)) return *refusal;
  PaymentEvent event;
  switch (raw.kind) {
    case 0:
    case static_cast<int>(PaymentKind::kPayment): event.kind = PaymentKind::kPayment; break;
    case static_cast<int>(PaymentKind::kRefund): event.kind = PaymentKind::kRefund; break;
    case static_cast<int>(PaymentKind::kCorrection): event.kind = PaymentKind::kCorrection; break;
    default:
      return Refuse(Reason::kInvalidKind, "kind",
                    "kind " + std::to_string(raw.kind) +
                        " is unknown; use payment (1), refund (2) or correction (3)");
  }
  const bool refund_of_original = (event.kind == PaymentKind::kRefund ||
                                   (event.kind == PaymentKind::kPayment && raw.amount_fen < 0)) &&
                                  !raw.original_payment_id.empty();
  if (raw.project_code.empty() && !refund_of_original) {
    return Refuse(Reason::kMissingProjectCode, "project_code",
                  "project_code is empty; name the budget line that the money belongs to");
  }
  if (auto refusal = ReadDate(raw.pay_date, &event.pay_date)) return *refusal;
  if (auto refusal = ReadAmount(raw.amount_fen, &event)) return *refusal;
  event.payment_id = MaybeOwnedString::Borrow(raw.payment_id);
  event.project_code = MaybeOwnedString::Borrow(raw.project_code);
  event.payee = MaybeOwnedString::Borrow(raw.payee);
  event.memo = MaybeOwnedString::Borrow(raw.memo);
  event.original_payment_id = MaybeOwnedString::Borrow(raw.original_payment_id);
  if (auto refusal = CheckOriginal(event)) return *refusal;
  return event;
}

Status CheckSource(std::string_view source) {
  if (source.empty()) {
    return Refusal(Reason::kInvalidSource, "source",
                   "source is empty; name the sending system, ids are unique within it");
  }
  if (source.size() > kMaxSourceBytes || !IsValidUtf8(source) || HasControlCharacter(source)) {
    return Refusal(Reason::kInvalidSource, "source",
                   "source must be 1 to 64 bytes of UTF-8 without control characters");
  }
  return {};
}

}  // namespace budgetwatch
