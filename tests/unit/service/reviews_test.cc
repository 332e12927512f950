// Goal: observations are recorded once, count when a plan has their indicator, and open
// warnings; a review day that has passed is reviewed once, by itself, with the same bytes
// whether the ledger was open on that day or not.
// Method: the services over a store in memory, with the business date set by hand.

#include "service/reviews.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "storage/memory_store.h"
#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

// Tells all that a review shows of results, without the API's messages.
class TextFormat : public ReviewFormat {
 public:
  std::string Encode(const ReviewContent& content) const override {
    std::string text = ReportText(content.execution) + '\n' + content.period;
    for (const LineResults& line : content.performance.lines) {
      for (const Attainment& attainment : line.attainments) text += '\n' + DescribeZh(attainment);
      text += '\n' + line.forecast.basis_zh;
    }
    return text + '\n' + FormatDecimal(content.scorecard.points.value_or(Rational()), 2);
  }
  std::string HashOf(const std::string& bytes) const override {
    return std::to_string(std::hash<std::string>()(bytes));
  }
};

Indicator MakeIndicator(const std::string& id, const std::string& target_text) {
  Indicator indicator;
  indicator.indicator_id = id;
  indicator.level1 = "产出指标";
  indicator.level3 = "指标" + id;
  indicator.target_text = target_text;
  return indicator;
}

Plan PlanWithIndicators() {
  Project project = MakeProject("A", 1'000'000, {"", "50", "80", "100"});
  project.indicators = {MakeIndicator("1", "≥90%"), MakeIndicator("2", "≥10次")};
  return MakePlan("100", {project});
}

ObservationEvent Observe(const std::string& id, const std::string& indicator, std::string_view date,
                         ObservedValue value, const std::string& corrects = "") {
  ObservationEvent event;
  event.observation_id = id;
  event.project_code = "A";
  event.indicator_id = indicator;
  event.observed_date = Day(date);
  event.value = std::move(value);
  event.corrects_observation_id = corrects;
  return event;
}

class ReviewsTest : public testing::Test {
 protected:
  std::vector<std::string> Record(std::vector<ObservationEvent> events) {
    std::vector<Observations::Item> items(events.begin(), events.end());
    const auto outcomes = ledger_.observations().Record("unit", std::move(items));
    std::vector<std::string> texts;
    BW_CHECK(outcomes.ok());
    for (const ObservationOutcome& outcome : outcomes.value()) {
      switch (outcome.kind) {
        case ObservationOutcome::Kind::kRecorded: texts.push_back("recorded"); break;
        case ObservationOutcome::Kind::kDuplicate: texts.push_back("duplicate"); break;
        case ObservationOutcome::Kind::kSuspended: texts.push_back("suspended"); break;
        case ObservationOutcome::Kind::kRejected:
          texts.emplace_back(ReasonName(outcome.refusal->reason));
      }
    }
    return texts;
  }

  std::vector<std::string> OpenRules(const std::string& subject) {
    Warnings::Filter filter;
    filter.open = true;
    filter.subject_code = subject;
    std::vector<std::string> rules;
    const auto listed = ledger_.warnings().List(filter, "", 100).value();
    for (const Warning& warning : listed.warnings) {
      rules.emplace_back(RuleName(warning.id.rule));
    }
    return rules;
  }

  std::unique_ptr<Reviews> MakeReviews() {
    return std::make_unique<Reviews>(ledger_.ledger(), ledger_.committer(), ledger_.reports(),
                                     ledger_.warnings(), ledger_.calendar(), format_);
  }

  PerformanceReport Performance(std::optional<Sequence> known_at = std::nullopt) {
    auto report =
        ledger_.reports().Performance({"100", 2020, Day("2020-06-30"), {known_at, std::nullopt}});
    BW_CHECK(report.ok());
    return std::move(report).value();
  }

  MemoryStore store_;
  TestLedger ledger_{store_};
  TextFormat format_;
};

