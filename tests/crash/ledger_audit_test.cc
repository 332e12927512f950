// Goal: the audit of the kill rounds can fail. Method: rows as a ledger would list
// them are made from the model, damaged in one way, and audited; each kind of damage
// must be counted as what it is.
#include "crash/ledger_audit.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace budgetwatch::crash {
namespace {

constexpr int kRound = 1;
constexpr LoadSeed kLoad{.seed = 7, .round = kRound};
constexpr int kLane = 1;  // the one that tests damage
constexpr int kAcknowledged = 6;
constexpr int kSent = 9;

// A record in which two lanes were at work; kLane has batches without an answer.
RoundRecord MakeRecord() {
  RoundRecord record;
  record.load = kLoad;
  record.lanes[0] = {.sent = 4, .acknowledged = 4};
  record.lanes[kLane] = {.sent = kSent, .acknowledged = kAcknowledged};
  return record;
}

// What the ledger holds of a lane after its first batches.
std::vector<HeldEvent> HeldAfter(int batch_count, int lane = kLane) {
  LaneModel model(kLoad, lane);
  while (model.batch_count() < batch_count) (void)model.Next();
  return model.held();
}

// What a ledger lists that holds these events of kLane, and all of lane 0.
std::vector<v1::Payment> List(const std::vector<HeldEvent>& events) {
  std::vector<v1::Payment> rows;
  int64_t sequence = 0;
  const auto add = [&](const HeldEvent& held, int lane) {
    ++sequence;
    for (v1::Payment& row : RowsOf(held, kRound, lane)) {
      row.set_sequence(sequence);
      rows.push_back(std::move(row));
    }
  };
  for (const HeldEvent& held : HeldAfter(4, 0)) add(held, 0);
  for (const HeldEvent& held : events) add(held, kLane);
  return rows;
}

AuditResult Audit(const std::vector<v1::Payment>& rows) {
  LedgerAudit audit(MakeRecord());
  for (const v1::Payment& row : rows) audit.AddRow(row);
  return audit.Finish();
}

TEST(LedgerAudit, AnyWholeNumberOfBatchesAfterTheAcknowledgedIsGood) {
  for (int batches = kAcknowledged; batches <= kSent; ++batches) {
    const AuditResult result = Audit(List(HeldAfter(batches)));
    EXPECT_TRUE(result.clean()) << batches << ": " << result.faults.front();
    EXPECT_EQ(result.unacknowledged_batches, kSent - kAcknowledged);
    EXPECT_EQ(result.unacknowledged_held, batches - kAcknowledged);
  }
}

TEST(LedgerAudit, MissingAcknowledgedEventIsLost) {
  std::vector<HeldEvent> events = HeldAfter(kSent);
  events.erase(events.begin() + 3);
  EXPECT_EQ(Audit(List(events)).lost, 1);
}

TEST(LedgerAudit, MissingAcknowledgedBatchIsLost) {
  const AuditResult result = Audit(List(HeldAfter(kAcknowledged - 1)));
  EXPECT_EQ(result.lost,
            std::ssize(HeldAfter(kAcknowledged)) - std::ssize(HeldAfter(kAcknowledged - 1)));
}

TEST(LedgerAudit, EventListedTwiceIsDoubled) {
  std::vector<v1::Payment> rows = List(HeldAfter(kSent));
  rows.push_back(rows.back());
  rows.back().set_sequence(1'000'000);
  EXPECT_EQ(Audit(rows).doubled, 1);
}

TEST(LedgerAudit, HalfABatchIsPartial) {
  std::vector<HeldEvent> events = HeldAfter(kSent);
  ASSERT_EQ(events.back().batch, kSent - 1);
  ASSERT_EQ(events[events.size() - 2].batch, kSent - 1) << "the last batch needs two events";
  events.pop_back();
  EXPECT_GE(Audit(List(events)).partial, 1);
}

TEST(LedgerAudit, BatchBehindAMissingOneIsPartial) {
  std::vector<HeldEvent> events = HeldAfter(kSent);
  std::erase_if(events, [](const HeldEvent& held) { return held.batch == kSent - 2; });
  EXPECT_GE(Audit(List(events)).partial, 1);
}

TEST(LedgerAudit, EventThatNobodySentIsForeign) {
  EXPECT_GE(Audit(List(HeldAfter(kSent + 1))).foreign, 1);
  std::vector<v1::Payment> rows = List(HeldAfter(kSent));
  rows.front().set_source("somebody");
  EXPECT_EQ(Audit(rows).foreign, 1);
}

TEST(LedgerAudit, OtherContentIsAltered) {
  std::vector<v1::Payment> rows = List(HeldAfter(kSent));
  rows.back().mutable_event()->set_memo("");
  rows.front().set_remaining_fen(rows.front().remaining_fen() + 1);
  rows[1].set_booked_date("2020-12-31");
  EXPECT_EQ(Audit(rows).altered, 3);
}

TEST(LedgerAudit, ExchangedOrderIsAltered) {
  std::vector<HeldEvent> events = HeldAfter(kSent);
  std::swap(events[4], events[5]);
  EXPECT_EQ(Audit(List(events)).altered, 1);
}

TEST(LedgerAudit, ForgottenEffectOfALaterRefundIsAltered) {
  std::vector<HeldEvent> events = HeldAfter(kSent);
  const auto spent = std::find_if(events.begin(), events.end(), [](const HeldEvent& held) {
    return held.kind == v1::PAYMENT_KIND_PAYMENT && held.remaining_fen < held.amount_fen;
  });
  ASSERT_NE(spent, events.end());
  spent->remaining_fen = spent->amount_fen;
  EXPECT_EQ(Audit(List(events)).altered, 1);
}

}  // namespace
}  // namespace budgetwatch::crash
