#include "domain/observation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/builders.h"

namespace budgetwatch {
namespace {

ObservationEvent Good() {
  ObservationEvent event;
  event.observation_id = "o-1";
  event.project_code = "A";
  event.indicator_id = "1";
  event.observed_date = Day("2020-06-30");
  event.value = NumberValue{"92.5"};
  return event;
}

std::string Check(const ObservationEvent& event) {
  const auto refusal = CheckObservation(event, Day("2020-07-01"), ScoreRules());
  return refusal ? std::string(ReasonName(refusal->reason)) + ' ' + refusal->field : "";
}

TEST(CheckObservation, TakesWhatIsWellFormed) {
  EXPECT_EQ(Check(Good()), "");
  ObservationEvent event = Good();
  event.value = AchievementValue{AchievementDegree::kPartly, "70"};
  EXPECT_EQ(Check(event), "");
  event.value = SurveyValue{0, 1};
  EXPECT_EQ(Check(event), "");
  event.observed_date = Day("2020-07-01");
  EXPECT_EQ(Check(event), "");
}

TEST(CheckObservation, NamesWhatIsWrong) {
  const auto broken = [](auto&& change) {
    ObservationEvent event = Good();
    change(&event);
    return Check(event);
  };
  using Event = ObservationEvent;
  EXPECT_EQ(broken([](Event* e) { e->observation_id = ""; }),
            "MISSING_OBSERVATION_ID observation_id");
  EXPECT_EQ(broken([](Event* e) { e->project_code = ""; }), "MISSING_PROJECT_CODE project_code");
  EXPECT_EQ(broken([](Event* e) { e->indicator_id = ""; }), "MISSING_INDICATOR_ID indicator_id");
  EXPECT_EQ(broken([](Event* e) { e->observation_id.assign(65, 'x'); }),
            "FIELD_TOO_LONG observation_id");
  EXPECT_EQ(broken([](Event* e) { e->note = "\xff"; }), "INVALID_UTF8 note");
  EXPECT_EQ(broken([](Event* e) { e->unit = "a\nb"; }), "CONTROL_CHARACTER unit");
  EXPECT_EQ(broken([](Event* e) { e->observed_date = Day("2020-07-02"); }),
            "DATE_IN_FUTURE observed_date");
  EXPECT_EQ(broken([](Event* e) { e->observed_date = Day("1949-12-31"); }),
            "YEAR_OUT_OF_RANGE observed_date");
  EXPECT_EQ(broken([](Event* e) { e->value = NumberValue{"1,000"}; }), "INVALID_VALUE number");
  EXPECT_EQ(broken([](Event* e) { e->value = NumberValue{"完成"}; }), "INVALID_VALUE number");
  EXPECT_EQ(broken([](Event* e) { e->value = SurveyValue{3, 2}; }), "INVALID_SURVEY survey");
  EXPECT_EQ(broken([](Event* e) { e->value = SurveyValue{0, 0}; }), "INVALID_SURVEY survey");
  EXPECT_EQ(broken([](Event* e) { e->value = SurveyValue{-1, 2}; }), "INVALID_SURVEY survey");
  EXPECT_EQ(broken([](Event* e) {
              e->value = AchievementValue{AchievementDegree::kPartly, "90"};
            }),
            "INVALID_VALUE achieved_percent");
  EXPECT_EQ(broken([](Event* e) { e->value = CompletionValue{Day("2020-08-01")}; }),
            "DATE_IN_FUTURE completed_date");
  EXPECT_EQ(broken([](Event* e) { e->corrects_observation_id = "o-1"; }),
            "CORRECTED_NOT_FOUND corrects_observation_id");
}

class ObservationBookTest : public testing::Test {
 protected:
  void Add(std::string id, std::string_view date, std::string corrects = "") {
    ObservationEntry entry{"unit", Good()};
    entry.event.observation_id = std::move(id);
    entry.event.observed_date = Day(date);
    entry.event.corrects_observation_id = std::move(corrects);
    ASSERT_EQ(book_.WhyNot(entry), "");
    ++sequence_;
    book_.Apply(sequence_, sequence_, entry);
  }

  std::string Ids(std::string_view as_of, Sequence known_at = INT64_MAX) const {
    std::string ids;
    for (const auto& observation : book_.Of(2020, "A", "1", Day(as_of), known_at)) {
      ids += observation.entry->event.observation_id + ' ';
    }
    return ids;
  }

  ObservationBook book_;
  Sequence sequence_ = 0;
};

TEST_F(ObservationBookTest, ListsByDateAndKnowledge) {
  Add("b", "2020-06-30");
  Add("a", "2020-03-31");
  Add("c", "2020-06-30");
  EXPECT_EQ(Ids("2020-12-31"), "a b c ");
  EXPECT_EQ(Ids("2020-06-29"), "a ");
  EXPECT_EQ(Ids("2020-12-31", 1), "b ");
  EXPECT_EQ(book_.Of(2020, "A", "2", Day("2020-12-31"), 9).size(), 0u);
  EXPECT_EQ(book_.Of(2021, "A", "1", Day("2021-12-31"), 9).size(), 0u);
}

TEST_F(ObservationBookTest, ACorrectionSupersedesAndKeepsHistory) {
  Add("a", "2020-03-31");
  Add("b", "2020-03-31", "a");
  EXPECT_EQ(Ids("2020-12-31"), "b ");
  EXPECT_EQ(Ids("2020-12-31", 1), "a ");
  EXPECT_EQ(book_.Find("unit", "a")->corrected_by, 2);
  EXPECT_EQ(book_.size(), 2u);
}

TEST_F(ObservationBookTest, RefusesWhatDoesNotFit) {
  Add("a", "2020-03-31");
  ObservationEntry entry{"unit", Good()};
  entry.event.observation_id = "a";
  EXPECT_NE(book_.WhyNot(entry), "");
  entry.event.observation_id = "b";
  entry.event.corrects_observation_id = "x";
  EXPECT_NE(book_.WhyNot(entry), "");
  Add("c", "2020-03-31", "a");
  entry.event.corrects_observation_id = "a";
  EXPECT_NE(book_.WhyNot(entry), "");
}

TEST(Rational, ReadsAndWritesDecimals) {
  EXPECT_EQ(FormatFraction(*ParseDecimal("-12.50")), "-25/2");
  for (const char* bad : {"", "-", "1.", ".5", "1,000", "1e3", " 1", "+1", "１",
                          "1234567890123456789", "0.1234567890"}) {
    EXPECT_FALSE(ParseDecimal(bad)) << bad;
  }
  EXPECT_EQ(FormatDecimal(Rational(1, 3), 2), "0.33");
  EXPECT_EQ(FormatDecimal(Rational(1, 200), 2), "0.01");
  EXPECT_EQ(FormatDecimal(Rational(-1, 200), 2), "-0.01");
  EXPECT_EQ(FormatDecimal(Rational(-1, 300), 2), "0.00");
  EXPECT_EQ(FormatDecimal(Rational(5, 2), 0), "3");
  EXPECT_EQ(FormatShort(Rational(25, 2)), "12.5");
  EXPECT_EQ(FormatShort(Rational(7)), "7");
}

}  // namespace
}  // namespace budgetwatch
