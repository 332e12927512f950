// Goal: a token continues its own list and no other, and no bytes can break its reader.
// Method: round trips, tokens of other lists, damaged and random texts.

#include "transport/page_token.h"

#include <gtest/gtest.h>

#include <random>

namespace budgetwatch {
namespace {

std::string ReasonOf(std::string_view filter, std::string_view token) {
  const auto position = DecodePageToken(filter, token);
  return position.ok() ? "" : position.error().reason;
}

TEST(PageSize, HasADefaultAndABound) {
  for (const auto& [requested, served] :
       {std::pair(0, 100u), {1, 1u}, {999, 999u}, {1000, 1000u}, {1001, 1000u}, {INT_MAX, 1000u}}) {
    const auto size = PageSize(requested);
    ASSERT_TRUE(size.ok());
    EXPECT_EQ(size.value(), served);
  }
  for (const int requested : {-1, INT_MIN}) {
    const auto size = PageSize(requested);
    ASSERT_FALSE(size.ok());
    EXPECT_EQ(size.error().reason, "INVALID_FIELD");
    EXPECT_EQ(size.error().field, "page_size");
  }
}

TEST(PageToken, CarriesAnyPosition) {
  const std::string positions[] = {"", "2020-06-30 7 0 P1", std::string("\0\xff\n", 3), "冀"};
  for (const std::string& filter : {std::string(), std::string("122002\n2020")}) {
    for (const std::string& position : positions) {
      const std::string token = EncodePageToken(filter, position);
      EXPECT_FALSE(token.empty());
      const auto decoded = DecodePageToken(filter, token);
      ASSERT_TRUE(decoded.ok());
      EXPECT_EQ(decoded.value(), position);
    }
  }
}

TEST(PageToken, IsBoundToItsList) {
  const std::string token = EncodePageToken("122002\n2020", "3");
  EXPECT_EQ(ReasonOf("122002\n2021", token), "INVALID_PAGE_TOKEN");
  EXPECT_EQ(ReasonOf("", token), "INVALID_PAGE_TOKEN");
  EXPECT_EQ(ReasonOf("122002\n2020", token), "");
}

TEST(PageToken, OtherTextsAreRefused) {
  const std::string good = EncodePageToken("list", "3");
  std::string upper = good;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  for (const std::string& token :
       {std::string(), std::string("x"), std::string("zz"), good.substr(1),
        good.substr(0, good.size() - 1), good + "0", good + "0g", " " + good, good.substr(0, 14),
        std::string("支付"), std::string("\xff\xff", 2), std::string(1 << 16, 'a')}) {
    const auto position = DecodePageToken("list", token);
    ASSERT_FALSE(position.ok()) << token.substr(0, 40);
    EXPECT_EQ(position.error().reason, "INVALID_PAGE_TOKEN");
    EXPECT_EQ(position.error().field, "page_token");
  }
  if (upper != good) {
    EXPECT_EQ(ReasonOf("list", upper), "INVALID_PAGE_TOKEN");
  }
}

TEST(PageToken, AnyChangeOfTheBindingIsNoticed) {
  const std::string good = EncodePageToken("list", "3");
  for (size_t i = 0; i < 16; ++i) {
    std::string changed = good;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_EQ(ReasonOf("list", changed), "INVALID_PAGE_TOKEN") << i;
  }
}

TEST(PageToken, ReaderTakesAnyText) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string token(random() % 40, '\0');
    for (char& c : token) {
      c = random() % 2 == 0 ? "0123456789abcdef"[random() % 16] : static_cast<char>(random());
    }
    const auto position = DecodePageToken("list", token);
    if (position.ok()) {
      EXPECT_EQ(EncodePageToken("list", position.value()), token);
    }
  }
}

}  // namespace
}  // namespace budgetwatch
