#include "domain/money.h"

#include <limits>

#include "base/text.h"
#include "domain/reason.h"

namespace budgetwatch {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

Error BadAmount(std::string_view text) {
  return Refusal(Reason::kInvalidAmount, "amount",
                 "amount \"" + Abbreviate(text, 40) +
                     "\" is not a plain decimal with at most whole fen; write it like 1234.50");
}

// Strips the separators of "1,234,567"; false when a group does not have three
// digits (the first: one to three).
bool StripGroups(std::string_view integer, std::string* digits) {
  if (integer.find(',') == std::string_view::npos) {
    digits->assign(integer);
    return !integer.empty();
  }
  size_t group_length = 0;
  bool first_group = true;
  for (size_t i = 0; i <= integer.size(); ++i) {
    if (i < integer.size() && integer[i] != ',') {
      digits->push_back(integer[i]);
      ++group_length;
      continue;
    }
    const bool well_formed =
        first_group ? group_length >= 1 && group_length <= 3 : group_length == 3;
    if (!well_formed) return false;
    first_group = false;
    group_length = 0;
  }
  return true;
}

std::string Group(const std::string& digits) {
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped.push_back(',');
    grouped.push_back(digits[i]);
  }
  return grouped;
}

// `hundredths` as a decimal with two digits behind the point.
std::string FormatHundredths(int64_t hundredths, bool grouped) {
  // The magnitude in unsigned arithmetic, since -INT64_MIN does not fit.
  const uint64_t magnitude =
      hundredths < 0 ? 0 - static_cast<uint64_t>(hundredths) : static_cast<uint64_t>(hundredths);
  const std::string whole = std::to_string(magnitude / 100);
  const std::string fraction = std::to_string(magnitude % 100);
  std::string text = hundredths < 0 ? "-" : "";
  text += grouped ? Group(whole) : whole;
  text += fraction.size() == 1 ? ".0" : ".";
  return text + fraction;
}

}  // namespace

Result<int64_t> ParseMoney(std::string_view text, MoneyUnit unit) {
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative) rest.remove_prefix(1);
  const size_t point = rest.find('.');
  std::string digits;
  if (!StripGroups(rest.substr(0, point), &digits)) return BadAmount(text);
  std::string fraction;
  if (point != std::string_view::npos) {
    fraction.assign(rest.substr(point + 1));
    if (fraction.empty()) return BadAmount(text);
  }
  // Digits beyond the fen may only be zeros.
  const size_t fen_digits = unit == MoneyUnit::kYuan ? 2 : 6;
  while (fraction.size() > fen_digits && fraction.back() == '0') fraction.pop_back();
  if (fraction.size() > fen_digits) return BadAmount(text);
  fraction.append(fen_digits - fraction.size(), '0');
  digits += fraction;
  int64_t amount_fen = 0;
  for (const char c : digits) {
    if (!IsDigit(c)) return BadAmount(text);
    if (amount_fen <= kMaxAmountFen) amount_fen = amount_fen * 10 + (c - '0');
  }
  if (amount_fen > kMaxAmountFen) {
    return Refusal(Reason::kAmountOutOfRange, "amount",
                   "amount \"" + Abbreviate(text, 40) +
                       "\" is above 10,000,000,000,000.00 yuan; check its unit");
  }
  return negative ? -amount_fen : amount_fen;
}

std::string FormatYuan(int64_t amount_fen, bool grouped) {
  return FormatHundredths(amount_fen, grouped);
}

std::string FormatTenThousandYuan(int64_t amount_fen) {
  return FormatHundredths(MulDivRoundHalfUp(amount_fen, 1, 10'000), true);
}

int64_t MulDivRoundHalfUp(int64_t value, int64_t numerator, int64_t denominator) {
  BW_CHECK(denominator > 0);
  const Int128 product = static_cast<Int128>(value) * numerator;
  const Int128 half = denominator / 2;
  const Int128 shifted = product < 0 ? product - half : product + half;
  // An odd denominator has no exact half, so truncation after the shift is right
  // for both parities.
  const Int128 quotient = shifted / denominator;
  BW_CHECK(quotient <= std::numeric_limits<int64_t>::max());
  BW_CHECK(quotient >= std::numeric_limits<int64_t>::min());
  return static_cast<int64_t>(quotient);
}

bool CheckedAdd(int64_t a, int64_t b, int64_t* sum) { return !__builtin_add_overflow(a, b, sum); }

}  // namespace budgetwatch
