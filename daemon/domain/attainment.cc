#include "domain/attainment.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "domain/schedule.h"
#include "domain/target_text.h"
#include "domain/target_unit.h"

namespace budgetwatch {
namespace {

// A unit as a power of what it stands for: units convert within a dimension.
struct UnitScale {
  enum class Dimension { kMoney, kShare, kOther } dimension = Dimension::kOther;
  Rational factor = 1;
};

UnitScale ScaleOf(std::string_view unit) {
  using Dimension = UnitScale::Dimension;
  const std::string plain = NormalizeNfkc(unit);
  if (plain == "元") return {Dimension::kMoney, 1};
  if (plain == "万元") return {Dimension::kMoney, 10'000};
  if (plain == "亿元") return {Dimension::kMoney, 100'000'000};
  if (plain == "%" || plain == "百分比") return {Dimension::kShare, Rational(1, 100)};
  if (plain == "‰") return {Dimension::kShare, Rational(1, 1'000)};
  if (plain == "比例") return {Dimension::kShare, 1};
  return {};
}

// The unit in any notation; nothing for what is none that targets have.
std::optional<TargetUnit> ReadUnit(std::string_view unit) {
  std::string why;
  return ReadTargetUnit(NormalizeTargetText(unit), &why);
}

// The unit as targets have it: 元/人.每天 and 元/人*天 are 元/人·天.
std::string PlainUnit(std::string_view unit) {
  const auto read = ReadUnit(unit);
  return read ? EncodeTargetText(read->Text()) : NormalizeNfkc(unit);
}

bool IsShareUnit(std::string_view unit) {
  return ScaleOf(unit).dimension == UnitScale::Dimension::kShare;
}

// Whether numbers of the unit are measured anew each time and may fall again: shares, prices
// and rates, and how long something takes. What is counted per year adds up, like any amount.
bool IsMeasuredAnew(std::string_view unit) {
  if (IsShareUnit(unit)) return true;
  const auto read = ReadUnit(unit);
  if (!read) return false;
  for (const std::u32string_view below : Denominators(*read)) {
    if (below == U"年" || below == U"年度") return false;
  }
  if (!read->denominators.empty()) return true;
  for (const std::u32string_view time :
       {U"秒", U"分钟", U"小时", U"个小时", U"日", U"天", U"工作日", U"个工作日"}) {
    if (read->base == time) return true;
  }
  return false;
}

bool IsUpperBound(Comparator comparator) {
  return comparator == Comparator::kLe || comparator == Comparator::kLt;
}

bool IsCostIndicator(const Indicator& indicator) {
  return indicator.level1.find("成本") != std::string::npos ||
         indicator.level2.find("成本") != std::string::npos;
}

// "2020-10-31", or "--10-31" in the fiscal year.
std::optional<Date> TargetDate(const std::string& text, int fiscal_year) {
  if (!text.starts_with("--")) return Date::Parse(text);
  const auto leap = Date::Parse("2020-" + text.substr(2));
  if (!leap) return std::nullopt;
  return DayInYear(leap->month(), leap->day(), fiscal_year);
}

Requirement NumberRequirementOf(const Indicator& indicator) {
  const Target& target = indicator.target;
  Requirement requirement;
  NumberRequirement number;
  const auto value = ParseDecimal(target.value);
  if (!value) {
    requirement.ask = NoRequirement{"the target's number is out of range"};
    return requirement;
  }
  number.value = *value;
  number.unit = target.unit;
  requirement.comparator_assumed = !target.comparator_written;
  if (target.comparator) {
    number.comparator = *target.comparator;
  } else {
    number.comparator =
        IsCostIndicator(indicator) || *value == 0 ? Comparator::kLe : Comparator::kGe;
  }
  if (number.comparator == Comparator::kRange) {
    const auto upper = ParseDecimal(target.upper_value);
    if (!upper || *upper < *value) {
      requirement.ask = NoRequirement{"the target's range has no upper end"};
      return requirement;
    }
    number.upper = *upper;
  }
  requirement.ask = std::move(number);
  return requirement;
}

bool Meets(const Rational& actual, const NumberRequirement& ask) {
  switch (ask.comparator) {
    case Comparator::kGe: return actual >= ask.value;
    case Comparator::kGt: return actual > ask.value;
    case Comparator::kLe: return actual <= ask.value;
    case Comparator::kLt: return actual < ask.value;
    case Comparator::kEq: return actual == ask.value;
    case Comparator::kRange: return ask.value <= actual && actual <= ask.upper;
  }
  return false;
}

// part / whole where both are above 0; nothing otherwise.
std::optional<Rational> Quotient(const Rational& part, const Rational& whole) {
  if (sgn(part) <= 0 || sgn(whole) <= 0) return std::nullopt;
  return Rational(part / whole);
}

std::optional<Rational> ProportionOf(const Rational& actual, const NumberRequirement& ask) {
  switch (ask.comparator) {
    case Comparator::kGe:
    case Comparator::kGt: return Quotient(actual, ask.value);
    case Comparator::kLe:
    case Comparator::kLt: return Quotient(ask.value, actual);
    case Comparator::kEq:
      return actual < ask.value ? Quotient(actual, ask.value) : Quotient(ask.value, actual);
    case Comparator::kRange:
      if (actual < ask.value) return Quotient(actual, ask.value);
      if (actual > ask.upper) return Quotient(ask.upper, actual);
      return Rational(1);
  }
  return std::nullopt;
}

Rational ShareOf(const Rational& actual, const NumberRequirement& ask) {
  const auto proportion = ProportionOf(actual, ask);
  if (proportion) return *proportion;
  return Meets(actual, ask) ? 1 : 0;
}

// The observed number in the target's unit; nothing for another kind of value.
std::optional<Rational> NumberIn(const ObservationEvent& event, const std::string& unit) {
  if (const auto* number = std::get_if<NumberValue>(&event.value)) {
    const auto value = ParseDecimal(number->decimal);
    if (!value) return std::nullopt;
    return ConvertUnit(*value, event.unit, unit);
  }
  if (const auto* survey = std::get_if<SurveyValue>(&event.value)) {
    Rational share(survey->satisfied_count, survey->asked_count);
    share.canonicalize();
    return ConvertUnit(share, "比例", unit);
  }
  return std::nullopt;
}

Rational DegreePercent(const AchievementValue& value, const ScoreRules& rules) {
  if (const auto percent = ParseDecimal(value.percent)) return *percent;
  const auto [low, high] = TierOf(value.degree, rules);
  return value.degree == AchievementDegree::kAchieved ? high : low;
}

std::string DegreeName(AchievementDegree degree) {
  switch (degree) {
    case AchievementDegree::kAchieved: return "达成";
    case AchievementDegree::kPartly: return "部分达成";
    case AchievementDegree::kNotAchieved: return "未达成";
  }
  return "";
}

// With all its digits: 9999.99 万元 are not 1 亿元, and 0.00004 is not 0.
std::string WithUnit(const Rational& value, const std::string& unit) {
  constexpr int kMostDigits = 18;  // of a decimal in the largest unit that it converts to
  return FormatShort(value, kMostDigits) + (unit.empty() ? "" : " " + unit);
}

std::string ObservedText(const ObservationEvent& event, const std::string& unit,
                         const Requirement& requirement) {
  if (const auto* number = std::get_if<NumberValue>(&event.value)) {
    if (const auto value = NumberIn(event, unit)) return WithUnit(*value, unit);
    return number->decimal + (event.unit.empty() ? "" : " " + event.unit);
  }
  if (const auto* survey = std::get_if<SurveyValue>(&event.value)) {
    Rational share(survey->satisfied_count, survey->asked_count);
    share.canonicalize();
    std::string percent = SharePercent(share);
    percent.pop_back();
    return percent + " % (" + std::to_string(survey->satisfied_count) + "/" +
           std::to_string(survey->asked_count) + ")";
  }
  if (const auto* answer = std::get_if<YesNoValue>(&event.value)) {
    if (!answer->yes) return "否";
    // Yes to a deadline was completed on the day that it is reported for, and that decides.
    const bool dated = std::holds_alternative<DateRequirement>(requirement.ask);
    return dated ? "是 (" + event.observed_date.ToString() + ")" : "是";
  }
  if (const auto* degree = std::get_if<AchievementValue>(&event.value)) {
    return DegreeName(degree->degree) +
           (degree->percent.empty() ? "" : " " + degree->percent + " %");
  }
  return std::get<CompletionValue>(event.value).date.ToString();
}

// What one observation says about the target.
struct Judgement {
  bool met = false;
  Rational share;
  std::optional<Rational> value;  // absent for a day
};

class Judge {
 public:
  Judge(const Requirement& requirement, const Profile& profile)
      : requirement_(requirement), profile_(profile) {}

  // Nothing when the observation cannot be compared.
  std::optional<Judgement> operator()(const ObservationEvent& event) const {
    if (const auto* number = std::get_if<NumberRequirement>(&requirement_.ask)) {
      const auto actual = NumberIn(event, number->unit);
      if (!actual) return std::nullopt;
      return Judgement{Meets(*actual, *number), ShareOf(*actual, *number), *actual};
    }
    if (const auto* ask = std::get_if<YesNoRequirement>(&requirement_.ask)) {
      const auto* answer = std::get_if<YesNoValue>(&event.value);
      if (answer == nullptr) return std::nullopt;
      Judgement judgement = Yes(answer->yes == ask->yes);
      judgement.value = answer->yes ? 1 : 0;
      return judgement;
    }
    if (std::holds_alternative<DegreeRequirement>(requirement_.ask)) {
      const auto* degree = std::get_if<AchievementValue>(&event.value);
      if (degree == nullptr) return std::nullopt;
      const Rational share = DegreePercent(*degree, profile_.score) / 100;
      return Judgement{degree->degree == AchievementDegree::kAchieved, share, share};
    }
    if (const auto* ask = std::get_if<DateRequirement>(&requirement_.ask)) {
      const auto completed = CompletedOn(event);
      if (!completed) return std::nullopt;
      return Yes(*completed && **completed <= ask->last);
    }
    return std::nullopt;
  }

 private:
  static Judgement Yes(bool met) { return {met, met ? 1 : 0, std::nullopt}; }

  // The day of completion, empty inside when it is not complete; nothing for a value that
  // does not say.
  static std::optional<std::optional<Date>> CompletedOn(const ObservationEvent& event) {
    if (const auto* done = std::get_if<CompletionValue>(&event.value)) return done->date;
    const auto* answer = std::get_if<YesNoValue>(&event.value);
    if (answer == nullptr) return std::nullopt;
    return answer->yes ? std::optional(event.observed_date) : std::optional<Date>();
  }

  const Requirement& requirement_;
  const Profile& profile_;
};

// Exact form of "the whole Wilson interval lies on one side of the target": the score test.
bool IsCertain(const SurveyValue& survey, const Rational& target_share) {
  static const Rational kZSquared = *ParseDecimal("3.841458821");  // 1.959964²
  Rational share(survey.satisfied_count, survey.asked_count);
  share.canonicalize();
  const Rational distance = share - target_share;
  const Rational spread = target_share * (1 - target_share);
  return distance * distance * survey.asked_count > kZSquared * (sgn(spread) > 0 ? spread : 0);
}

bool CanStillBeMet(const Requirement& requirement, int fiscal_year, Date as_of,
                   const Judgement& judgement, const ObservationEvent& latest) {
  if (as_of >= Date::LastOfYear(fiscal_year)) return false;
  if (const auto* ask = std::get_if<DateRequirement>(&requirement.ask)) {
    const bool completed_late = std::holds_alternative<CompletionValue>(latest.value);
    return as_of <= ask->last && !completed_late;
  }
  const auto* ask = std::get_if<NumberRequirement>(&requirement.ask);
  if (ask == nullptr || IsMeasuredAnew(ask->unit)) return true;
  // Amounts grow: what is above an upper bound stays there.
  if (IsUpperBound(ask->comparator)) return false;
  const auto actual = NumberIn(latest, ask->unit);
  if (!actual) return true;
  if (ask->comparator == Comparator::kEq) return *actual < ask->value;
  if (ask->comparator == Comparator::kRange) return *actual < ask->value;
  return judgement.share < 1 || ask->comparator == Comparator::kGt;
}

// Whether what is met now is sure to stay so until the end of the year.
bool StaysMet(const Attainment& attainment, int fiscal_year, Date as_of) {
  if (as_of >= Date::LastOfYear(fiscal_year)) return true;
  if (attainment.survey) return attainment.survey->certain;
  const auto* ask = std::get_if<NumberRequirement>(&attainment.requirement.ask);
  if (ask == nullptr || IsMeasuredAnew(ask->unit)) return true;
  if (ask->comparator == Comparator::kEq || ask->comparator == Comparator::kRange) return false;
  if (!IsUpperBound(ask->comparator)) return true;
  // An amount below its bound: sure while it grows no faster than the year.
  const auto used = NumberIn(attainment.latest->entry->event, ask->unit);
  const Share progress = TimeProgressInYear(fiscal_year, as_of);
  return used && *used * progress.denominator <= ask->value * progress.numerator;
}

void FillSurvey(const SurveyValue& survey, const Requirement& requirement, Attainment* attainment) {
  SurveyShare share;
  share.share = Rational(survey.satisfied_count, survey.asked_count);
  share.share.canonicalize();
  share.interval = WilsonAt95(survey.satisfied_count, survey.asked_count);
  if (const auto* ask = std::get_if<NumberRequirement>(&requirement.ask)) {
    const auto lower = ConvertUnit(ask->value, ask->unit, "比例");
    share.certain = lower && IsCertain(survey, *lower);
    if (ask->comparator == Comparator::kRange) {
      const auto upper = ConvertUnit(ask->upper, ask->unit, "比例");
      share.certain = share.certain && upper && IsCertain(survey, *upper);
    }
  }
  attainment->survey = std::move(share);
}

}  // namespace

Requirement RequirementOf(const Indicator& indicator, int fiscal_year) {
  const Target& target = indicator.target;
  Requirement requirement;
  switch (target.kind) {
    case TargetKind::kQuantitative: return NumberRequirementOf(indicator);
    case TargetKind::kBoolean: requirement.ask = YesNoRequirement{target.value == "是"}; break;
    case TargetKind::kQualitative: requirement.ask = DegreeRequirement{}; break;
    case TargetKind::kDate: {
      const bool period = !target.upper_value.empty();
      const auto first = TargetDate(target.value, fiscal_year);
      const auto last = period ? TargetDate(target.upper_value, fiscal_year) : first;
      if (!first || !last) {
        requirement.ask = NoRequirement{"the target's date does not exist"};
      } else {
        requirement.ask = DateRequirement{period ? first : std::nullopt, *last};
        requirement.comparator_assumed = !target.comparator_written;
      }
      break;
    }
  }
  return requirement;
}

std::optional<Comparator> ComparatorOf(const Requirement& requirement) {
  if (const auto* number = std::get_if<NumberRequirement>(&requirement.ask)) {
    return number->comparator;
  }
  if (const auto* date = std::get_if<DateRequirement>(&requirement.ask)) {
    return date->first ? Comparator::kRange : Comparator::kLe;
  }
  return std::nullopt;
}

bool IsLevel(const Requirement& requirement) {
  const auto* number = std::get_if<NumberRequirement>(&requirement.ask);
  return number != nullptr && (IsShareUnit(number->unit) || IsUpperBound(number->comparator));
}

std::optional<Rational> ConvertUnit(const Rational& value, std::string_view from,
                                    std::string_view to) {
  if (from.empty() || from == to || PlainUnit(from) == PlainUnit(to)) return value;
  const UnitScale a = ScaleOf(from);
  const UnitScale b = ScaleOf(to);
  if (a.dimension != b.dimension || a.dimension == UnitScale::Dimension::kOther) {
    return std::nullopt;
  }
  return Rational(value * a.factor / b.factor);
}

WilsonInterval WilsonAt95(int64_t satisfied_count, int64_t asked_count) {
  constexpr double kZ = 1.959963984540054;
  const auto n = static_cast<double>(asked_count);
  const double share = static_cast<double>(satisfied_count) / n;
  const double z2 = kZ * kZ;
  const double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double half = kZ / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

std::optional<ObservationRefusal> CheckAgainstTarget(const ObservationEvent& event,
                                                     const Indicator& indicator) {
  const Requirement requirement = RequirementOf(indicator, event.observed_date.year());
  const auto refuse = [&indicator](Reason reason, std::string field, const std::string& asked) {
    return ObservationRefusal{
        reason, std::move(field),
        "the target \"" + Abbreviate(indicator.target_text, 60) + "\" asks for " + asked};
  };
  if (const auto* number = std::get_if<NumberRequirement>(&requirement.ask)) {
    const std::string unit = number->unit.empty() ? "no unit" : "the unit " + number->unit;
    if (std::holds_alternative<SurveyValue>(event.value)) {
      if (IsShareUnit(number->unit)) return std::nullopt;
      return refuse(Reason::kUnitMismatch, "survey",
                    "a number with " + unit + ", and a survey gives a share in %");
    }
    if (!std::holds_alternative<NumberValue>(event.value)) {
      return refuse(Reason::kInvalidValue, "value",
                    "a number with " + unit + "; send the number that was measured");
    }
    if (NumberIn(event, number->unit)) return std::nullopt;
    return refuse(Reason::kUnitMismatch, "unit",
                  "a number with " + unit + ", and \"" + Abbreviate(event.unit, 40) +
                      "\" does not convert to it; convert the number, or leave the unit out when "
                      "it is the same");
  }
  const bool yes_no = std::holds_alternative<YesNoValue>(event.value);
  if (std::holds_alternative<YesNoRequirement>(requirement.ask) && !yes_no) {
    return refuse(Reason::kInvalidValue, "value", "yes or no (是 or 否)");
  }
  if (std::holds_alternative<DegreeRequirement>(requirement.ask) &&
      !std::holds_alternative<AchievementValue>(event.value)) {
    return refuse(Reason::kInvalidValue, "value", "a degree: 达成, 部分达成 or 未达成");
  }
  if (std::holds_alternative<DateRequirement>(requirement.ask) && !yes_no &&
      !std::holds_alternative<CompletionValue>(event.value)) {
    return refuse(Reason::kInvalidValue, "value", "the day of completion, or yes or no");
  }
  return std::nullopt;
}

Attainment Attain(const Indicator& indicator, int fiscal_year, Date as_of,
                  const std::vector<RecordedObservation>& observations, const Profile& profile) {
  Attainment attainment;
  attainment.indicator = &indicator;
  attainment.requirement = RequirementOf(indicator, fiscal_year);
  if (observations.empty()) return attainment;
  attainment.latest = observations.back();
  const ObservationEvent& latest = attainment.latest->entry->event;
  attainment.age_days = as_of.day_number() - latest.observed_date.day_number();
  attainment.observed_text = ObservedText(latest, indicator.target.unit, attainment.requirement);
  const Judge judge(attainment.requirement, profile);
  const auto now = judge(latest);
  if (!now) {
    attainment.unknown_cause = UnknownCause::kIncomparable;
    return attainment;
  }
  attainment.unknown_cause = UnknownCause::kNone;
  attainment.share = now->share;
  attainment.value = now->value;
  attainment.state = now->met ? TargetState::kMet : TargetState::kNotMet;
  if (const auto* survey = std::get_if<SurveyValue>(&latest.value)) {
    FillSurvey(*survey, attainment.requirement, &attainment);
  }
  if (now->met) {
    attainment.likelihood =
        StaysMet(attainment, fiscal_year, as_of) ? Likelihood::kCertain : Likelihood::kPossible;
  } else {
    attainment.attainable = CanStillBeMet(attainment.requirement, fiscal_year, as_of, *now, latest);
    attainment.likelihood = attainment.attainable ? Likelihood::kPossible : Likelihood::kImpossible;
  }
  if (observations.size() >= 2) {
    const auto before = judge(observations[observations.size() - 2].entry->event);
    if (before) {
      const int change = cmp(now->share, before->share);
      attainment.trend = change == 0  ? Trend::kSteady
                         : change > 0 ? Trend::kImproving
                                      : Trend::kWorsening;
    }
  }
  return attainment;
}

}  // namespace budgetwatch
