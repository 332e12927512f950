// The sentences about attainment, apart from its formulas.

#include <cstdio>

#include "domain/attainment.h"

namespace budgetwatch {
namespace {

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

// How a target is missed: what must not exceed a bound does not fall short of it.
struct Miss {
  const char* zh = "未达到指标值 ";
  const char* en = "short of the target ";
  const char* share_zh = "，完成 ";
  const char* share_en = " of it";
};

Miss MissOf(const Attainment& attainment) {
  const auto* number = std::get_if<NumberRequirement>(&attainment.requirement.ask);
  if (number == nullptr) return {};
  switch (number->comparator) {
    case Comparator::kGe: return {};
    case Comparator::kLe: return {"超过指标值 ", "above the target ", "，实现程度 ", " attained"};
    case Comparator::kGt:
    case Comparator::kLt:
    case Comparator::kEq:
    case Comparator::kRange: break;
  }
  return {"不符合指标值 ", "not within the target ", "，实现程度 ", " attained"};
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
    const Miss miss = MissOf(attainment);
    text += "，" + (miss.zh + target);
    if (HasProportion(attainment)) text += miss.share_zh + SharePercent(*attainment.share);
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
    const Miss miss = MissOf(attainment);
    text += ", " + (miss.en + target);
    if (HasProportion(attainment)) {
      text += " (" + SharePercent(*attainment.share) + miss.share_en + ")";
    }
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
