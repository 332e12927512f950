// Goal: exactly the days of the calendar are dates, and days count without gaps.
// Method: tables of texts, and every day of the ledger's years against a slow loop.

#include "domain/date.h"

#include <gtest/gtest.h>

namespace budgetwatch {
namespace {

TEST(Date, ExistingDaysReadAndPrintBack) {
  for (const char* text : {"0000-01-01", "0001-12-31", "1950-01-01", "1970-01-01", "2000-02-29",
                           "2020-02-29", "2020-12-31", "2199-12-31", "9999-12-31"}) {
    const auto date = Date::Parse(text);
    ASSERT_TRUE(date.has_value()) << text;
    EXPECT_EQ(date->ToString(), text);
  }
  EXPECT_EQ(Date().ToString(), "1970-01-01");
}

TEST(Date, EverythingElseIsNoDate) {
  for (const char* text :
       {"",           "2020-02-30",     "2019-02-29",  "1900-02-29",  "2100-02-29", "2020-04-31",
        "2020-00-01", "2020-13-01",     "2020-01-00",  "2020-01-32",  "2020-1-1",   "20200101",
        "2020/01/01", "2020-01-01 ",    " 2020-01-01", "10000-01-01", "-020-01-01", "+020-01-01",
        "2020-0a-01", "２０２０-01-01", "2020-01-1\n"}) {
    EXPECT_FALSE(Date::Parse(text).has_value()) << text;
  }
  EXPECT_FALSE(Date::FromCivil(2020, 2, 30).has_value());
  EXPECT_FALSE(Date::FromCivil(2020, -1, 1).has_value());
}

TEST(Date, EveryDayCountsOnFromTheOneBefore) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int32_t day_number = -20 * 365 - 5;  // from 1970 back to 1950, with five leap years
  for (int year = kFirstYear; year <= kLastYear; ++year) {
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    EXPECT_EQ(Date::FirstOfYear(year).day_number(), day_number);
    for (int month = 1; month <= 12; ++month) {
      const int days = kDays[month - 1] + (leap && month == 2 ? 1 : 0);
      EXPECT_EQ(Date::LastOfMonth(year, month).day(), days);
      for (int day = 1; day <= days; ++day, ++day_number) {
        const auto date = Date::FromCivil(year, month, day);
        ASSERT_TRUE(date.has_value());
        ASSERT_EQ(date->day_number(), day_number);
        const Date back = Date::FromDayNumber(day_number);
        ASSERT_TRUE(back.year() == year && back.month() == month && back.day() == day);
        ASSERT_EQ(back.AddDays(1).day_number(), day_number + 1);
      }
      ASSERT_FALSE(Date::FromCivil(year, month, days + 1).has_value());
    }
    EXPECT_EQ(Date::LastOfYear(year).day_number(), day_number - 1);
  }
}

}  // namespace
}  // namespace budgetwatch