using Texts = std::vector<std::string>;

TEST_F(ReviewsTest, ADayThatAProfileAddsIsReviewedOnTheSameDay) {
  Profile without_days;
  without_days.review_days.clear();
  ASSERT_TRUE(ledger_.administration().AdoptProfile(without_days).value());
  ledger_.Apply(PlanWithIndicators());
  const auto reviews = MakeReviews();
  const auto count = [this] {
    return ledger_.ledger().View(
        [](const LedgerState& state) { return state.reviews().all().size(); });
  };
  reviews->Start();
  ASSERT_TRUE(reviews->RunSchedule().ok());
  EXPECT_EQ(count(), 0u);
  ASSERT_TRUE(ledger_.administration().AdoptProfile(Profile()).value());
  reviews->LookAgain();
  const SteadyTime deadline = SteadyNow() + std::chrono::seconds(60);
  while (count() == 0 && SteadyNow() < deadline) std::this_thread::yield();
  EXPECT_EQ(count(), 1u);
  reviews->Stop();
}

TEST_F(ReviewsTest, RecordsObservationsOnce) {
  ledger_.Apply(PlanWithIndicators());
  const ObservationEvent good = Observe("o1", "1", "2020-06-30", SurveyValue{95, 100});
  ObservationEvent other = good;
  other.value = SurveyValue{96, 100};
  ObservationEvent unit = Observe("o2", "2", "2020-06-30", NumberValue{"3"});
  unit.unit = "个";
  EXPECT_EQ(Record({good, good, other, unit}),
            (Texts{"recorded", "duplicate", "OBSERVATION_ID_CONFLICT", "UNIT_MISMATCH"}));
  EXPECT_EQ(Record({good, other}), (Texts{"duplicate", "OBSERVATION_ID_CONFLICT"}));
  EXPECT_EQ(Record({Observe("o3", "9", "2020-06-30", NumberValue{"3"})}), Texts{"suspended"});
  EXPECT_EQ(Performance().suspended_count, 1);
  ledger_.Restart();
  EXPECT_EQ(Record({good}), Texts{"duplicate"});
}

TEST_F(ReviewsTest, ASuspendedObservationCountsOnceAPlanHasItsIndicator) {
  EXPECT_EQ(Record({Observe("o1", "1", "2020-06-30", NumberValue{"95"})}), Texts{"suspended"});
  ledger_.Apply(PlanWithIndicators());
  EXPECT_EQ(Performance().suspended_count, 0);
  EXPECT_EQ(Performance().totals.met_count, 1);
}

TEST_F(ReviewsTest, CorrectionsSupersedeAndEarlierKnowledgeStays) {
  ledger_.Apply(PlanWithIndicators());
  EXPECT_EQ(Record({Observe("o1", "1", "2020-06-30", NumberValue{"95"})}), Texts{"recorded"});
  const Sequence before = ledger_.sequence();
  EXPECT_EQ(
      Record({Observe("o2", "1", "2020-06-30", NumberValue{"80"}, "o1"),
              Observe("o3", "1", "2020-06-30", NumberValue{"81"}, "o1"),
              Observe("o4", "2", "2020-06-30", NumberValue{"81"}, "o2"),
              Observe("o5", "1", "2020-06-30", NumberValue{"81"}, "x")}),
      (Texts{"recorded", "CORRECTED_NOT_FOUND", "CORRECTED_NOT_FOUND", "CORRECTED_NOT_FOUND"}));
  EXPECT_EQ(Performance().totals.met_count, 0);
  EXPECT_EQ(Performance(before).totals.met_count, 1);
}

