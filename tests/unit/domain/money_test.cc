// Goal: money is read exactly or refused, and prints so that it reads back.
// Method: tables at the boundaries, and a sweep of round trips.

#include "domain/money.h"

#include <gtest/gtest.h>

namespace budgetwatch {
namespace {

struct Case {
  const char* text;
  MoneyUnit unit;
  int64_t amount_fen;
};

constexpr MoneyUnit kYuan = MoneyUnit::kYuan;
constexpr MoneyUnit kWan = MoneyUnit::kTenThousandYuan;

TEST(Money, DecimalsReadExactly) {
  const Case cases[] = {{"0", kYuan, 0},
                        {"-0", kYuan, 0},
                        {"1", kYuan, 100},
                        {"1.2", kYuan, 120},
                        {"1.23", kYuan, 123},
                        {"-1.23", kYuan, -123},
                        {"0.01", kYuan, 1},
                        {"1.2300", kYuan, 123},
                        {"007", kYuan, 700},
                        {"1,234.5", kYuan, 123450},
                        {"12,345,678.90", kYuan, 1234567890},
                        {"9007199254740.93", kYuan, 900719925474093},
                        {"10000000000000", kYuan, kMaxAmountFen},
                        {"10,000,000,000,000.00", kYuan, kMaxAmountFen},
                        {"-10000000000000.00", kYuan, -kMaxAmountFen},
                        {"0000000000000000000000000000001", kYuan, 100},
                        {"1004.60", kWan, 1004600000},
                        {"0.000001", kWan, 1},
                        {"272.897", kWan, 272897000},
                        {"1.23456700", kWan, 1234567},
                        {"1000000000", kWan, kMaxAmountFen}};
  for (const Case& test : cases) {
    const auto amount = ParseMoney(test.text, test.unit);
    ASSERT_TRUE(amount.ok()) << test.text;
    EXPECT_EQ(amount.value(), test.amount_fen) << test.text;
  }
}

TEST(Money, WhatIsNoPlainDecimalIsRefused) {
  const char* cases[] = {"",       "-",     ".",        "1.",       ".5",     "+1",     "--1",
                         "1e9",    "NaN",   "inf",      "0x1",      " 1",     "1 ",     "1.2.3",
                         "1,23",   ",123",  "1,2345",   "1234,567", "1,,234", "1,234,", "1.2,3",
                         "1.234",  "0.001", "１",       "1元",      "1-",     "1.-2",   "1.2e1",
                         "1.x000", "- 1",   "1,234.5,", "\xff"};
  for (const char* text : cases) {
    const auto amount = ParseMoney(text, kYuan);
    ASSERT_FALSE(amount.ok()) << text;
    EXPECT_EQ(amount.error().reason, "INVALID_AMOUNT") << text;
  }
  EXPECT_EQ(ParseMoney("0.0000001", kWan).error().reason, "INVALID_AMOUNT");
}

TEST(Money, AmountsPastTheRangeAreRefused) {
  for (const char* text : {"10000000000000.01", "-10000000000000.01", "92233720368547758.08",
                           "99999999999999999999999999999999999999999"}) {
    const auto amount = ParseMoney(text, kYuan);
    ASSERT_FALSE(amount.ok()) << text;
    EXPECT_EQ(amount.error().reason, "AMOUNT_OUT_OF_RANGE") << text;
  }
  EXPECT_EQ(ParseMoney("1000000000.000001", kWan).error().reason, "AMOUNT_OUT_OF_RANGE");
}

TEST(Money, PrintedAmountsReadBack) {
  for (int64_t amount_fen = 1; amount_fen <= kMaxAmountFen; amount_fen = amount_fen * 7 + 3) {
    for (const int64_t signed_fen : {amount_fen, -amount_fen}) {
      for (const bool grouped : {false, true}) {
        const std::string text = FormatYuan(signed_fen, grouped);
        EXPECT_EQ(ParseMoney(text, kYuan).value(), signed_fen) << text;
      }
    }
  }
}

TEST(Money, AmountsPrintWithTwoDecimals) {
  EXPECT_EQ(FormatYuan(0), "0.00");
  EXPECT_EQ(FormatYuan(-5), "-0.05");
  EXPECT_EQ(FormatYuan(123450, true), "1,234.50");
  EXPECT_EQ(FormatYuan(99999, true), "999.99");
  EXPECT_EQ(FormatYuan(INT64_MIN), "-92233720368547758.08");
  EXPECT_EQ(FormatYuan(INT64_MAX, true), "92,233,720,368,547,758.07");
  EXPECT_EQ(FormatTenThousandYuan(1004600000), "1,004.60");
  EXPECT_EQ(FormatTenThousandYuan(272897000), "272.90");
  EXPECT_EQ(FormatTenThousandYuan(4999), "0.00");
  EXPECT_EQ(FormatTenThousandYuan(5000), "0.01");
  EXPECT_EQ(FormatTenThousandYuan(-5000), "-0.01");
}

TEST(Money, ProductsRoundHalfAwayFromZero) {
  const struct {
    int64_t value, numerator, denominator, expected;
  } cases[] = {{1, 1, 2, 1},
               {-1, 1, 2, -1},
               {1, 1, 3, 0},
               {2, 1, 3, 1},
               {-2, 1, 3, -1},
               {0, 5, 7, 0},
               {5, 1, 2, 3},
               {7, 3, 4, 5},
               {INT64_MAX, 3, 3, INT64_MAX},
               {INT64_MIN, 1, 1, INT64_MIN},
               {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX}};
  for (const auto& test : cases) {
    EXPECT_EQ(MulDivRoundHalfUp(test.value, test.numerator, test.denominator), test.expected);
  }
  EXPECT_DEATH((void)MulDivRoundHalfUp(1, 1, 0), "broken invariant");
  EXPECT_DEATH((void)MulDivRoundHalfUp(INT64_MAX, 2, 1), "broken invariant");
}

TEST(Money, SumsThatDoNotFitAreTold) {
  int64_t sum_fen = 0;
  EXPECT_TRUE(CheckedAdd(INT64_MAX, 0, &sum_fen));
  EXPECT_TRUE(CheckedAdd(INT64_MAX, INT64_MIN, &sum_fen));
  EXPECT_EQ(sum_fen, -1);
  EXPECT_FALSE(CheckedAdd(INT64_MAX, 1, &sum_fen));
  EXPECT_FALSE(CheckedAdd(INT64_MIN, -1, &sum_fen));
}

}  // namespace
}  // namespace budgetwatch
