#include "service/taken.h"

#include <gtest/gtest.h>

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
    if (i % 100'000 == 0) (void)sums.Sorted();
  }
  ASSERT_EQ(sums.Sorted().size(), expected.size());
  auto next = expected.begin();
  for (const TakenSums::Item& item : sums.Sorted()) {
    EXPECT_EQ(item.payment, next->first);
    EXPECT_EQ(item.amount_fen, next->second);
    ++next;
  }
}

TEST(TakenSums, AreEmptyAtFirst) { EXPECT_TRUE(TakenSums().Sorted().empty()); }

}  // namespace
}  // namespace budgetwatch
