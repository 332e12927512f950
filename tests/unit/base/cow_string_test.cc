// Goal: a CowString is the text that it was made of, whoever keeps the bytes.
// Method: each way of making, copying, moving and sharing one, with bytes of the caller
// that change or go away afterwards where they may.

#include "base/cow_string.h"

#include <gtest/gtest.h>

#include <memory>

namespace budgetwatch {
namespace {

TEST(CowStringTest, OwnsWhatItIsMadeOf) {
  std::string bytes = "a text that no small buffer holds";
  const CowString owned(bytes);
  CowString assigned;
  assigned = bytes;
  bytes.assign(bytes.size(), '-');
  EXPECT_EQ(owned, "a text that no small buffer holds");
  EXPECT_EQ(assigned, owned);
  EXPECT_EQ(CowString(), "");
  EXPECT_TRUE(CowString("").empty());
  EXPECT_EQ(CowString(std::string_view("a\0b", 3)).size(), 3u);
}

TEST(CowStringTest, BorrowsWithoutACopy) {
  const std::string bytes = "borrowed";
  CowString borrowed = CowString::Borrow(bytes);
  EXPECT_EQ(std::string_view(borrowed).data(), bytes.data());
  const CowString moved = std::move(borrowed);
  EXPECT_EQ(std::string_view(moved).data(), bytes.data());
  EXPECT_EQ(std::string_view(moved.Share()).data(), bytes.data());
}

TEST(CowStringTest, CopiesOutliveTheBytes) {
  auto bytes = std::make_unique<std::string>("gone soon, and longer than a small buffer");
  const CowString borrowed = CowString::Borrow(*bytes);
  const CowString copied = borrowed;
  CowString assigned("before");
  assigned = borrowed;
  bytes.reset();
  EXPECT_EQ(copied, "gone soon, and longer than a small buffer");
  EXPECT_EQ(assigned, copied);
}

TEST(CowStringTest, WhatSharesAnOwnerOutlivesIt) {
  auto owner = std::make_unique<CowString>("owned");
  const CowString shared = owner->Share();
  owner.reset();
  EXPECT_EQ(shared, "owned");
}

TEST(CowStringTest, MovingLeavesAnEmptyText) {
  CowString from("text");
  CowString to("other");
  to = std::move(from);
  EXPECT_EQ(to, "text");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): what it promises
  CowString& self = to;
  to = std::move(self);
  EXPECT_EQ(to, "text");
  to = to.Share();
  EXPECT_EQ(to.str(), "text");
}

}  // namespace
}  // namespace budgetwatch
