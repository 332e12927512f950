#include "forms/amount.h"

#include <absl/numeric/int128.h>

#include <charconv>
#include <limits>

namespace budgetwatch::forms {
namespace {

constexpr int64_t kFenPerHundredthOfWan = 10'000;

// REQUIRES: divisor > 0.
absl::int128 DivideRounded(absl::int128 dividend, absl::int128 divisor) {
  const bool negative = dividend < 0;
  const absl::int128 magnitude = negative ? -dividend : dividend;
  absl::int128 quotient = magnitude / divisor;
  // As a difference, since twice the remainder might not fit.
  if (magnitude % divisor >= divisor - magnitude % divisor) quotient += 1;
  return negative ? -quotient : quotient;
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Value Wan(std::optional<int64_t> fen) {
  if (!fen) return std::string();
  return Number{static_cast<int64_t>(DivideRounded(*fen, kFenPerHundredthOfWan)),
                NumberKind::kDecimal};
}

Value Percent(std::optional<int64_t> part, std::optional<int64_t> whole) {
  if (!part || !whole || *whole <= 0) return std::string();
  const absl::int128 hundredths = DivideRounded(absl::int128(*part) * 10'000, *whole);
  if (hundredths > std::numeric_limits<int64_t>::max() ||
      hundredths < std::numeric_limits<int64_t>::min()) {
    return std::string();
  }
  return Number{static_cast<int64_t>(hundredths), NumberKind::kPercent};
}

Value Points(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view magnitude = text.substr(negative ? 1 : 0);
  const size_t point = magnitude.find('.');
  const std::string_view whole = magnitude.substr(0, point);
  std::string fraction(point == std::string_view::npos ? "" : magnitude.substr(point + 1));
  const bool has_fraction = point != std::string_view::npos;
  if (!IsDigits(whole) || (has_fraction && !IsDigits(fraction)) || fraction.size() > 2) {
    return std::string(text);
  }
  fraction.resize(2, '0');
  const std::string digits = std::string(whole) + fraction;
  int64_t hundredths = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), hundredths);
  if (parsed.ec != std::errc()) return std::string(text);
  return Number{negative ? -hundredths : hundredths, NumberKind::kDecimal};
}

Value Count(int64_t count) { return Number{count, NumberKind::kCount}; }

std::string Format(const Number& number) {
  if (number.kind == NumberKind::kCount) return std::to_string(number.value);
  const bool negative = number.value < 0;
  // Unsigned, so that the smallest number has a magnitude.
  const uint64_t value = static_cast<uint64_t>(number.value);
  const uint64_t magnitude = negative ? 0 - value : value;
  std::string fraction = std::to_string(magnitude % 100);
  if (fraction.size() < 2) fraction.insert(0, 1, '0');
  return (negative ? "-" : "") + std::to_string(magnitude / 100) + "." + fraction +
         (number.kind == NumberKind::kPercent ? "%" : "");
}

std::optional<int64_t> Plus(std::optional<int64_t> a, std::optional<int64_t> b) {
  int64_t sum = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum)) return std::nullopt;
  return sum;
}

}  // namespace budgetwatch::forms
