// Goal: money and shares are rounded once, half away from zero, without floating point.
// Method: values at and beside the half, at the ends of 64 bits, and absent ones.

#include "forms/amount.h"

#include <gtest/gtest.h>

#include <limits>

namespace budgetwatch::forms {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();

std::string Text(const Value& value) {
  const auto* number = std::get_if<Number>(&value);
  return number == nullptr ? std::get<std::string>(value) : Format(*number);
}

TEST(WanTest, RoundsOnceHalfAwayFromZero) {
  EXPECT_EQ(Text(Wan(100'900'000)), "100.90");
  EXPECT_EQ(Text(Wan(4'999)), "0.00");
  EXPECT_EQ(Text(Wan(5'000)), "0.01");
  EXPECT_EQ(Text(Wan(-4'999)), "0.00");
  EXPECT_EQ(Text(Wan(-5'000)), "-0.01");
  // 1.005 has no exact double; rounding it as one gives 1.00.
  EXPECT_EQ(Text(Wan(1'005'000)), "1.01");
  EXPECT_EQ(Text(Wan(kMost)), "9223372036854.78");
  EXPECT_EQ(Text(Wan(kLeast)), "-9223372036854.78");
  EXPECT_EQ(Text(Wan(std::nullopt)), "");
}

TEST(PercentTest, RoundsAndKnowsWhatCannotBeSaid) {
  EXPECT_EQ(Text(Percent(1, 3)), "33.33%");
  EXPECT_EQ(Text(Percent(2, 3)), "66.67%");
  EXPECT_EQ(Text(Percent(1, 20'000)), "0.01%");
  EXPECT_EQ(Text(Percent(-1, 20'000)), "-0.01%");
  EXPECT_EQ(Text(Percent(3, 2)), "150.00%");
  EXPECT_EQ(Text(Percent(kMost, kMost)), "100.00%");
  EXPECT_EQ(Text(Percent(kMost, 1)), "");
  EXPECT_EQ(Text(Percent(5, 0)), "");
  EXPECT_EQ(Text(Percent(5, -5)), "");
  EXPECT_EQ(Text(Percent(std::nullopt, 5)), "");
  EXPECT_EQ(Text(Percent(5, std::nullopt)), "");
}

TEST(PointsTest, DecimalsAreNumbersAndOtherTextsStay) {
  EXPECT_EQ(Points("9.5"), Value(Number{950, NumberKind::kDecimal}));
  EXPECT_EQ(Points("-0.05"), Value(Number{-5, NumberKind::kDecimal}));
  EXPECT_EQ(Points("100"), Value(Number{10'000, NumberKind::kDecimal}));
  for (const std::string text : {"", "9.", ".5", "9.505", "1e3", "=1", "99999999999999999999"}) {
    EXPECT_EQ(Points(text), Value(text));
  }
}

TEST(PlusTest, AbsentAndOverflowingSumsAreAbsent) {
  EXPECT_EQ(Plus(1, 2), 3);
  EXPECT_EQ(Plus(kMost, 1), std::nullopt);
  EXPECT_EQ(Plus(std::nullopt, 1), std::nullopt);
}

}  // namespace
}  // namespace budgetwatch::forms
