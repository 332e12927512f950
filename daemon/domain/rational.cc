#include "domain/rational.h"

#include <algorithm>

namespace budgetwatch {
namespace {

bool AllDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

mpz_class PowerOfTen(size_t exponent) {
  mpz_class power;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, exponent);
  return power;
}

}  // namespace

std::optional<Rational> ParseDecimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const size_t point = text.find('.');
  const std::string_view integer = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (!AllDigits(integer) || integer.size() > kMaxIntegerDigits) return std::nullopt;
  if (point != std::string_view::npos &&
      (!AllDigits(fraction) || fraction.size() > kMaxFractionDigits)) {
    return std::nullopt;
  }
  Rational value(mpz_class(std::string(integer) + std::string(fraction), 10),
                 PowerOfTen(fraction.size()));
  value.canonicalize();
  if (negative) value = -value;
  return value;
}

std::string FormatDecimal(const Rational& value, int digits) {
  const auto places = static_cast<size_t>(std::max(digits, 0));
  const Rational magnitude = abs(value);
  const mpz_class doubled = 2 * magnitude.get_num() * PowerOfTen(places) + magnitude.get_den();
  const mpz_class rounded = doubled / (2 * magnitude.get_den());
  std::string text = rounded.get_str();
  if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
  if (places > 0) text.insert(text.size() - places, 1, '.');
  return sgn(value) < 0 && rounded != 0 ? "-" + text : text;
}

std::string FormatShort(const Rational& value, int digits) {
  std::string text = FormatDecimal(value, digits);
  if (text.find('.') == std::string::npos) return text;
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string SharePercent(const Rational& share) {
  int digits = 2;
  std::string text = FormatDecimal(share * 100, digits);
  while (share < 1 && text.starts_with("100.")) {
    text = FormatDecimal(share * 100, ++digits);
  }
  return text + "%";
}

std::string FormatFraction(const Rational& value) { return value.get_str(); }

double ToDouble(const Rational& value) { return value.get_d(); }

}  // namespace budgetwatch
