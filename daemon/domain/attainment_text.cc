// The sentences about attainment, apart from its formulas.

#include <cstdio>

#include "domain/attainment.h"

namespace budgetwatch {
namespace {

std::string Percent(const Rational& share) { return FormatDecimal(share * 100, 2) + "%"; }

std::string Percent(double share) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.2f%%", share * 100);
  return buffer;
}

// The target as it is applied: its text, with the comparator where that was assumed.
std::string TargetWords(const Attainment& attainment, bool chinese) {
  std::string words = attainment.indicator->target_text;
  const auto comparator = ComparatorOf(attainment.requirement);
  if (!attainment.requirement.comparator_assumed || !comparator) return words;
  if (std::holds_alternative<DateRequirement>(attainment.requirement.ask)) return words;
  const bool at_most = *comparator == Comparator::kLe;
  if (chinese) return words + (at_most ? "（按“至多”理解）" : "（按“至少”理解）");
  return words + (at_most ? " (read as at most)" : " (read as at least)");
}

bool HasProportion(const Attainment& attainment) {
  return attainment.share &&
         (std::holds_alternative<NumberRequirement>(attainment.requirement.ask) ||
          std::holds_alternative<DegreeRequirement>(attainment.requirement.ask));
}

}  // namespace

std::string DescribeZh(const Attainment& attainment) {
  const std::string target = TargetWords(attainment, true);
  if (attainment.unknown_cause == UnknownCause::kUnobserved) {
    return "指标值 " + target + "，尚无监测数据。请报送完成值。";
  }
  if (attainment.unknown_cause == UnknownCause::kIncomparable) {
    return "完成值 " + attainment.observed_text + " 与指标值 " + target +
           " 的类型或单位不同，无法比较。请核对后更正。";
  }
  std::string text = "完成值 " + attainment.observed_text;
  if (attainment.state == TargetState::kMet) {
    text += "，达到指标值 " + target + "。";
  } else {
    text += "，未达到指标值 " + target;
    if (HasProportion(attainment)) text += "，完成 " + Percent(*attainment.share);
    text += attainment.attainable ? "；年内仍可完成。" : "；年内已无法完成。";
  }
  if (attainment.survey && !attainment.survey->certain) {
    text += "样本较小，95% 置信区间 " + Percent(attainment.survey->interval.low) + " 至 " +
            Percent(attainment.survey->interval.high) + "，尚不能确定。";
  }
  return text;
}

std::string DescribeEn(const Attainment& attainment) {
  const std::string target = TargetWords(attainment, false);
  if (attainment.unknown_cause == UnknownCause::kUnobserved) {
    return "Target " + target + ", not observed yet. Send what was measured.";
  }
  if (attainment.unknown_cause == UnknownCause::kIncomparable) {
    return "Observed " + attainment.observed_text + ", which is of another kind or unit than " +
           target + " and cannot be compared. Check and correct it.";
  }
  std::string text = "Observed " + attainment.observed_text;
  if (attainment.state == TargetState::kMet) {
    text += ", meets the target " + target + ".";
  } else {
    text += ", short of the target " + target;
    if (HasProportion(attainment)) text += " (" + Percent(*attainment.share) + " of it)";
    text += attainment.attainable ? "; it can still be met this year."
                                  : "; it cannot be met any more this year.";
  }
  if (attainment.survey && !attainment.survey->certain) {
    text += " The sample is small: the 95% interval is " +
            Percent(attainment.survey->interval.low) + " to " +
            Percent(attainment.survey->interval.high) + ", so this is not sure.";
  }
  return text;
}

}  // namespace budgetwatch
