// Goal: the order of key bytes is the order of values, keys keep their bytes for
// ever, and decoders take any bytes.
// Method: pairs of random values, golden bytes, random bytes.

#include "storage/key_codec.h"

#include <gtest/gtest.h>

#include <random>

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
BookingKey RandomKey(std::mt19937_64* random) {
  static const std::string kCodes[] = {"A", "AB", "A ", "B", "\xe5\x8a\x9e", "A\xc2\x80"};
  const auto below = [random](uint64_t count) { return (*random)() % count; };
  BookingKey key;
  key.fiscal_year = 1950 + static_cast<int>(below(3) * 100);
  key.project_code = kCodes[below(6)];
  key.date = Date::FromDayNumber(static_cast<int32_t>(below(5) * 300) - 600);
  key.sequence =
      below(2) == 0 ? static_cast<Sequence>(below(3)) : static_cast<Sequence>((*random)());
  key.taken_from = below(2) == 0;
  return key;
}

TEST(KeyCodec, TheOrderOfBytesIsTheOrderOfValues) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const BookingKey a = RandomKey(&random);
    const BookingKey b = RandomKey(&random);
    ASSERT_EQ(CompareBytes(EncodeBookingKey(a), EncodeBookingKey(b)), Sign(a <=> b));
    ASSERT_EQ(CompareBytes(SequenceKey(a.sequence), SequenceKey(b.sequence)),
              Sign(a.sequence <=> b.sequence));
    ASSERT_TRUE(DecodeBookingKey(EncodeBookingKey(a)) == a);
  }
}

TEST(KeyCodec, BytesNeverChange) {
  const Date day = Day("2020-06-30");  // day number 18443 = 0x480b
  EXPECT_EQ(Hex(SequenceKey(258)), "8000000000000102");
  EXPECT_EQ(Hex(PaymentIdKey({"bank", "a1"})), "0462616e6b6131");
  EXPECT_EQ(Hex(EncodeBookingKey({2020, "P1", day, 3, true})),
            "07e45031008000480b800000000000000301");
  EXPECT_EQ(Hex(EncodeTotalKey({2020, "P1", day, 3})), "07e45031008000480b8000000000000003");
  EXPECT_EQ(Hex(YearPrefix(2020)), "07e4");
  EXPECT_EQ(Hex(EncodeInt64(-2)), "feffffffffffffff");
  EXPECT_EQ(Hex(EncodeTotal({1, 2})), "01000000000000000200000000000000");
}

TEST(KeyCodec, ValuesRoundTrip) {
  for (const int64_t value : {INT64_MIN, int64_t{-1}, int64_t{0}, int64_t{256}, INT64_MAX}) {
    EXPECT_EQ(DecodeInt64(EncodeInt64(value)), value);
    EXPECT_EQ(DecodeSequenceKey(SequenceKey(value)), value);
    EXPECT_EQ(DecodeTotal(EncodeTotal({value, -value / 2})), (Total{value, -value / 2}));
  }
  const auto total = DecodeTotalKey(EncodeTotalKey({2199, "P1", Day("1950-01-01"), 9}));
  ASSERT_TRUE(total.has_value());
  EXPECT_EQ(total->fiscal_year, 2199);
  EXPECT_EQ(total->project_code, "P1");
  EXPECT_EQ(total->date, Day("1950-01-01"));
  EXPECT_EQ(total->checkpoint, 9);
}

TEST(KeyCodec, ShortAndLongBytesAreNoKeys) {
  const std::string booking = EncodeBookingKey({2020, "P1", Day("2020-06-30"), 3, false});
  const std::string total = EncodeTotalKey({2020, "P1", Day("2020-06-30"), 3});
  for (size_t length = 0; length < booking.size(); ++length) {
    EXPECT_FALSE(DecodeBookingKey(booking.substr(0, length)).has_value()) << length;
  }
  for (size_t length = 0; length < total.size(); ++length) {
    EXPECT_FALSE(DecodeTotalKey(total.substr(0, length)).has_value()) << length;
  }
  EXPECT_FALSE(DecodeBookingKey(booking + '\0').has_value());
  EXPECT_FALSE(DecodeBookingKey(total + '\x02').has_value());
  EXPECT_FALSE(DecodeTotalKey(booking).has_value());
  EXPECT_FALSE(DecodeSequenceKey("1234567").has_value());
  EXPECT_FALSE(DecodeInt64("123456789").has_value());
  EXPECT_FALSE(DecodeTotal("12345678").has_value());
}

TEST(KeyCodec, DecodersTakeAnyBytes) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 4 == 0 ? 0 : random());
    if (const auto key = DecodeBookingKey(bytes)) {
      EXPECT_EQ(EncodeBookingKey(*key), bytes);
    }
    if (const auto key = DecodeTotalKey(bytes)) {
      EXPECT_EQ(EncodeTotalKey(*key), bytes);
    }
  }
}

}  // namespace
}  // namespace budgetwatch
