#include "domain/target_number.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "domain/target_text.h"

namespace budgetwatch {
namespace {

// The run of digits at the front of `rest`, as ASCII.
std::string TakeDigits(std::u32string_view* rest) {
  std::string digits;
  while (!rest->empty() && IsDecimalDigit(rest->front())) {
    digits.push_back(static_cast<char>(rest->front()));
    rest->remove_prefix(1);
  }
  return digits;
}

// Whether `rest` starts with `mark` and a digit, so that the mark belongs to a number.
bool HasMarkedDigit(std::u32string_view rest, char32_t mark) {
  return rest.size() >= 2 && rest[0] == mark && IsDecimalDigit(rest[1]);
}

int HanDigit(char32_t c) {
  constexpr std::u32string_view kDigits = U"零一二三四五六七八九";
  if (c == U'两') return 2;
  if (c == U'〇') return 0;
  const size_t digit = kDigits.find(c);
  return digit == std::u32string_view::npos ? -1 : static_cast<int>(digit);
}

int HanScale(char32_t c) { return c == U'十' ? 10 : c == U'百' ? 100 : c == U'千' ? 1000 : 0; }

// A numeral below ten thousand. `after_larger` says that 万 or 亿 precedes it: then a
// gap must be marked by 零, since 一万五 means 15000 and 一万零五 means 10005.
std::optional<int64_t> ReadSection(std::u32string_view text, bool after_larger) {
  int64_t value = 0;
  int scale_above = after_larger ? 10'000 : 0;  // 0: nothing stands above
  bool gap = false;
  if (scale_above != 0 && !text.empty() && HanDigit(text.front()) == 0) {
    gap = true;
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    int digit = 1;
    const bool bare_ten = text.front() == U'十';
    if (!bare_ten) {
      digit = HanDigit(text.front());
      if (digit <= 0) return std::nullopt;
    }
    const bool liang = text.front() == U'两';
    if (!bare_ten) text.remove_prefix(1);
    int scale = text.empty() ? 1 : HanScale(text.front());
    if (scale == 0) return std::nullopt;
    if (scale > 1) text.remove_prefix(1);
    // 两 counts hundreds and thousands, or stands alone; 两十 and 十两 are no numerals.
    if (liang && (scale == 10 || (scale == 1 && scale_above != 0))) return std::nullopt;
    if (scale_above != 0 && (scale >= scale_above || (scale * 10 == scale_above) == gap)) {
      return std::nullopt;
    }
    value += int64_t{digit} * scale;
    scale_above = scale;
    gap = !text.empty() && HanDigit(text.front()) == 0;
    if (gap) text.remove_prefix(1);
    if (gap && text.empty()) return std::nullopt;
    if (scale == 1 && !text.empty()) return std::nullopt;
  }
  return value;
}

// A whole numeral with 亿 and 万, each at most once and in this order.
std::optional<int64_t> ReadWhole(std::u32string_view text) {
  if (text == U"零" || text == U"〇") return 0;
  int64_t value = 0;
  bool after_larger = false;
  for (const auto& [mark, factor] : {std::pair{U'亿', 100'000'000}, std::pair{U'万', 10'000}}) {
    const size_t position = text.find(mark);
    if (position == std::u32string_view::npos) continue;
    const auto section = ReadSection(text.substr(0, position), after_larger);
    if (!section) return std::nullopt;
    value += *section * factor;
    text.remove_prefix(position + 1);
    // 一亿五百 jumps over 万 and is left alone: only neighbours may follow without 零.
    after_larger = true;
    if (text.empty()) return value;
    if (mark == U'亿' && !ContainsChar(text, U'万') && HanDigit(text.front()) != 0) {
      return std::nullopt;
    }
  }
  const auto section = ReadSection(text, after_larger);
  if (!section) return std::nullopt;
  return value + *section;
}

std::string TakeHanFraction(std::u32string_view* rest) {
  std::string digits;
  if (rest->size() < 2 || rest->front() != U'点' || HanDigit((*rest)[1]) < 0) return digits;
  rest->remove_prefix(1);
  while (!rest->empty() && rest->front() != U'两' && HanDigit(rest->front()) >= 0) {
    digits.push_back(static_cast<char>('0' + HanDigit(rest->front())));
    rest->remove_prefix(1);
  }
  return digits;
}

}  // namespace

TargetNumber::TargetNumber(bool negative, std::string integer, std::string fraction)
    : negative_(negative), integer_(std::move(integer)), fraction_(std::move(fraction)) {
  integer_.erase(0, std::min(integer_.find_first_not_of('0'), integer_.size()));
  if (integer_.empty()) integer_.push_back('0');
  while (!fraction_.empty() && fraction_.back() == '0') fraction_.pop_back();
  if (IsZero()) signed_zero_ = std::exchange(negative_, false);
}

bool TargetNumber::IsWholeBetween(int first, int last) const {
  if (negative_ || !fraction_.empty() || integer_.size() > 9) return false;
  int value = 0;
  for (const char c : integer_) value = value * 10 + (c - '0');
  return first <= value && value <= last;
}

TargetNumber TargetNumber::Negated() const {
  return TargetNumber(!negative_ && !IsZero(), integer_, fraction_);
}

TargetNumber TargetNumber::Shifted(int places) const {
  std::string integer = integer_;
  std::string fraction = fraction_;
  for (; places > 0; --places) {
    integer.push_back(fraction.empty() ? '0' : fraction.front());
    if (!fraction.empty()) fraction.erase(0, 1);
  }
  for (; places < 0; ++places) {
    fraction.insert(fraction.begin(), integer.empty() ? '0' : integer.back());
    if (!integer.empty()) integer.pop_back();
  }
  return TargetNumber(negative_ || signed_zero_, integer, fraction);
}

int TargetNumber::Compare(const TargetNumber& other) const {
  if (negative_ != other.negative_) return negative_ ? -1 : 1;
  const int sign = negative_ ? -1 : 1;
  if (integer_.size() != other.integer_.size()) {
    return integer_.size() < other.integer_.size() ? -sign : sign;
  }
  // Without trailing zeros the shorter of two fractions with a common start is the smaller.
  const int order = integer_ == other.integer_ ? fraction_.compare(other.fraction_)
                                               : integer_.compare(other.integer_);
  return order == 0 ? 0 : order < 0 ? -sign : sign;
}

std::string TargetNumber::ToString() const {
  std::string text = negative_ ? "-" : "";
  text += integer_;
  if (!fraction_.empty()) text += "." + fraction_;
  return text;
}

NumberReading ReadDecimal(std::u32string_view* rest, TargetNumber* number) {
  std::u32string_view text = *rest;
  const bool negative = EatFront(&text, U"-");
  std::string integer = TakeDigits(&text);
  if (integer.empty()) return NumberReading::kNone;
  const bool grouped = HasMarkedDigit(text, U',');
  if (grouped && (integer.size() > 3 || integer.front() == '0')) return NumberReading::kBad;
  while (HasMarkedDigit(text, U',')) {
    text.remove_prefix(1);
    const std::string group = TakeDigits(&text);
    if (group.size() != 3) return NumberReading::kBad;
    integer += group;
  }
  std::string fraction;
  if (HasMarkedDigit(text, U'.')) {
    text.remove_prefix(1);
    fraction = TakeDigits(&text);
    if (HasMarkedDigit(text, U'.') || HasMarkedDigit(text, U',')) return NumberReading::kBad;
  }
  *number = TargetNumber(negative, std::move(integer), std::move(fraction));
  *rest = text;
  return NumberReading::kRead;
}

NumberReading ReadHanNumber(std::u32string_view* rest, TargetNumber* number) {
  std::u32string_view text = *rest;
  size_t length = 0;
  while (length < text.size() && IsHanNumeral(text[length])) ++length;
  if (length == 0) return NumberReading::kNone;
  std::u32string_view numeral = text.substr(0, length);
  size_t bare_length = length;
  while (bare_length > 0 && ContainsChar(U"万亿", numeral[bare_length - 1])) --bare_length;
  const std::u32string_view bare = numeral.substr(0, bare_length);
  if (!ContainsChar(bare, U'万') && !ContainsChar(bare, U'亿')) numeral = bare;
  const auto whole = ReadWhole(numeral);
  if (!whole) return NumberReading::kBad;
  text.remove_prefix(numeral.size());
  std::string fraction = TakeHanFraction(&text);
  // 三点五十 and 三点二两 go on behind the decimals: no decimal is written like that.
  if (!fraction.empty() && !text.empty() && IsHanNumeral(text.front()) &&
      !ContainsChar(U"万亿", text.front())) {
    return NumberReading::kBad;
  }
  *number = TargetNumber(false, std::to_string(*whole), std::move(fraction));
  *rest = text;
  return NumberReading::kRead;
}

}  // namespace budgetwatch
