#include "service/taken.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>

namespace budgetwatch {
namespace {

TEST(TakenSums, AreThoseOfAMapInItsOrder) {
  TakenSums sums;
  std::map<Sequence, int64_t> expected;
  std::mt19937_64 random(7);
  for (int i = 0; i < 400'000; ++i) {
    const auto payment = static_cast<Sequence>(random() % 150'000);
    const auto amount_fen = static_cast<int64_t>(random() % 1'000) + 1;
    sums.Add(payment, amount_fen);
    expected[payment] += amount_fen;
    // Asking in between changes nothing.
    if (i % 100'000 == 0) (void)sums.Read();
  }
  std::map<Sequence, int64_t> read;
  Sequence before = -1;
  for (TakenSums::Reader reader = sums.Read(); reader.item() != nullptr; reader.Next()) {
    EXPECT_LT(before, reader.item()->payment);
    before = reader.item()->payment;
    read[before] = reader.item()->amount_fen;
  }
  EXPECT_EQ(read, expected);
}

TEST(TakenSums, KeepTheLargestAmounts) {
  TakenSums sums;
  const Sequence last = std::numeric_limits<Sequence>::max();
  sums.Add(last, std::numeric_limits<int64_t>::min());
  sums.Add(1, std::numeric_limits<int64_t>::max());
  TakenSums::Reader reader = sums.Read();
  EXPECT_EQ(reader.item()->payment, 1);
  EXPECT_EQ(reader.item()->amount_fen, std::numeric_limits<int64_t>::max());
  reader.Next();
  EXPECT_EQ(reader.item()->payment, last);
  EXPECT_EQ(reader.item()->amount_fen, std::numeric_limits<int64_t>::min());
  reader.Next();
  EXPECT_EQ(reader.item(), nullptr);
}

TEST(TakenSums, AreEmptyAtFirst) { EXPECT_EQ(TakenSums().Read().item(), nullptr); }

}  // namespace
}  // namespace budgetwatch
