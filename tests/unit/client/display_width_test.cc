// Goal: text stands in columns, whatever its script.

#include "budgetctl/display_width.h"

#include <gtest/gtest.h>

namespace budgetwatch::ctl {
namespace {

TEST(DisplayWidthTest, CountsFullWidthCharactersTwice) {
  EXPECT_EQ(DisplayWidth(""), 0);
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("预算"), 4);
  EXPECT_EQ(DisplayWidth("预算A，"), 7);
  EXPECT_EQ(DisplayWidth("９０％"), 6);
}

TEST(DisplayWidthTest, CombiningCharactersTakeNoColumn) { EXPECT_EQ(DisplayWidth("e\u0301"), 1); }

TEST(DisplayWidthTest, BrokenUtf8TakesAColumnPerByte) { EXPECT_EQ(DisplayWidth("\xff\xe9x"), 3); }

TEST(DisplayWidthTest, ShortenKeepsWhatFits) {
  EXPECT_EQ(Shorten("预算执行", 8), "预算执行");
  EXPECT_EQ(Shorten("预算执行", 7), "预算执…");
  // Half of a full-width character does not fit.
  EXPECT_EQ(Shorten("预算执行", 6), "预算…");
  EXPECT_EQ(Shorten("预算执行", 1), "…");
}

TEST(DisplayWidthTest, OneLineRemovesWhatCouldSteerATerminal) {
  EXPECT_EQ(OneLine("甲\n乙\x1b[31m\r\t丙"), "甲 乙 [31m  丙");
  EXPECT_EQ(OneLine("\u009b1m"), " 1m");  // the one-character form of ESC [
}

}  // namespace
}  // namespace budgetwatch::ctl
