// Goal: what comes from outside is checked up to its bounds, and what the ledger says
// reaches its field.
// Method: bounds and tables of bad inputs; one full value of each message.

#include "transport/convert.h"

#include <gtest/gtest.h>

#include "support/builders.h"

namespace budgetwatch {
namespace {

constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z

v1::KnownAt At(int64_t seconds, int32_t nanos) {
  v1::KnownAt message;
  message.mutable_time()->set_seconds(seconds);
  message.mutable_time()->set_nanos(nanos);
  return message;
}

TEST(KnownAtMessage, NothingAndASequence) {
  const auto now = FromMessage(v1::KnownAt());
  ASSERT_TRUE(now.ok());
  EXPECT_FALSE(now.value().sequence || now.value().time);
  for (const int64_t sequence : {INT64_MIN, int64_t{0}, INT64_MAX}) {
    v1::KnownAt message;
    message.set_sequence(sequence);
    const auto known_at = FromMessage(message);
    ASSERT_TRUE(known_at.ok());
    EXPECT_EQ(known_at.value().sequence, sequence);
    EXPECT_FALSE(known_at.value().time.has_value());
  }
}

TEST(KnownAtMessage, TimesAreMicrosecondsRoundedDown) {
  const struct {
    int64_t seconds;
    int32_t nanos;
    int64_t micros;
  } cases[] = {
      {0, 0, 0},
      {1, 999, 1'000'000},
      {1, 1000, 1'000'001},
      {-1, 999'999'999, -1},
      {kFirstSecond, 0, kFirstSecond * 1'000'000},
      {kLastSecond, 999'999'999, kLastSecond * 1'000'000 + 999'999},
  };
  for (const auto& item : cases) {
    const auto known_at = FromMessage(At(item.seconds, item.nanos));
    ASSERT_TRUE(known_at.ok()) << item.seconds;
    EXPECT_EQ(known_at.value().time, item.micros);
    EXPECT_FALSE(known_at.value().sequence.has_value());
  }
}

TEST(KnownAtMessage, TimesThatAreNoneAreRefused) {
  for (const v1::KnownAt& message :
       {At(kFirstSecond - 1, 0), At(kLastSecond + 1, 0), At(INT64_MIN, 0), At(INT64_MAX, 0),
        At(0, -1), At(0, 1'000'000'000), At(0, INT32_MIN), At(0, INT32_MAX)}) {
    const auto known_at = FromMessage(message);
    ASSERT_FALSE(known_at.ok()) << message.ShortDebugString();
    EXPECT_EQ(known_at.error().reason, "INVALID_FIELD");
    EXPECT_EQ(known_at.error().field, "known_at");
  }
}

TEST(Convert, DatesMayBeLeftOut) {
  const auto none = OptionalDate("", "from_date");
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none.value().has_value());
  const auto leap = OptionalDate("2020-02-29", "from_date");
  ASSERT_TRUE(leap.ok());
  EXPECT_EQ(leap.value(), Day("2020-02-29"));
  for (const std::string& text :
       {std::string("2021-02-29"), std::string("2020-6-30"), std::string("2020-06-30 "),
        std::string("今天"), std::string(1 << 16, '9')}) {
    const auto bad = OptionalDate(text, "from_date");
    ASSERT_FALSE(bad.ok());
    EXPECT_EQ(bad.error().reason, "INVALID_DATE");
    EXPECT_EQ(bad.error().field, "from_date");
    EXPECT_LT(bad.error().message.size(), 200u);
  }
}

TEST(Convert, FiscalYearsHaveBounds) {
  for (const int year : {1950, 2020, 2199}) {
    ASSERT_TRUE(FiscalYear(year).ok());
    EXPECT_EQ(FiscalYear(year).value(), year);
  }
  for (const int year : {INT_MIN, 0, 1949, 2200, INT_MAX}) {
    ASSERT_FALSE(FiscalYear(year).ok());
    EXPECT_EQ(FiscalYear(year).error().reason, "INVALID_FIELD");
    EXPECT_EQ(FiscalYear(year).error().field, "fiscal_year");
  }
}

v1::Explanation FullExplanation() {
  v1::Explanation message;
  message.set_cause(v1::CAUSE_CLASS_FACILITY);
  message.set_text("原因");
  message.set_measure("措施");
  message.set_due_date("2020-09-30");
  message.set_explained_by("财务科");
  return message;
}

TEST(Convert, ExplanationsAreReadWhole) {
  const auto explanation = FromMessage(FullExplanation());
  ASSERT_TRUE(explanation.ok());
  EXPECT_EQ(explanation.value(),
            (Explanation{CauseClass::kFacility, "原因", "措施", Day("2020-09-30"), "财务科"}));
}

TEST(Convert, ExplanationsNeedACauseAndAnExistingDay) {
  for (const int cause : {-1, 0, 6}) {
    v1::Explanation message = FullExplanation();
    message.set_cause(static_cast<v1::CauseClass>(cause));
    ASSERT_FALSE(FromMessage(message).ok());
    EXPECT_EQ(FromMessage(message).error().field, "explanation.cause");
  }
  v1::Explanation message = FullExplanation();
  message.set_due_date("2020-09-31");
  ASSERT_FALSE(FromMessage(message).ok());
  EXPECT_EQ(FromMessage(message).error().reason, "INVALID_DATE");
  EXPECT_EQ(FromMessage(message).error().field, "explanation.due_date");
}

TEST(Convert, PaymentsShowWhereTheyAreBooked) {
  RecordedPayment payment;
  payment.entry = MakeEntry(MakeRefund("r", "", "2020-03-01", 40, "a"));
  payment.entry.event.payee = "payee";
  payment.entry.event.memo = "memo";
  payment.entry.booked_project_code = "P1";
  payment.sequence = 7;
  payment.recorded_time = 1;
  payment.booked_project_code = "P1";
  payment.booked_date = Day("2020-03-01");
  payment.effect_fen = -40;
  payment.suspended = true;
  payment.unmatched = true;
  const v1::Payment message = ToMessage(payment);
  EXPECT_EQ(message.ShortDebugString(),
            "source: \"bank\" event { payment_id: \"r\" kind: PAYMENT_KIND_REFUND "
            "project_code: \"P1\" pay_date: \"2020-03-01\" amount_fen: 40 payee: \"payee\" "
            "memo: \"memo\" "
            "original_payment_id: \"a\" } sequence: 7 recorded_time: "
            "\"1970-01-01T00:00:00.000001Z\" effect_fen: -40 suspended: true unmatched: true "
            "booked_project_code: \"P1\" booked_date: \"2020-03-01\"");
}

TEST(Convert, WarningsKeepTheirHistory) {
  Warning warning;
  warning.id = {Rule::kBelowFloor, SubjectKind::kDepartment, "122", 2020, Day("2020-06-30")};
  warning.department_code = "122";
  warning.subject_name = "某局";
  warning.severity = Severity::kCritical;
  warning.opened_date = Day("2020-07-01");
  warning.resolved_date = Day("2020-07-02");
  warning.reopen_count = 1;
  warning.figures = {100, 25, Share{1, 2}, 25, std::nullopt};
  warning.explanation = Explanation{CauseClass::kOther, "t", "", std::nullopt, ""};
  warning.history = {
      {WarningChange::kOpened, 5, 1, Day("2020-07-01"), warning.figures, std::nullopt},
      {WarningChange::kExplained, 6, 2, Day("2020-07-01"), {}, warning.explanation},
      {WarningChange::kResolved, 7, 3, Day("2020-07-02"), {}, std::nullopt}};
  const v1::Warning message = ToMessage(warning);
  EXPECT_EQ(message.warning_id(), "below_floor/2020/department:122/2020-06-30");
  EXPECT_EQ(message.rule(), "below_floor");
  EXPECT_EQ(message.severity(), v1::SEVERITY_CRITICAL);
  EXPECT_EQ(message.subject().kind(), v1::SUBJECT_KIND_DEPARTMENT);
  EXPECT_EQ(message.checkpoint_date(), "2020-06-30");
  EXPECT_EQ(message.state(), v1::WARNING_STATE_RESOLVED);
  EXPECT_EQ(message.resolved_date(), "2020-07-02");
  EXPECT_EQ(message.reopen_count(), 1);
  EXPECT_EQ(message.figures().execution_ratio(), 0.25);
  EXPECT_EQ(message.figures().expected_ratio(), 0.5);
  EXPECT_FALSE(message.figures().has_payment_count());
  EXPECT_FALSE(message.message_zh().empty());
  ASSERT_EQ(message.history_size(), 3);
  EXPECT_EQ(message.history(0).kind(), v1::WARNING_EVENT_KIND_OPENED);
  EXPECT_EQ(message.history(0).figures().gap_fen(), 25);
  EXPECT_EQ(message.history(1).explanation().cause(), v1::CAUSE_CLASS_OTHER);
  EXPECT_FALSE(message.history(2).has_figures());
  EXPECT_EQ(message.history(2).sequence(), 7);
}

}  // namespace
}  // namespace budgetwatch
