#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace budgetwatch {

// Money is a count of fen (分) in int64_t. Every name that holds one ends in
// _fen. Intermediate sums and products use Int128.
__extension__ typedef __int128 Int128;

// Largest amount of one payment, and of one budget: ten trillion yuan. Larger
// is a typing error, and would let a few events exhaust the range of the sums.
inline constexpr int64_t kMaxAmountFen = 1'000'000'000'000'000;

// Unit in which a text gives money.
enum class MoneyUnit { kYuan, kTenThousandYuan };

// Reads a decimal such as "1234.5" or "-1,234.50": digits, optional separators in
// groups of three, optional fraction; no exponent, no blank. The value must be a
// whole number of fen. Errors: INVALID_AMOUNT, AMOUNT_OUT_OF_RANGE.
Result<int64_t> ParseMoney(std::string_view text, MoneyUnit unit);

// "1234.50"; with `grouped`, "1,234.50".
std::string FormatYuan(int64_t amount_fen, bool grouped = false);

// The amount in 万元, rounded half away from zero to two decimals, grouped.
std::string FormatTenThousandYuan(int64_t amount_fen);

// value × numerator / denominator, rounded half away from zero.
// REQUIRES: denominator > 0, and the result fits.
int64_t MulDivRoundHalfUp(int64_t value, int64_t numerator, int64_t denominator);

// a + b, or false when it does not fit.
[[nodiscard]] bool CheckedAdd(int64_t a, int64_t b, int64_t* sum);

}  // namespace budgetwatch
