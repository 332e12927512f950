#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/maybe_owned_string.h"
#include "domain/date.h"
#include "domain/reason.h"

namespace budgetwatch {

// Limits of texts, in bytes.
inline constexpr size_t kMaxSourceBytes = 64;
inline constexpr size_t kMaxPaymentIdBytes = 128;
inline constexpr size_t kMaxProjectCodeBytes = 64;
inline constexpr size_t kMaxPayeeBytes = 256;
inline constexpr size_t kMaxMemoBytes = 1024;

// Values are on disk and on the wire: never reuse one.
enum class PaymentKind {
  kPayment = 1,
  kRefund = 2,
  kCorrection = 3,
};

// Name of an event for ever: ids are unique within their source.
struct PaymentKey {
  std::string source;
  std::string payment_id;

  friend auto operator<=>(const PaymentKey&, const PaymentKey&) = default;
};

// The same as views into the caller's memory.
struct PaymentKeyView {
  std::string_view source;
  std::string_view payment_id;

  PaymentKeyView(std::string_view sender, std::string_view id) : source(sender), payment_id(id) {}
  PaymentKeyView(const PaymentKey& key)  // NOLINT(google-explicit-constructor)
      : source(key.source), payment_id(key.payment_id) {}

  PaymentKey Copy() const { return {std::string(source), std::string(payment_id)}; }

  friend bool operator==(const PaymentKeyView&, const PaymentKeyView&) = default;
};

// For maps by key that are looked up by views, without a copy.
struct PaymentKeyHash {
  using is_transparent = void;
  size_t operator()(const PaymentKeyView& key) const {
    const size_t source = std::hash<std::string_view>()(key.source);
    return std::hash<std::string_view>()(key.payment_id) ^ (source * 0x9e3779b97f4a7c15u);
  }
};
struct PaymentKeyEqual {
  using is_transparent = void;
  bool operator()(const PaymentKeyView& a, const PaymentKeyView& b) const { return a == b; }
};

// A payment event as it arrived: any bytes, any numbers. Views into the caller's
// memory.
struct RawPaymentEvent {
  std::string_view payment_id;
  int kind = 0;
  std::string_view project_code;
  std::string_view pay_date;
  int64_t amount_fen = 0;
  std::string_view payee;
  std::string_view memo;
  std::string_view original_payment_id;
};

// A well-formed event: texts are valid UTF-8 within their limits, the date exists
// and the amount is a magnitude in [1, kMaxAmountFen]. Only a refund that names
// its original may have no project code.
struct PaymentEvent {
  MaybeOwnedString payment_id;
  PaymentKind kind = PaymentKind::kPayment;
  Date pay_date;
  int64_t amount_fen = 0;
  MaybeOwnedString project_code;
  MaybeOwnedString payee;
  MaybeOwnedString memo;
  MaybeOwnedString original_payment_id;

  friend bool operator==(const PaymentEvent&, const PaymentEvent&) = default;
};

// Why one event is refused.
struct PaymentRefusal {
  Reason reason = Reason::kInvalidField;
  std::string field;
  std::string message;
};

// Checks an event by itself, in the order of precedence of Reason, and gives it
// its normal form: a negative payment is a refund, a refund's sign is dropped. The
// texts of the event are borrowed from those of `raw`.
std::variant<PaymentEvent, PaymentRefusal> NormalizePayment(const RawPaymentEvent& raw);

// Checks the name of a sending system.
Status CheckSource(std::string_view source);

}  // namespace budgetwatch