TEST_F(ReviewsTest, ResultsOpenAndResolveWarnings) {
  ledger_.Apply(PlanWithIndicators());
  EXPECT_THAT(OpenRules("A"), testing::Contains("target_unobserved"));
  Record({Observe("o1", "1", "2020-06-30", NumberValue{"85"}),
          Observe("o2", "2", "2020-06-30", NumberValue{"3"})});
  EXPECT_THAT(OpenRules("A"), testing::Not(testing::Contains("target_unobserved")));
  // A share is a level, missed at once; an amount has time until the end of the year.
  EXPECT_EQ(OpenRules("A#1"), Texts{"target_missed"});
  EXPECT_EQ(OpenRules("A#2"), Texts{});
  Record({Observe("o3", "1", "2020-07-01", NumberValue{"91"})});
  EXPECT_EQ(OpenRules("A#1"), Texts{});
}

TEST_F(ReviewsTest, IndicatorsWithAMarkInTheirIdOpenWarningsToo) {
  Project project = MakeProject("A", 1'000'000, {"", "50", "80", "100"});
  project.indicators = {MakeIndicator("1#2", "≥90%")};
  // Its subjects begin as those of A do.
  Project other = MakeProject("A#1", 1'000'000, {"", "50", "80", "100"});
  other.indicators = {MakeIndicator("2", "≥90%")};
  ledger_.Apply(MakePlan("100", {project, other}));
  ObservationEvent of_other = Observe("o2", "2", "2020-06-30", NumberValue{"80"});
  of_other.project_code = "A#1";
  Record({Observe("o1", "1#2", "2020-06-30", NumberValue{"85"}), of_other});
  EXPECT_EQ(OpenRules("A#1%232"), Texts{"target_missed"});
  EXPECT_EQ(OpenRules("A#1#2"), Texts{"target_missed"});
  Record({Observe("o3", "1#2", "2020-07-01", NumberValue{"91"})});
  EXPECT_EQ(OpenRules("A#1%232"), Texts{});
  EXPECT_EQ(OpenRules("A#1#2"), Texts{"target_missed"});
  of_other.observation_id = "o4";
  of_other.observed_date = Day("2020-07-01");
  of_other.value = NumberValue{"91"};
  Record({of_other});
  EXPECT_EQ(OpenRules("A#1#2"), Texts{});
}

