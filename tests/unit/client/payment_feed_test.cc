// Goal: the generated events are what the API reads, differ where they must, and are
// the same for the same seed.
// Method: encode them, and read them back with the generated messages.

#include "bench/payment_feed.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "budgetwatch/v1/payment_service.pb.h"

namespace budgetwatch::bench {
namespace {

v1::PaymentEvent Read(const PaymentFeed& feed, int64_t index) {
  std::string bytes(PaymentFeed::kEventBytes, '\0');
  feed.Encode(feed.At(index), reinterpret_cast<uint8_t*>(bytes.data()));
  v1::RecordPaymentsRequest request;
  EXPECT_TRUE(request.ParseFromString(bytes));
  EXPECT_EQ(request.payments_size(), 1);
  EXPECT_EQ(request.SerializeAsString(), bytes);
  return request.payments_size() == 1 ? request.payments(0) : v1::PaymentEvent();
}

TEST(PaymentFeedTest, EveryFieldReadsBack) {
  const PaymentFeed feed({.year = 2021, .project_count = 30, .day_count = 40, .tag = "abcdefgh"});
  for (int64_t index = 0; index < 1'000; ++index) {
    const FeedItem item = feed.At(index);
    const v1::PaymentEvent event = Read(feed, index);
    EXPECT_EQ(event.payment_id().size(), 24u);
    EXPECT_TRUE(event.payment_id().starts_with("abcdefgh"));
    EXPECT_EQ(event.kind(), v1::PAYMENT_KIND_PAYMENT);
    EXPECT_EQ(event.project_code(), feed.ProjectCode(item.project));
    EXPECT_EQ(event.amount_fen(), item.amount_fen);
    EXPECT_GT(event.amount_fen(), 0);
    EXPECT_TRUE(event.pay_date() >= "2021-01-01" && event.pay_date() <= "2021-02-09")
        << event.pay_date();
    EXPECT_FALSE(event.payee().empty());
    EXPECT_FALSE(event.memo().empty());
  }
}

TEST(PaymentFeedTest, TextsStandWhereTheyAreSaidToBe) {
  const PaymentFeed feed(FeedOptions{});
  std::string bytes(PaymentFeed::kEventBytes, '\0');
  auto* event = reinterpret_cast<uint8_t*>(bytes.data());
  feed.Encode(feed.At(7), event);
  const v1::PaymentEvent read = Read(feed, 7);
  EXPECT_EQ(TextOf(event, PaymentFeed::kId), read.payment_id());
  EXPECT_EQ(TextOf(event, PaymentFeed::kProject), read.project_code());
  EXPECT_EQ(TextOf(event, PaymentFeed::kDate), read.pay_date());
  EXPECT_EQ(TextOf(event, PaymentFeed::kPayee), read.payee());
  EXPECT_EQ(TextOf(event, PaymentFeed::kMemo), read.memo());
}

TEST(PaymentFeedTest, RepeatsAreWordForWordAndFarEnough) {
  for (const bool scattered : {false, true}) {
    const PaymentFeed feed(
        {.repeat_permille = 100, .repeat_distance = 500, .scattered_ids = scattered});
    std::map<std::string, int64_t> first;  // by id
    int repeats = 0;
    for (int64_t index = 0; index < 20'000; ++index) {
      const FeedItem item = feed.At(index);
      EXPECT_EQ(item.repeat, feed.IsRepeat(index));
      const v1::PaymentEvent event = Read(feed, index);
      const auto [found, added] = first.emplace(event.payment_id(), index);
      EXPECT_EQ(added, !item.repeat);
      if (added) continue;
      ++repeats;
      EXPECT_EQ(found->second, item.original);
      EXPECT_GE(index - item.original, 500);
      EXPECT_EQ(Read(feed, item.original).SerializeAsString(), event.SerializeAsString());
    }
    EXPECT_NEAR(repeats, 1'950, 200);
  }
}

TEST(PaymentFeedTest, SpreadsOverProjectsAndDays) {
  const PaymentFeed feed({.project_count = 12, .day_count = 365});
  std::map<int, int> projects;
  std::map<int, int> days;
  for (int64_t index = 0; index < 36'500; ++index) {
    ++projects[feed.At(index).project];
    ++days[feed.At(index).day];
  }
  EXPECT_EQ(projects.size(), 12u);
  EXPECT_EQ(days.size(), 365u);
  for (const auto& [project, count] : projects) EXPECT_NEAR(count, 3'042, 300) << project;
  for (const auto& [day, count] : days) EXPECT_NEAR(count, 100, 60) << day;
}

TEST(PaymentFeedTest, TheSeedDecidesAndCodesAreUnique) {
  const PaymentFeed one({.seed = 1});
  const PaymentFeed same({.seed = 1});
  const PaymentFeed other({.seed = 2});
  EXPECT_EQ(Read(one, 99).SerializeAsString(), Read(same, 99).SerializeAsString());
  EXPECT_NE(Read(one, 99).SerializeAsString(), Read(other, 99).SerializeAsString());

  const PaymentFeed many({.project_count = 100'000});
  std::set<std::string_view> codes;
  for (int i = 0; i < 100'000; ++i) codes.insert(many.ProjectCode(i));
  EXPECT_EQ(codes.size(), 100'000u);
  EXPECT_EQ(many.ProjectCode(0), "122-0601-JBN-AAAA");
  EXPECT_EQ(many.ProjectCode(27), "122-0601-JBN-AABB");
}

}  // namespace
}  // namespace budgetwatch::bench
