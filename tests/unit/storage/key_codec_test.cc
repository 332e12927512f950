// Goal: the order of key bytes is the order of values, keys keep their bytes for
// ever, and decoders take any bytes.
// Method: pairs of random values, golden bytes, random bytes.

#include "storage/key_codec.h"

#include <gtest/gtest.h>

#include <random>
#include <tuple>

#include "storage/booking_index.h"
#include "support/builders.h"

namespace budgetwatch {
namespace {

std::string Hex(const std::string& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

int Sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

int CompareBytes(const std::string& a, const std::string& b) { return a < b ? -1 : a > b ? 1 : 0; }

// Values whose pairs often agree in their first parts.
TotalKey RandomKey(std::mt19937_64* random) {
  static const std::string kCodes[] = {"A", "AB", "A ", "B", "\xe5\x8a\x9e", "A\xc2\x80"};
  const auto below = [random](uint64_t count) { return (*random)() % count; };
  TotalKey key;
  key.fiscal_year = 1950 + static_cast<int>(below(3) * 100);
  key.project_code = kCodes[below(6)];
  key.checkpoint =
      below(2) == 0 ? static_cast<Sequence>(below(3)) : static_cast<Sequence>((*random)());
  return key;
}

auto Tied(const TotalKey& key) {
  return std::tie(key.fiscal_year, key.project_code, key.checkpoint);
}

TEST(KeyCodec, TheOrderOfBytesIsTheOrderOfValues) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const TotalKey a = RandomKey(&random);
    const TotalKey b = RandomKey(&random);
    ASSERT_EQ(CompareBytes(EncodeTotalKey(a), EncodeTotalKey(b)), Sign(Tied(a) <=> Tied(b)));
    ASSERT_EQ(CompareBytes(SequenceKey(a.checkpoint), SequenceKey(b.checkpoint)),
              Sign(a.checkpoint <=> b.checkpoint));
    const auto decoded = DecodeTotalKey(EncodeTotalKey(a));
    ASSERT_TRUE(decoded.has_value());
    ASSERT_TRUE(Tied(*decoded) == Tied(a));
  }
}

TEST(KeyCodec, BytesNeverChange) {
  EXPECT_EQ(Hex(SequenceKey(258)), "8000000000000102");
  EXPECT_EQ(Hex(ProjectNumberKey(258)), "00000102");
  EXPECT_EQ(Hex(EncodeProjectKey({2020, "P1"})), "07e45031");
  EXPECT_EQ(Hex(EncodeTotalKey({2020, "P1", 3})), "07e45031008000000000000003");
  EXPECT_EQ(Hex(YearPrefix(2020)), "07e4");
  EXPECT_EQ(Hex(EncodeInt64(-2)), "feffffffffffffff");
  // 2020-06-30 is day 18443 = 0x480b.
  EXPECT_EQ(BookingIndex::WordOf(7, Day("2020-06-30"), 3, true),
            (IndexWord{0x0000'0007'8000'480b, 7}));
}

TEST(KeyCodec, ValuesRoundTrip) {
  for (const int64_t value : {INT64_MIN, int64_t{-1}, int64_t{0}, int64_t{256}, INT64_MAX}) {
    EXPECT_EQ(DecodeInt64(EncodeInt64(value)), value);
    EXPECT_EQ(DecodeSequenceKey(SequenceKey(value)), value);
  }
  EXPECT_EQ(DecodeProjectNumberKey(ProjectNumberKey(UINT32_MAX)), UINT32_MAX);
  const auto project = DecodeProjectKey(EncodeProjectKey({2199, "P1"}));
  ASSERT_TRUE(project.has_value());
  EXPECT_EQ(project->fiscal_year, 2199);
  EXPECT_EQ(project->project_code, "P1");
}

TEST(KeyCodec, ShortAndLongBytesAreNoKeys) {
  const std::string total = EncodeTotalKey({2020, "P1", 3});
  for (size_t length = 0; length < total.size(); ++length) {
    EXPECT_FALSE(DecodeTotalKey(total.substr(0, length)).has_value()) << length;
  }
  EXPECT_FALSE(DecodeTotalKey(total + '\0').has_value());
  EXPECT_FALSE(DecodeProjectNumberKey("123").has_value());
  EXPECT_FALSE(DecodeProjectKey("1").has_value());
  EXPECT_FALSE(DecodeSequenceKey("1234567").has_value());
  EXPECT_FALSE(DecodeInt64("123456789").has_value());
}

TEST(KeyCodec, DecodersTakeAnyBytes) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 4 == 0 ? 0 : random());
    if (const auto key = DecodeTotalKey(bytes)) {
      EXPECT_EQ(EncodeTotalKey(*key), bytes);
    }
  }
}

}  // namespace
}  // namespace budgetwatch
