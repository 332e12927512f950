// Goal: a result is a value or an error and never both, and reading the wrong one
// stops the process. Method: both states, by copy and by move.

#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace budgetwatch {
namespace {

TEST(Result, HoldsAValue) {
  const Result<int> result = 7;
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value(), 7);
  EXPECT_DEATH((void)result.error(), "broken invariant");
}

TEST(Result, HoldsAnError) {
  const Result<int> result = Error{ErrorCode::kNotFound, "REASON", "message", "field"};
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(result.error().reason, "REASON");
  EXPECT_EQ(result.error().field, "field");
  EXPECT_DEATH((void)result.value(), "broken invariant");
}

TEST(Result, MovesItsValueOut) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> value = std::move(result).value();
  EXPECT_EQ(*value, 7);
}

TEST(Status, IsOkUnlessItHasAnError) {
  EXPECT_TRUE(Status().ok());
  const Status failed = Error{ErrorCode::kDataLoss, "R", "m", ""};
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::kDataLoss);
  EXPECT_DEATH((void)Status().error(), "broken invariant");
}

}  // namespace
}  // namespace budgetwatch