TEST_F(ReviewsTest, ResultsWithoutMoneyAndMoneyWithoutResultsDiverge) {
  ledger_.Apply(PlanWithIndicators());
  Record({Observe("o1", "1", "2020-06-30", NumberValue{"95"}),
          Observe("o2", "2", "2020-06-30", NumberValue{"10"})});
  EXPECT_THAT(OpenRules("A"), testing::Contains("results_outpace_money"));
  ledger_.Record({MakePayment("p", "A", "2020-06-30", 900'000)});
  EXPECT_THAT(OpenRules("A"), testing::Not(testing::Contains("results_outpace_money")));
  Record({Observe("o3", "2", "2020-06-30", NumberValue{"1"}),
          Observe("o4", "1", "2020-06-30", NumberValue{"9"})});
  EXPECT_THAT(OpenRules("A"), testing::Contains("money_outpaces_results"));
  EXPECT_THAT(OpenRules("100"), testing::Contains("money_outpaces_results"));
}

TEST_F(ReviewsTest, ADayThatHasPassedIsReviewedOnce) {
  ledger_.calendar().Set(Day("2020-06-29"));
  ledger_.Apply(PlanWithIndicators());
  ledger_.Record({MakePayment("p", "A", "2020-06-20", 100'000)});
  Record({Observe("o1", "1", "2020-06-20", NumberValue{"95"})});
  auto reviews = MakeReviews();
  ASSERT_TRUE(reviews->RunSchedule().ok());
  EXPECT_EQ(reviews->List({}, std::nullopt, 10).reviews.size(), 0u);
  ledger_.calendar().Set(Day("2020-06-30"));
  ASSERT_TRUE(reviews->RunSchedule().ok());
  EXPECT_EQ(reviews->List({}, std::nullopt, 10).reviews.size(), 0u);
  ledger_.calendar().Set(Day("2020-07-01"));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(reviews->RunSchedule().ok());
  const auto page = reviews->List({}, std::nullopt, 10);
  ASSERT_EQ(page.reviews.size(), 1u);
  EXPECT_EQ(page.reviews[0].entry.id.ToString(), "2020/100/2020-06-30/1");
  const auto detail = reviews->Get("2020/100/2020-06-30/1");
  ASSERT_TRUE(detail.ok());
  const std::string content = reviews->ReadContent(detail.value().review).value();
  EXPECT_EQ(detail.value().review.content_bytes, content.size());
  EXPECT_EQ(format_.HashOf(content), page.reviews[0].entry.content_hash);
  EXPECT_THAT(content, testing::HasSubstr("1-6月"));
  EXPECT_FALSE(detail.value().warnings.empty());
  for (const Warning& warning : detail.value().warnings) {
    EXPECT_EQ(warning.current_figures.has_value(), warning.open) << warning.id.ToString();
  }

  // The same facts, but nobody was there on the day.
  MemoryStore other_store;
  TestLedger other(other_store);
  other.calendar().Set(Day("2020-06-29"));
  other.Apply(PlanWithIndicators());
  other.Record({MakePayment("p", "A", "2020-06-20", 100'000)});
  ASSERT_TRUE(other.observations()
                  .Record("unit", {Observe("o1", "1", "2020-06-20", NumberValue{"95"})})
                  .ok());
  other.calendar().Set(Day("2020-07-05"));
  other.Restart();
  Reviews late(other.ledger(), other.committer(), other.reports(), other.warnings(),
               other.calendar(), format_);
  ASSERT_TRUE(late.RunSchedule().ok());
  const auto late_detail = late.Get("2020/100/2020-06-30/1");
  ASSERT_TRUE(late_detail.ok());
  EXPECT_EQ(late.ReadContent(late_detail.value().review).value(), content);
  EXPECT_EQ(late.List({}, std::nullopt, 10).reviews.size(), 1u);
}

TEST_F(ReviewsTest, RunsByHandAndKeepsTheFirst) {
  ledger_.Apply(PlanWithIndicators());
  auto reviews = MakeReviews();
  const Reports::Request request{"100", 2020, Day("2020-05-15"), {}};
  const auto first = reviews->Run(request);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(first.value().created);
  EXPECT_FALSE(reviews->Run(request).value().created);
  ledger_.Record({MakePayment("p", "A", "2020-05-05", 100'000)});
  const auto second = reviews->Run(request);
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second.value().created);
  EXPECT_EQ(second.value().review.entry.id.number, 2);
  EXPECT_NE(second.value().content, first.value().content);
  ledger_.Restart();
  reviews = MakeReviews();
  const auto kept = reviews->Get("2020/100/2020-05-15/1");
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(reviews->ReadContent(kept.value().review).value(), first.value().content);
  EXPECT_THAT(first.value().content, testing::HasSubstr("1月1日至5月15日"));
}

TEST_F(ReviewsTest, RefusesWhatCannotBeReviewed) {
  ledger_.Apply(PlanWithIndicators());
  auto reviews = MakeReviews();
  const auto reason = [&](const Reports::Request& request) {
    return reviews->Run(request).error().reason;
  };
  EXPECT_EQ(reason({"100", 2020, Day("2020-07-02"), {}}), "DATE_IN_FUTURE");
  EXPECT_EQ(reason({"200", 2020, Day("2020-06-30"), {}}), "PLAN_NOT_FOUND");
  EXPECT_EQ(reason({"100", 2020, Day("2019-06-30"), {}}), "DATE_OUTSIDE_FISCAL_YEAR");
  EXPECT_EQ(reviews->Get("2020/100/2020-06-30/1").error().reason, "REVIEW_NOT_FOUND");
  EXPECT_EQ(reviews->Get("nonsense").error().reason, "REVIEW_NOT_FOUND");
}

}  // namespace
}  // namespace budgetwatch
