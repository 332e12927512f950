#pragma once

#include <gmpxx.h>

#include <optional>
#include <string>
#include <string_view>

namespace budgetwatch {

// An exact fraction of any size, always reduced.
using Rational = mpq_class;

// Bounds of a decimal that comes from outside: nobody measures more, and products of
// bounded numbers stay small.
inline constexpr size_t kMaxIntegerDigits = 18;
inline constexpr size_t kMaxFractionDigits = 9;

// Reads "-12.50": digits, an optional fraction, no separators, blanks or exponent, within
// the bounds above; nothing otherwise.
std::optional<Rational> ParseDecimal(std::string_view text);

// With exactly `digits` digits behind the point, rounded half away from zero.
std::string FormatDecimal(const Rational& value, int digits);

// The shortest exact decimal, or with at most `digits` digits, rounded, when there is none
// that short.
std::string FormatShort(const Rational& value, int digits = 9);

// "96.84%"; more digits where two would make a full share of one that is not.
std::string SharePercent(const Rational& share);

// "2302/2377"; a whole number without a denominator.
std::string FormatFraction(const Rational& value);

// For display only.
double ToDouble(const Rational& value);

}  // namespace budgetwatch
