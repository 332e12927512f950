// Goal: a malformed event is refused for the first reason in the order of the enum,
// with its field; a well-formed one gets its normal form.
// Method: one event that breaks everything, mended reason by reason; tables.

#include "domain/payment.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "domain/money.h"
#include "support/builders.h"

namespace budgetwatch {
namespace {

RawPaymentEvent Good() {
  RawPaymentEvent raw;
  raw.payment_id = "a";
  raw.kind = 1;
  raw.project_code = "P1";
  raw.pay_date = "2020-06-30";
  raw.amount_fen = 100;
  return raw;
}

PaymentRefusal RefusalOf(const RawPaymentEvent& raw) {
  const auto result = NormalizePayment(raw);
  const auto* refusal = std::get_if<PaymentRefusal>(&result);
  return refusal == nullptr ? PaymentRefusal{Reason::kDataDamaged, "", "none"} : *refusal;
}

TEST(NormalizePayment, ReasonsComeInTheOrderOfTheEnum) {
  const std::string long_memo(kMaxMemoBytes + 1, 'x');
  RawPaymentEvent raw;
  raw.memo = long_memo;
  raw.payee = "\xff";
  raw.original_payment_id = "x\n";
  raw.kind = 9;
  raw.pay_date = "2020-02-30";
  raw.amount_fen = 0;
  const auto expect = [&raw](Reason reason, const char* field) {
    const PaymentRefusal refusal = RefusalOf(raw);
    EXPECT_EQ(ReasonName(refusal.reason), ReasonName(reason));
    EXPECT_EQ(refusal.field, field);
    EXPECT_FALSE(refusal.message.empty());
  };
  expect(Reason::kMissingPaymentId, "payment_id");
  raw.payment_id = "a";
  expect(Reason::kFieldTooLong, "memo");
  raw.memo = "";
  expect(Reason::kInvalidUtf8, "payee");
  raw.payee = "";
  expect(Reason::kControlCharacter, "original_payment_id");
  raw.original_payment_id = "x";
  expect(Reason::kInvalidKind, "kind");
  raw.kind = 3;
  expect(Reason::kMissingProjectCode, "project_code");
  raw.project_code = "P1";
  expect(Reason::kInvalidDate, "pay_date");
  raw.pay_date = "1949-12-31";
  expect(Reason::kYearOutOfRange, "pay_date");
  raw.pay_date = "2200-01-01";
  expect(Reason::kYearOutOfRange, "pay_date");
  raw.pay_date = "2020-06-30";
  expect(Reason::kZeroAmount, "amount_fen");
  raw.amount_fen = -kMaxAmountFen - 1;
  expect(Reason::kInvalidAmount, "amount_fen");
  raw.amount_fen = kMaxAmountFen + 1;
  raw.original_payment_id = "";
  expect(Reason::kAmountOutOfRange, "amount_fen");
  raw.amount_fen = kMaxAmountFen;
  expect(Reason::kMissingOriginal, "original_payment_id");
  raw.kind = 1;
  raw.original_payment_id = "x";
  expect(Reason::kOriginalNotAllowed, "original_payment_id");
}

TEST(NormalizePayment, OnlyARefundOfAnOriginalMayLackItsProject) {
  const struct {
    int kind;
    int64_t amount_fen;
    const char* original;
    bool taken;
  } cases[] = {{2, 5, "x", true},  {2, -5, "x", true}, {1, -5, "x", true},
               {0, -5, "x", true}, {2, 5, "", false},  {1, -5, "", false},
               {1, 5, "x", false}, {3, 5, "x", false}, {3, -5, "x", false}};
  for (const auto& test : cases) {
    RawPaymentEvent raw = Good();
    raw.project_code = "";
    raw.kind = test.kind;
    raw.amount_fen = test.amount_fen;
    raw.original_payment_id = test.original;
    const auto result = NormalizePayment(raw);
    EXPECT_EQ(std::holds_alternative<PaymentEvent>(result), test.taken)
        << test.kind << ' ' << test.amount_fen;
    if (!test.taken) {
      EXPECT_EQ(RefusalOf(raw).reason, Reason::kMissingProjectCode);
    }
  }
}

TEST(NormalizePayment, SignsAreDroppedAndANegativePaymentIsARefund) {
  const struct {
    int kind;
    int64_t amount_fen;
    PaymentKind expected;
  } cases[] = {{0, 7, PaymentKind::kPayment}, {1, 7, PaymentKind::kPayment},
               {0, -7, PaymentKind::kRefund}, {1, -7, PaymentKind::kRefund},
               {2, 7, PaymentKind::kRefund},  {2, -7, PaymentKind::kRefund}};
  for (const auto& test : cases) {
    RawPaymentEvent raw = Good();
    raw.kind = test.kind;
    raw.amount_fen = test.amount_fen;
    const auto result = NormalizePayment(raw);
    const auto& event = std::get<PaymentEvent>(result);
    EXPECT_EQ(event.kind, test.expected);
    EXPECT_EQ(event.amount_fen, 7);
  }
}

TEST(NormalizePayment, AmountsAreTakenUpToTheLimit) {
  RawPaymentEvent raw = Good();
  for (const int64_t amount_fen : {kMaxAmountFen, -kMaxAmountFen, int64_t{1}, int64_t{-1}}) {
    raw.amount_fen = amount_fen;
    EXPECT_TRUE(std::holds_alternative<PaymentEvent>(NormalizePayment(raw))) << amount_fen;
  }
  for (const int64_t amount_fen : {kMaxAmountFen + 1, -kMaxAmountFen - 1, INT64_MAX, INT64_MIN}) {
    raw.amount_fen = amount_fen;
    EXPECT_EQ(RefusalOf(raw).reason, Reason::kAmountOutOfRange) << amount_fen;
  }
}

TEST(NormalizePayment, TextsAreTakenUpToTheirLimits) {
  const std::string text(kMaxMemoBytes + 1, 'x');
  const std::string_view all = text;
  const auto taken = [](RawPaymentEvent raw) {
    return std::holds_alternative<PaymentEvent>(NormalizePayment(raw));
  };
  for (const size_t extra : {size_t{0}, size_t{1}}) {
    RawPaymentEvent id = Good(), code = Good(), payee = Good(), memo = Good();
    id.payment_id = all.substr(0, kMaxPaymentIdBytes + extra);
    code.project_code = all.substr(0, kMaxProjectCodeBytes + extra);
    payee.payee = all.substr(0, kMaxPayeeBytes + extra);
    memo.memo = all.substr(0, kMaxMemoBytes + extra);
    for (const RawPaymentEvent& raw : {id, code, payee, memo}) EXPECT_EQ(taken(raw), extra == 0);
  }
  RawPaymentEvent lines = Good();
  lines.memo = "two\nlines";
  EXPECT_TRUE(taken(lines));
}

TEST(NormalizePayment, MessagesAreValidUtf8WhateverTheEvent) {
  for (const char* date : {"二〇二〇年六月三十日上午", "\xff\xff", "2020-06-3二二二二二二"}) {
    RawPaymentEvent raw = Good();
    raw.pay_date = date;
    EXPECT_TRUE(IsValidUtf8(RefusalOf(raw).message)) << RefusalOf(raw).message;
  }
}

TEST(CheckSource, NamesASystem) {
  EXPECT_TRUE(CheckSource("国库集中支付").ok());
  EXPECT_TRUE(CheckSource(std::string(kMaxSourceBytes, 'x')).ok());
  for (const std::string& source : {std::string(), std::string(kMaxSourceBytes + 1, 'x'),
                                    std::string("a\n"), std::string("\xff")}) {
    ASSERT_FALSE(CheckSource(source).ok());
    EXPECT_EQ(CheckSource(source).error().reason, "INVALID_SOURCE");
  }
}

TEST(Reasons, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(kLastReason); ++i) {
    const std::string_view name = ReasonName(static_cast<Reason>(i));
    EXPECT_FALSE(name.empty()) << i;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

}  // namespace
}  // namespace budgetwatch
