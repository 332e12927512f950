#pragma once

#include <string>
#include <string_view>

namespace budgetwatch {

// An exact decimal of any length, kept in canonical form: no leading zeros in
// `integer` (at least one digit), no trailing zeros in `fraction`, zero without a
// sign. Immutable by convention; never rounds.
class TargetNumber {
 public:
  TargetNumber() = default;
  // REQUIRES: both hold ASCII digits only. A number without digits is zero.
  TargetNumber(bool negative, std::string integer, std::string fraction);

  const std::string& integer() const { return integer_; }
  const std::string& fraction() const { return fraction_; }
  bool negative() const { return negative_; }
  bool IsZero() const { return integer_ == "0" && fraction_.empty(); }
  // Whether a minus was written before a zero.
  bool signed_zero() const { return signed_zero_; }
  // Whether this is a whole number from `first` to `last`, both included.
  bool IsWholeBetween(int first, int last) const;

  TargetNumber Negated() const;
  // Times ten to the power of `places`, which may be negative.
  TargetNumber Shifted(int places) const;
  // Below zero, zero or above zero, as this is less than, equal to or more than `other`.
  int Compare(const TargetNumber& other) const;
  std::string ToString() const;

 private:
  bool negative_ = false;
  bool signed_zero_ = false;
  std::string integer_ = "0";
  std::string fraction_;
};

enum class NumberReading {
  kRead,
  kNone,  // no number starts here
  kBad,   // digits, but with commas or points that fit no decimal
};

// Reads "-1,234.50" from the front of `rest`. `rest` moves only when kRead.
NumberReading ReadDecimal(std::u32string_view* rest, TargetNumber* number);

// Reads a Han numeral (三, 一百二十, 两千, 九十九点五) from the front of `rest`. A closing 万
// or 亿 stays in `rest` when it is the only one, as it does behind digits. `rest` moves
// only when kRead; anything colloquial (一百二, 二三十, 百) is kBad.
NumberReading ReadHanNumber(std::u32string_view* rest, TargetNumber* number);

}  // namespace budgetwatch
