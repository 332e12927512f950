#pragma once

#include <optional>
#include <string>
#include <variant>

#include "domain/observation.h"
#include "domain/profile.h"

namespace budgetwatch {

// What a target asks for in one fiscal year: its reading, completed by what the context
// says. Unwritten comparators are at least; at most for cost indicators (成本) and where
// the value is zero (RULES of the reading, DESIGN law 15).
struct NumberRequirement {
  Comparator comparator = Comparator::kGe;
  Rational value;
  Rational upper;  // of a range
  std::string unit;
};
struct YesNoRequirement {
  bool yes = true;
};
struct DegreeRequirement {};  // judged in words
struct DateRequirement {
  std::optional<Date> first;  // of a period
  Date last;
};
// Read as a number or date, but out of the range that can be compared.
struct NoRequirement {
  std::string why;
};

struct Requirement {
  std::variant<NumberRequirement, YesNoRequirement, DegreeRequirement, DateRequirement,
               NoRequirement>
      ask;
  bool comparator_assumed = false;
};

Requirement RequirementOf(const Indicator& indicator, int fiscal_year);

// The comparator that is applied, absent where there is none.
std::optional<Comparator> ComparatorOf(const Requirement& requirement);

// Whether the target is a level that can be judged at any time (a share, an upper bound),
// not an amount that grows up to the end of the year.
bool IsLevel(const Requirement& requirement);

// Value of a number in another unit: 万元 in 元, 比例 in %. Nothing when they do not
// convert. An empty `from` is `to`.
std::optional<Rational> ConvertUnit(const Rational& value, std::string_view from,
                                    std::string_view to);

// Judges an observation against its indicator's target: the kind of value and its unit.
std::optional<ObservationRefusal> CheckAgainstTarget(const ObservationEvent& event,
                                                     const Indicator& indicator);

// Wilson score interval of a share at 95 %.
struct WilsonInterval {
  double low = 0;
  double high = 0;
};
WilsonInterval WilsonAt95(int64_t satisfied_count, int64_t asked_count);

enum class TargetState { kMet = 1, kNotMet = 2, kUnknown = 3 };
enum class Trend { kUnknown = 0, kImproving = 1, kWorsening = 2, kSteady = 3 };
enum class Likelihood { kUnknown = 0, kCertain = 1, kPossible = 2, kImpossible = 3 };

struct SurveyShare {
  Rational share;
  WilsonInterval interval;
  bool certain = false;  // the whole interval lies on one side of the target
};

// Why nothing can be said.
enum class UnknownCause { kNone, kUnobserved, kIncomparable };

// One indicator against its target at a date.
struct Attainment {
  const Indicator* indicator = nullptr;  // owned by the plan's revision
  Requirement requirement;
  std::optional<RecordedObservation> latest;  // absent: not observed by the date
  int age_days = 0;
  std::string observed_text;      // in words, in the target's unit
  std::optional<Rational> value;  // in the target's unit; 1 or 0 for yes or no; a degree's share
  std::optional<Rational> share;  // of the target, at least 0, may exceed 1
  TargetState state = TargetState::kUnknown;
  UnknownCause unknown_cause = UnknownCause::kUnobserved;
  bool attainable = false;  // not met, and the year leaves time
  Trend trend = Trend::kUnknown;
  Likelihood likelihood = Likelihood::kUnknown;
  std::optional<SurveyShare> survey;
};

// Judges an indicator by its observations up to `as_of`, oldest first.
//
// Share of the target: ≥, > actual/target; ≤, < target/actual; = the smaller of both;
// a range the nearer end; words their degree; yes or no, and dates, 1 or 0. Where that
// would divide by zero or leave the positive numbers: 1 when the target is met, else 0.
Attainment Attain(const Indicator& indicator, int fiscal_year, Date as_of,
                  const std::vector<RecordedObservation>& observations, const Profile& profile);

// Why it is met or not, one or two sentences with the figures.
std::string DescribeZh(const Attainment& attainment);
std::string DescribeEn(const Attainment& attainment);

}  // namespace budgetwatch
