// Goal: what a plan asks for by a date is its step function, exactly; a line without
// a schedule follows the year. Method: tables at, before and after each step.

#include "domain/schedule.h"

#include <gtest/gtest.h>

#include "support/builders.h"

namespace budgetwatch {
namespace {

const Profile kProfile;

TEST(TimeProgress, IsTheShareOfTheYearGoneByTheEndOfTheDay) {
  const struct {
    const char* date;
    Share expected;
  } cases[] = {{"2020-01-01", {1, 12 * 31}},        {"2020-01-31", {31, 12 * 31}},
               {"2020-02-29", {29 + 29, 12 * 29}},  {"2019-02-28", {28 + 28, 12 * 28}},
               {"2020-06-15", {5 * 30 + 15, 360}},  {"2020-06-30", {180, 360}},
               {"2020-12-30", {11 * 31 + 30, 372}}, {"2020-12-31", {372, 372}}};
  for (const auto& test : cases) EXPECT_EQ(TimeProgress(Day(test.date)), test.expected);
  for (int month = 1; month <= 12; ++month) {
    const Share share = TimeProgress(Date::LastOfMonth(2020, month));
    EXPECT_EQ(share.numerator * 12, share.denominator * month) << month;
  }
}

TEST(TimeProgress, StaysWithinItsYear) {
  EXPECT_EQ(TimeProgressInYear(2020, Day("2019-12-31")), (Share{0, 1}));
  EXPECT_EQ(TimeProgressInYear(2020, Day("2021-01-01")), (Share{1, 1}));
  EXPECT_EQ(TimeProgressInYear(2020, Day("2020-06-30")), (Share{180, 360}));
}

TEST(Schedule, ABlankCheckpointCarriesTheShareBefore) {
  const Project project = MakeProject("P", 1000, {"", "50", "", "100"});
  const struct {
    const char* date;
    int32_t planned_ppm;
    const char* last;
    int32_t next_ppm;
    const char* next;
  } cases[] = {{"2020-01-01", 0, "", 0, "2020-03-31"},
               {"2020-03-30", 0, "", 0, "2020-03-31"},
               {"2020-03-31", 0, "2020-03-31", 500'000, "2020-06-30"},
               {"2020-06-29", 0, "2020-03-31", 500'000, "2020-06-30"},
               {"2020-06-30", 500'000, "2020-06-30", 500'000, "2020-10-31"},
               {"2020-10-31", 500'000, "2020-10-31", 1'000'000, "2020-12-31"},
               {"2020-12-30", 500'000, "2020-10-31", 1'000'000, "2020-12-31"}};
  for (const auto& test : cases) {
    const SchedulePosition position = PositionAt(project, 2020, Day(test.date), kProfile);
    EXPECT_EQ(position.planned, ShareFromPpm(test.planned_ppm)) << test.date;
    EXPECT_EQ(position.last_checkpoint ? position.last_checkpoint->ToString() : "", test.last);
    EXPECT_EQ(position.next, ShareFromPpm(test.next_ppm)) << test.date;
    EXPECT_EQ(position.next_checkpoint.ToString(), test.next);
  }
}

TEST(Schedule, BehindTheLastCheckpointAllIsDue) {
  const Project project = MakeProject("P", 1000, {"", "", "", "100"});
  const SchedulePosition position = PositionAt(project, 2020, Day("2020-12-31"), kProfile);
  EXPECT_EQ(position.planned, ShareFromPpm(kFullSharePpm));
  EXPECT_EQ(position.last_checkpoint, Day("2020-12-31"));
  EXPECT_EQ(position.next, (Share{1, 1}));
  EXPECT_EQ(position.next_checkpoint, Day("2020-12-31"));
}

TEST(Schedule, WithoutOneALineFollowsTheYear) {
  const Project project = MakeProject("P", 1000);
  const SchedulePosition before = PositionAt(project, 2020, Day("2020-02-10"), kProfile);
  EXPECT_EQ(before.planned, TimeProgress(Day("2020-02-10")));
  EXPECT_FALSE(before.last_checkpoint.has_value());
  EXPECT_EQ(before.next, TimeProgress(Day("2020-03-31")));
  const SchedulePosition later = PositionAt(project, 2020, Day("2020-07-01"), kProfile);
  EXPECT_EQ(later.last_checkpoint, Day("2020-06-30"));
  EXPECT_EQ(later.next_checkpoint, Day("2020-09-30"));
  const SchedulePosition end = PositionAt(project, 2020, Day("2020-12-31"), kProfile);
  EXPECT_EQ(end.planned.numerator, end.planned.denominator);
  EXPECT_EQ(end.next, (Share{1, 1}));
}

TEST(Schedule, DaysOfTheProfileFallIntoEveryYear) {
  EXPECT_EQ(DayInYear(2, 29, 2020), Day("2020-02-29"));
  EXPECT_EQ(DayInYear(2, 29, 2021), Day("2021-02-28"));
  EXPECT_EQ(DayInYear(12, 31, 2021), Day("2021-12-31"));
  Profile odd;
  odd.monitoring_days = {{12, 31}, {2, 29}, {6, 30}};  // in no order
  EXPECT_EQ(LastMonitoringDay(odd, 2021, Day("2021-02-27")), std::nullopt);
  EXPECT_EQ(LastMonitoringDay(odd, 2021, Day("2021-02-28")), Day("2021-02-28"));
  EXPECT_EQ(NextMonitoringDay(odd, 2021, Day("2021-02-28")), Day("2021-06-30"));
  EXPECT_EQ(NextMonitoringDay(odd, 2021, Day("2021-12-31")), std::nullopt);
}

TEST(Share, ComparisonsWithAMarginAreExact) {
  // A third of 10^15 fen: one fen below and at the limit.
  const int64_t budget_fen = kMaxAmountFen;
  const Due due = DueOf(budget_fen, {1, 3});
  EXPECT_TRUE(FallsShort(333'333'333'333'333, budget_fen, due, 0));
  EXPECT_FALSE(FallsShort(333'333'333'333'334, budget_fen, due, 0));
  EXPECT_FALSE(Exceeds(333'333'333'333'333, budget_fen, due, 0));
  EXPECT_TRUE(Exceeds(333'333'333'333'334, budget_fen, due, 0));
  EXPECT_EQ(RoundDue(due), 333'333'333'333'333);
  EXPECT_EQ(RoundDue(DueOf(1, {1, 2})), 1);
  EXPECT_EQ(RoundDue(DueOf(0, {1, 2})), 0);
  // The largest sums that the ledger can hold.
  EXPECT_TRUE(FallsShort(INT64_MIN, budget_fen, due, 1'000'000));
  EXPECT_TRUE(Exceeds(INT64_MAX, budget_fen, due, 1'000'000));
}

TEST(Percent, SharesReadExactlyOrNotAtAll) {
  const std::pair<const char*, int32_t> good[] = {
      {"0", 0},      {"100", 1'000'000},      {"50.00", 500'000},     {"33.3333", 333'333},
      {"0.0001", 1}, {"100.0000", 1'000'000}, {"5.50000000", 55'000}, {"007", 70'000}};
  for (const auto& [text, ppm] : good) EXPECT_EQ(ParsePercent(text), ppm) << text;
  for (const char* text : {"", "-1", "100.0001", "101", "1.", ".5", "1.23456", "1e1", "50%", " 5",
                           "0050", "1.x000", "999"}) {
    EXPECT_FALSE(ParsePercent(text).has_value()) << text;
  }
  EXPECT_EQ(FormatPercent(500'000), "50.00");
  EXPECT_EQ(FormatPercent(333'333), "33.3333");
  EXPECT_EQ(FormatPercent(1), "0.0001");
  EXPECT_EQ(FormatPercent(1'000'000), "100.00");
  EXPECT_EQ(FormatPercent(55'500), "5.55");
}

}  // namespace
}  // namespace budgetwatch
