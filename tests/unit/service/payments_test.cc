// Goal: what was recorded is found, listed page by page, and told as suspended or
// unmatched while it is. Method: the service over a store in memory.

#include "service/payments.h"

#include <gtest/gtest.h>

#include "storage/memory_store.h"
#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

class PaymentsTest : public testing::Test {
 protected:
  PaymentsTest() { ledger_.Apply(MakePlan("100", {MakeProject("A", 1000)})); }

  RecordedPayment Find(const std::string& id) {
    auto found = ledger_.payments().Find({"bank", id});
    BW_CHECK(found.ok());
    return std::move(found).value();
  }

  static PaymentFilter Year(const std::string& code = "", bool suspended_only = false) {
    return {2020, code, Day("2020-01-01"), Day("2020-12-31"), suspended_only};
  }

  // Ids of the whole list, read in pages of `limit`.
  std::vector<std::string> List(const PaymentFilter& filter, size_t limit) {
    std::vector<std::string> ids;
    std::optional<BookingKey> after;
    do {
      const auto page = ledger_.payments().List(filter, after, limit);
      EXPECT_TRUE(page.ok());
      EXPECT_LE(page.value().payments.size(), limit);
      for (const RecordedPayment& payment : page.value().payments) {
        ids.push_back(payment.entry.event.payment_id.str());
      }
      after = page.value().next;
    } while (after);
    return ids;
  }

  MemoryStore store_;
  TestLedger ledger_{store_};
};

using Ids = std::vector<std::string>;

TEST_F(PaymentsTest, ARecordedPaymentIsFoundWithWhatIsLeftOfIt) {
  ledger_.clock().Set(77);
  ledger_.Record({MakePayment("p", "A", "2020-05-05", 100),
                  MakeRefund("r", "", "2020-05-06", 30, "p"),
                  MakeCorrection("c", "X", "2020-05-07", 20, "p"),
                  MakeRefund("w", "A", "2020-05-08", 1, "none")});
  const RecordedPayment payment = Find("p");
  EXPECT_EQ(payment.sequence, 2);
  EXPECT_EQ(payment.effect_fen, 100);
  EXPECT_EQ(payment.remaining_fen, 50);
  EXPECT_FALSE(payment.suspended);
  const RecordedPayment refund = Find("r");
  EXPECT_EQ(refund.booked_project_code, "A");
  EXPECT_EQ(refund.effect_fen, -30);
  EXPECT_EQ(refund.remaining_fen, 0);
  EXPECT_FALSE(refund.unmatched);
  EXPECT_TRUE(Find("c").suspended);
  EXPECT_EQ(Find("c").remaining_fen, 20);
  EXPECT_TRUE(Find("w").unmatched);
  EXPECT_EQ(ledger_.payments().Find({"tax", "p"}).error().reason, "PAYMENT_NOT_FOUND");
}

TEST_F(PaymentsTest, SuspendedMoneyAttachesItselfWhenAPlanBringsTheProject) {
  EXPECT_EQ(ledger_.RecordOne(MakePayment("p", "X", "2020-05-05", 100)), "suspended");
  EXPECT_TRUE(Find("p").suspended);
  EXPECT_EQ(List(Year("", true), 10), (Ids{"p"}));
  ledger_.Apply(MakePlan("100", {MakeProject("A", 1000), MakeProject("X", 10)}), "2020-06-01");
  EXPECT_FALSE(Find("p").suspended);
  EXPECT_TRUE(List(Year("", true), 10).empty());
  EXPECT_EQ(ledger_.Report("100", "2020-06-30").totals.disbursed_fen, 100);
  EXPECT_EQ(ledger_.Report("100", "2020-05-31").suspense.amount_fen, 100);
}

TEST_F(PaymentsTest, PagesJoinWithoutGapOrRepeat) {
  std::vector<PaymentEvent> events;
  for (int i = 0; i < 30; ++i) {
    static constexpr const char* kCodes[] = {"A", "X", "Y"};
    events.push_back(MakePayment("p" + std::to_string(i), kCodes[i % 3],
                                 i % 2 == 0 ? "2020-05-05" : "2020-04-04", i + 1));
  }
  ledger_.Record(events);
  for (const PaymentFilter& filter : {Year(), Year("X"), Year("", true), Year("Y", true)}) {
    const Ids all = List(filter, 100);
    for (const size_t limit : {size_t{1}, size_t{3}, size_t{10}, all.size()}) {
      EXPECT_EQ(List(filter, limit), all) << limit;
    }
  }
  EXPECT_EQ(List(Year(), 100).size(), 30u);
  EXPECT_EQ(List(Year("", true), 100).size(), 20u);
  EXPECT_TRUE(List(Year("A", true), 100).empty());
  PaymentFilter april = Year();
  april.last = Day("2020-04-30");
  EXPECT_EQ(List(april, 4).size(), 15u);
}

TEST_F(PaymentsTest, ACorrectionIsListedOnBothSides) {
  ledger_.Record(
      {MakePayment("p", "A", "2020-05-05", 100), MakeCorrection("c", "B", "2020-05-05", 40, "p")});
  const auto from = ledger_.payments().List(Year("A"), std::nullopt, 10).value().payments;
  ASSERT_EQ(from.size(), 2u);
  EXPECT_EQ(from[1].effect_fen, -40);
  EXPECT_EQ(from[1].booked_project_code, "A");
  const auto to = ledger_.payments().List(Year("B"), std::nullopt, 10).value().payments;
  ASSERT_EQ(to.size(), 1u);
  EXPECT_EQ(to[0].effect_fen, 40);
}

TEST_F(PaymentsTest, BatchesAreCheckedAsAWhole) {
  std::string reason;
  const auto keep = [&reason](const auto& outcomes) { reason = outcomes.error().reason; };
  ledger_.payments().Record("", {}, nullptr, 0, keep);
  EXPECT_EQ(reason, "INVALID_SOURCE");
  ledger_.payments().Record("bank", std::vector<RawPaymentEvent>(kMaxBatchEvents + 1), nullptr, 0,
                            keep);
  EXPECT_EQ(reason, "BATCH_TOO_LARGE");
}

}  // namespace
}  // namespace budgetwatch
