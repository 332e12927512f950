// Goal: the business date is the day in the ledger's zone, whatever the machine's.
// Method: a fake clock around the moments at which days change.

#include "app/zoned_calendar.h"

#include <gtest/gtest.h>

#include "support/builders.h"
#include "support/fake_time.h"

namespace budgetwatch {
namespace {

constexpr WallMicros kSecond = 1'000'000;
constexpr WallMicros kHour = 3600 * kSecond;

WallMicros MidnightUtc(std::string_view day) {
  return WallMicros{Day(day).day_number()} * 24 * kHour;
}

std::string TodayIn(const std::string& zone, WallMicros now) {
  const FakeClock clock(now);
  const auto calendar = ZonedCalendar::Create(zone, &clock);
  EXPECT_NE(calendar, nullptr);
  EXPECT_FALSE(calendar->fixed());
  return calendar->Today().ToString();
}

TEST(ZonedCalendar, InShanghaiTheDayChangesAtSixteenHoursUtc) {
  const WallMicros change = MidnightUtc("2020-06-30") + 16 * kHour;
  EXPECT_EQ(TodayIn("Asia/Shanghai", change - 1), "2020-06-30");
  EXPECT_EQ(TodayIn("Asia/Shanghai", change), "2020-07-01");
  EXPECT_EQ(TodayIn("Asia/Shanghai", change + 24 * kHour - 1), "2020-07-01");
}

TEST(ZonedCalendar, YearsAndLeapDaysChangeWithTheDay) {
  EXPECT_EQ(TodayIn("Asia/Shanghai", MidnightUtc("2019-12-31") + 16 * kHour), "2020-01-01");
  EXPECT_EQ(TodayIn("Asia/Shanghai", MidnightUtc("2020-02-28") + 16 * kHour), "2020-02-29");
  EXPECT_EQ(TodayIn("Asia/Shanghai", MidnightUtc("2021-02-28") + 16 * kHour), "2021-03-01");
  EXPECT_EQ(TodayIn("UTC", -1), "1969-12-31");
}

TEST(ZonedCalendar, SummerTimeMovesTheChange) {
  EXPECT_EQ(TodayIn("Europe/Berlin", MidnightUtc("2020-07-01") - 2 * kHour), "2020-07-01");
  EXPECT_EQ(TodayIn("Europe/Berlin", MidnightUtc("2020-01-01") - 2 * kHour), "2019-12-31");
}

TEST(ZonedCalendar, FollowsItsClock) {
  FakeClock clock(MidnightUtc("2020-06-30"));
  const auto calendar = ZonedCalendar::Create("Asia/Shanghai", &clock);
  ASSERT_NE(calendar, nullptr);
  EXPECT_EQ(calendar->Today(), Day("2020-06-30"));
  clock.Advance(16 * kHour);
  EXPECT_EQ(calendar->Today(), Day("2020-07-01"));
}

TEST(ZonedCalendar, UnknownZonesGiveNone) {
  const FakeClock clock;
  for (const char* zone : {"", "Asia/Nowhere", "CST6CDT9", "../etc/passwd", "北京"}) {
    EXPECT_EQ(ZonedCalendar::Create(zone, &clock), nullptr) << zone;
  }
}

TEST(FixedCalendar, NeverChanges) {
  const FixedCalendar calendar(Day("2020-07-01"));
  EXPECT_EQ(calendar.Today(), Day("2020-07-01"));
  EXPECT_TRUE(calendar.fixed());
}

}  // namespace
}  // namespace budgetwatch
