#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "forms/form.h"

namespace budgetwatch::forms {

// Numbers of the forms. All of it runs in whole numbers and rounds once, half away
// from zero.

// Fen as 万元 with two decimals; a blank when absent.
Value Wan(std::optional<int64_t> fen);

// part / whole in percent with two decimals. A blank when one of them is absent, the
// whole is not above 0, or the share is beyond all measure.
Value Percent(std::optional<int64_t> part, std::optional<int64_t> whole);

// A decimal of at most two digits behind the point, such as the points of a
// scorecard ("9.50"), as a number; any other text stays a text.
Value Points(std::string_view text);

Value Count(int64_t count);

// "100.90", "-0.05", "27.16%", "12".
std::string Format(const Number& number);

// Sum, absent when one of the two is absent or it does not fit.
std::optional<int64_t> Plus(std::optional<int64_t> a, std::optional<int64_t> b);

}  // namespace budgetwatch::forms
