// Goal: a MaybeOwnedString is the text that it was made of, whoever keeps the bytes.
// Method: each way of making, copying, moving and sharing one, with bytes of the caller
// that change or go away afterwards where they may.

#include "base/maybe_owned_string.h"

#include <gtest/gtest.h>

#include <memory>

namespace budgetwatch {
namespace {

TEST(MaybeOwnedStringTest, OwnsWhatItIsMadeOf) {
  std::string bytes = "a text that no small buffer holds";
  const MaybeOwnedString owned(bytes);
  MaybeOwnedString assigned;
  assigned = bytes;
  bytes.assign(bytes.size(), '-');
  EXPECT_EQ(owned, "a text that no small buffer holds");
  EXPECT_EQ(assigned, owned);
  EXPECT_EQ(MaybeOwnedString(), "");
  EXPECT_TRUE(MaybeOwnedString("").empty());
  EXPECT_EQ(MaybeOwnedString(std::string_view("a\0b", 3)).size(), 3u);
}

TEST(MaybeOwnedStringTest, BorrowsWithoutACopy) {
  const std::string bytes = "borrowed";
  MaybeOwnedString borrowed = MaybeOwnedString::Borrow(bytes);
  EXPECT_EQ(std::string_view(borrowed).data(), bytes.data());
  const MaybeOwnedString moved = std::move(borrowed);
  EXPECT_EQ(std::string_view(moved).data(), bytes.data());
  EXPECT_EQ(std::string_view(moved.Share()).data(), bytes.data());
}

TEST(MaybeOwnedStringTest, CopiesOutliveTheBytes) {
  auto bytes = std::make_unique<std::string>("gone soon, and longer than a small buffer");
  const MaybeOwnedString borrowed = MaybeOwnedString::Borrow(*bytes);
  const MaybeOwnedString copied = borrowed;
  MaybeOwnedString assigned("before");
  assigned = borrowed;
  bytes.reset();
  EXPECT_EQ(copied, "gone soon, and longer than a small buffer");
  EXPECT_EQ(assigned, copied);
}

TEST(MaybeOwnedStringTest, WhatSharesAnOwnerOutlivesIt) {
  auto owner = std::make_unique<MaybeOwnedString>("owned");
  const MaybeOwnedString shared = owner->Share();
  owner.reset();
  EXPECT_EQ(shared, "owned");
}

TEST(MaybeOwnedStringTest, MovingLeavesAnEmptyText) {
  MaybeOwnedString from("text");
  MaybeOwnedString to("other");
  to = std::move(from);
  EXPECT_EQ(to, "text");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): what it promises
  MaybeOwnedString& self = to;
  to = std::move(self);
  EXPECT_EQ(to, "text");
  to = to.Share();
  EXPECT_EQ(to.str(), "text");
}

}  // namespace
}  // namespace budgetwatch
