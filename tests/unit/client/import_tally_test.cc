// Goal: every row is counted once, rejections stand in the order of the file, and
// the sum is what entered the books.

#include "budgetctl/import_tally.h"

#include <gtest/gtest.h>

namespace budgetwatch::ctl {
namespace {

v1::PaymentEvent Event(v1::PaymentKind kind, int64_t amount_fen) {
  v1::PaymentEvent event;
  event.set_kind(kind);
  event.set_amount_fen(amount_fen);
  return event;
}

v1::PaymentOutcome Outcome(v1::PaymentOutcome::Outcome outcome, const std::string& reason = "",
                           const std::string& field = "") {
  v1::PaymentOutcome message;
  message.set_outcome(outcome);
  message.set_reason(reason);
  message.set_field(field);
  return message;
}

TEST(ImportTallyTest, RejectionsOfReaderAndServerMergeByRow) {
  PaymentTally tally;
  const auto event = Event(v1::PAYMENT_KIND_PAYMENT, 0);
  // The reader is ahead of the server's answers.
  tally.AddRejection(4, "INVALID_AMOUNT", "amount", "");
  tally.AddRejection(9, "INVALID_UTF8", "payee", "");
  tally.AddOutcome(2, event,
                   Outcome(v1::PaymentOutcome::OUTCOME_REJECTED, "ZERO_AMOUNT", "amount_fen"));
  tally.AddOutcome(5, event,
                   Outcome(v1::PaymentOutcome::OUTCOME_REJECTED, "INVALID_DATE", "pay_date"));

  const v1::PaymentImportSummary summary = tally.summary();
  ASSERT_EQ(summary.rejections_size(), 4);
  EXPECT_EQ(summary.rejected_count(), 4);
  EXPECT_EQ(summary.rejections(0).row(), 2);
  EXPECT_EQ(summary.rejections(0).reason(), "ZERO_AMOUNT");
  EXPECT_EQ(summary.rejections(0).field(), "amount");  // the name of the column
  EXPECT_EQ(summary.rejections(1).row(), 4);
  EXPECT_EQ(summary.rejections(2).row(), 5);
  EXPECT_EQ(summary.rejections(2).field(), "pay_date");
  EXPECT_EQ(summary.rejections(3).row(), 9);
}

TEST(ImportTallyTest, SumIsWhatEnteredTheBooks) {
  PaymentTally tally;
  const auto recorded = Outcome(v1::PaymentOutcome::OUTCOME_RECORDED);
  tally.AddOutcome(2, Event(v1::PAYMENT_KIND_PAYMENT, 10'000), recorded);
  tally.AddOutcome(3, Event(v1::PAYMENT_KIND_PAYMENT, -300), recorded);  // a refund
  tally.AddOutcome(4, Event(v1::PAYMENT_KIND_REFUND, 20), recorded);
  tally.AddOutcome(5, Event(v1::PAYMENT_KIND_REFUND, -20), recorded);
  tally.AddOutcome(6, Event(v1::PAYMENT_KIND_CORRECTION, 5'000), recorded);
  tally.AddOutcome(7, Event(v1::PAYMENT_KIND_PAYMENT, 7),
                   Outcome(v1::PaymentOutcome::OUTCOME_SUSPENDED));
  tally.AddOutcome(8, Event(v1::PAYMENT_KIND_PAYMENT, 10'000),
                   Outcome(v1::PaymentOutcome::OUTCOME_DUPLICATE));

  const v1::PaymentImportSummary summary = tally.summary();
  EXPECT_EQ(summary.recorded_count(), 5);
  EXPECT_EQ(summary.suspended_count(), 1);
  EXPECT_EQ(summary.duplicate_count(), 1);
  EXPECT_EQ(summary.rejected_count(), 0);
  EXPECT_EQ(summary.amount_fen(), 10'000 - 300 - 20 - 20 + 7);
  EXPECT_EQ(tally.row_count(), 7);
}

TEST(ImportTallyTest, AnOutcomeOfANewerServerIsNotCountedAsRecorded) {
  PaymentTally tally;
  tally.AddOutcome(2, Event(v1::PAYMENT_KIND_PAYMENT, 1),
                   Outcome(static_cast<v1::PaymentOutcome::Outcome>(99)));
  EXPECT_EQ(tally.summary().rejected_count(), 1);
  EXPECT_EQ(tally.summary().amount_fen(), 0);
}

TEST(ImportTallyTest, ObservationsAreCountedAndFieldsBecomeColumns) {
  ObservationTally tally;
  v1::ObservationOutcome outcome;
  for (const auto kind :
       {v1::ObservationOutcome::OUTCOME_RECORDED, v1::ObservationOutcome::OUTCOME_SUSPENDED,
        v1::ObservationOutcome::OUTCOME_DUPLICATE}) {
    outcome.set_outcome(kind);
    tally.AddOutcome(2, outcome);
  }
  outcome.set_outcome(v1::ObservationOutcome::OUTCOME_REJECTED);
  outcome.set_reason("UNIT_MISMATCH");
  outcome.set_field("unit");
  tally.AddOutcome(9, outcome);
  outcome.set_field("number");
  tally.AddOutcome(5, outcome);
  outcome.set_outcome(static_cast<v1::ObservationOutcome::Outcome>(99));
  tally.AddOutcome(7, outcome);
  const v1::ObservationImportSummary summary = tally.summary();
  EXPECT_EQ(summary.recorded_count(), 1);
  EXPECT_EQ(summary.suspended_count(), 1);
  EXPECT_EQ(summary.duplicate_count(), 1);
  EXPECT_EQ(summary.rejected_count(), 3);
  ASSERT_EQ(summary.rejections_size(), 3);
  EXPECT_EQ(summary.rejections(0).row(), 5);
  EXPECT_EQ(summary.rejections(0).field(), "value");
  EXPECT_EQ(summary.rejections(2).reason(), "UNIT_MISMATCH");
  EXPECT_EQ(ObservationColumn("survey.asked_count"), "asked");
  EXPECT_EQ(ObservationColumn("achieved_percent"), "percent");
  EXPECT_EQ(ObservationColumn("observed_date"), "observed_date");
}

}  // namespace
}  // namespace budgetwatch::ctl
