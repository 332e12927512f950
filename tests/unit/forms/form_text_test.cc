// Goal: texts from outside become texts that every format of a form can hold, and
// names of sheets are such as Excel opens.
// Method: hostile strings, one property each.

#include "forms/form_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace budgetwatch::forms {
namespace {

TEST(CleanTextTest, KeepsTextAndDropsWhatXmlForbids) {
  EXPECT_EQ(CleanText("  道路养护\r\n二期\r三期 \n"), "道路养护\n二期\n三期");
  EXPECT_EQ(CleanText(std::string("a\0b\x01\x1B"
                                  "c\x7F",
                                  7)),
            "a b  c");
  EXPECT_EQ(CleanText("\xEF\xBF\xBE!"), "!");  // U+FFFE
  EXPECT_EQ(CleanText("𠮷野🚧"), "𠮷野🚧");      // 4 bytes each
  EXPECT_EQ(CleanText("<b>&\"'"), "<b>&\"'");  // escaping is up to the writers
}

TEST(CleanTextTest, BytesThatAreNoUtf8AreReplaced) {
  EXPECT_EQ(CleanText("a\xFF"
                      "b"),
            "a\uFFFDb");
  EXPECT_EQ(CleanText("\xE4\xB8"), "\uFFFD\uFFFD");  // cut off
  EXPECT_EQ(CleanText("\xC0\xAF"
                      "x")
                .back(),
            'x');                                                        // overlong
  EXPECT_EQ(CleanText("\xED\xA0\x80").find("\xED"), std::string::npos);  // a surrogate
}

TEST(SheetNamesTest, ForbiddenCharactersAndApostrophesGo) {
  SheetNames names;
  EXPECT_EQ(names.Next("a[b]:c*d?e/f\\g", "x"), "a b  c d e f g");
  EXPECT_EQ(names.Next("'引号'", "x"), "引号");
  EXPECT_EQ(names.Next("两\n行", "x"), "两 行");
  EXPECT_EQ(names.Next("History", "x"), "History_");
}

TEST(SheetNamesTest, FallsBackWhenNothingIsLeft) {
  SheetNames names;
  EXPECT_EQ(names.Next("/:*", "122-01"), "122-01");
  EXPECT_EQ(names.Next("", ""), "表");
  EXPECT_EQ(names.Next("", ""), "表(2)");
}

TEST(SheetNamesTest, AtMost31UnitsAndDistinctWithoutCase) {
  SheetNames names;
  std::string longest;
  for (int i = 0; i < 40; ++i) longest += "路";
  const std::string first = names.Next(longest, "x");
  const std::string second = names.Next(longest, "x");
  EXPECT_EQ(first.size(), 31 * 3U);
  EXPECT_EQ(second.size(), 28 * 3U + 3);
  EXPECT_TRUE(second.ends_with("(2)"));
  // A character of two units that would be the 31st and 32nd is left out as a whole.
  EXPECT_EQ(names.Next(std::string(30, 'a') + "𠮷", "x"), std::string(30, 'a'));
  EXPECT_EQ(names.Next("Road", "x"), "Road");
  EXPECT_EQ(names.Next("ROAD", "x"), "ROAD(2)");
  EXPECT_EQ(names.Next("road(2)", "x"), "road(2)(2)");
}

TEST(LineCountTest, WrapsAtTheWidth) {
  EXPECT_EQ(LineCount("", 10), 1);
  EXPECT_EQ(LineCount("十个字刚好放在一行里", 10), 1);
  EXPECT_EQ(LineCount("十一个字就放不进一行了", 10), 2);
  EXPECT_EQ(LineCount("一\n二\n三", 10), 3);
}

TEST(ChineseDateTest, OnlyDates) {
  EXPECT_EQ(ChineseDate("2020-06-30"), "2020年6月30日");
  EXPECT_EQ(ChineseDate("2020-6-30"), "2020-6-30");
  EXPECT_EQ(ChineseDate("六月底"), "六月底");
}

}  // namespace
}  // namespace budgetwatch::forms
