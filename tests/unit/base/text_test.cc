// Goal: texts from outside are told apart from bytes that are none.
// Method: tables of well-formed and malformed UTF-8, at the edges of its ranges.

#include "base/text.h"

#include <gtest/gtest.h>

namespace budgetwatch {
namespace {

TEST(Text, WellFormedUtf8IsTaken) {
  for (const char* text :
       {"", "plain", "预算", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsValidUtf8(text)) << text;
  }
  EXPECT_TRUE(IsValidUtf8(std::string_view("a\0b", 3)));
}

// Plain text is looked at several bytes at a time.
TEST(Text, OneBadByteIsFoundWhereverItStands) {
  for (size_t size = 1; size < 40; ++size) {
    const std::string plain(size, 'a');
    EXPECT_TRUE(IsValidUtf8(plain));
    EXPECT_TRUE(IsValidUtf8(plain + "款" + plain));
    for (size_t place = 0; place < size; ++place) {
      for (const char bad : {'\x80', '\xff', '\xe6'}) {
        std::string text = plain;
        text[place] = bad;
        EXPECT_FALSE(IsValidUtf8(text)) << size << " " << place;
      }
    }
  }
}

TEST(Text, MalformedUtf8IsRefused) {
  const char* cases[] = {"\x80",              // continuation without a start
                         "\xc0\xaf",          // overlong
                         "\xc1\xbf",          // overlong
                         "\xe0\x9f\xbf",      // overlong
                         "\xf0\x8f\xbf\xbf",  // overlong
                         "\xed\xa0\x80",      // surrogate
                         "\xed\xbf\xbf",      // surrogate
                         "\xf4\x90\x80\x80",  // above U+10FFFF
                         "\xf8\x88\x80\x80\x80",
                         "\xff",
                         "\xe9\xa2",
                         "\xe9",
                         "ab\xe9z",
                         "\xd4\xa4\xcb"};
  for (const char* text : cases) EXPECT_FALSE(IsValidUtf8(text)) << text;
}

TEST(Text, ControlCharactersAreFound) {
  EXPECT_FALSE(HasControlCharacter("plain 预算 \xc2\x80"));
  EXPECT_FALSE(HasControlCharacter(""));
  for (const char c : {'\x01', '\t', '\n', '\x1f', '\x7f'}) {
    EXPECT_TRUE(HasControlCharacter(std::string("a") + c));
  }
  EXPECT_TRUE(HasControlCharacter(std::string_view("\0", 1)));
}

TEST(Text, AbbreviationCutsNoCharacterInTwo) {
  const struct {
    std::string_view text;
    size_t limit_bytes;
    std::string_view expected;
  } cases[] = {{"", 4, ""},         {"abcd", 4, "abcd"}, {"abcde", 4, "abcd…"},
               {"预算", 6, "预算"}, {"预算", 5, "预…"},  {"预算", 4, "预…"},
               {"预算", 3, "预…"},  {"预算", 2, "…"},    {"ab\xff", 9, "(not UTF-8)"}};
  for (const auto& test : cases) {
    EXPECT_EQ(Abbreviate(test.text, test.limit_bytes), test.expected);
    EXPECT_TRUE(IsValidUtf8(Abbreviate(test.text, test.limit_bytes)));
  }
}

TEST(Text, WidthVariantsReadAsPlain) {
  EXPECT_EQ(NormalizeNfkc("９０％"), "90%");
  EXPECT_EQ(NormalizeNfkc("＞＝"), ">=");
  EXPECT_EQ(NormalizeNfkc("预算"), "预算");
  EXPECT_EQ(NormalizeNfkc(""), "");
  EXPECT_EQ(NormalizeNfkc("\xff"), "\xff");
}

}  // namespace
}  // namespace budgetwatch
