#include "domain/score_text.h"

#include "domain/money.h"

namespace budgetwatch {
namespace {

// Points lost, as the difference of what is displayed, so that a row adds up.
Rational Displayed(const Rational& points) { return *ParseDecimal(FormatDecimal(points, 2)); }

std::string LostZh(const ScoreItem& item) {
  const Rational lost = Displayed(item.weight) - Displayed(item.points);
  return sgn(lost) > 0 ? "扣 " + FormatDecimal(lost, 2) + " 分。" : "扣分不足 0.01 分。";
}

std::string LostEn(const ScoreItem& item) {
  const Rational lost = Displayed(item.weight) - Displayed(item.points);
  return (sgn(lost) > 0 ? FormatDecimal(lost, 2) : "less than 0.01") + std::string(" points lost.");
}

std::string WithUnit(const Rational& value, const std::string& unit) {
  return FormatShort(value) + (unit.empty() ? "" : " " + unit);
}

std::string RangeText(const NumberRequirement& ask, const char* separator) {
  return FormatShort(ask.value) + separator + WithUnit(ask.upper, ask.unit);
}

bool IsBothSided(Comparator comparator) {
  return comparator == Comparator::kEq || comparator == Comparator::kRange;
}

bool IsAtMost(Comparator comparator) {
  return comparator == Comparator::kLe || comparator == Comparator::kLt;
}

// Without numbers above 0 there is no proportion, and what is not met earns nothing.
bool HasNoProportion(const NumberRequirement& ask, const Rational& share) {
  return sgn(share) == 0 && sgn(ask.value) <= 0;
}

std::string ProportionZh(const NumberRequirement& ask, const Rational& share) {
  if (HasNoProportion(ask, share)) return "目标不是正数，无法按比例计分";
  if (IsBothSided(ask.comparator)) return "按 " + SharePercent(share) + " 计分";
  return (IsAtMost(ask.comparator) ? "目标值为实际值的 " : "完成 ") + SharePercent(share);
}

std::string ProportionEn(const NumberRequirement& ask, const Rational& share) {
  if (HasNoProportion(ask, share)) return "the target is not above 0, so there is no proportion";
  if (IsBothSided(ask.comparator)) return "it counts as " + SharePercent(share);
  return IsAtMost(ask.comparator) ? "the target is " + SharePercent(share) + " of it"
                                  : SharePercent(share) + " of the target";
}

// Each requirement's own sentence, up to the points.
struct GapZh {
  const std::string& observed;
  const Rational& share;

  std::string operator()(const NumberRequirement& ask) const {
    const std::string target = WithUnit(ask.value, ask.unit);
    std::string text = "实际 " + observed;
    switch (ask.comparator) {
      case Comparator::kGe:
      case Comparator::kGt: text += "，低于目标 " + target; break;
      case Comparator::kLe:
      case Comparator::kLt: text += "，高于目标 " + target; break;
      case Comparator::kEq: text += "，与目标 " + target + " 不一致"; break;
      case Comparator::kRange: text += "，不在目标 " + RangeText(ask, " 至 ") + " 之内"; break;
    }
    return text + "，" + ProportionZh(ask, share);
  }
  std::string operator()(const YesNoRequirement& ask) const {
    return "实际“" + observed + "”，目标“" + (ask.yes ? "是" : "否") + "”，未达成";
  }
  std::string operator()(const DegreeRequirement&) const {
    return "实际“" + observed + "”，按 " + SharePercent(share) + " 计分";
  }
  std::string operator()(const DateRequirement& ask) const {
    const std::string target = ask.last.ToString();
    if (!ask.first) return "完成情况 " + observed + "，未按目标日期 " + target + " 完成";
    return "完成情况 " + observed + "，未在目标期间 " + ask.first->ToString() + " 至 " + target +
           " 完成";
  }
  std::string operator()(const NoRequirement&) const { return "目标无法比较"; }
};

struct GapEn {
  const std::string& observed;
  const Rational& share;

  std::string operator()(const NumberRequirement& ask) const {
    const std::string target = WithUnit(ask.value, ask.unit);
    std::string text = observed;
    switch (ask.comparator) {
      case Comparator::kGe:
      case Comparator::kGt: text += " is below the target " + target; break;
      case Comparator::kLe:
      case Comparator::kLt: text += " is above the target " + target; break;
      case Comparator::kEq: text += " is not the target " + target; break;
      case Comparator::kRange: text += " is outside the target " + RangeText(ask, " to "); break;
    }
    return text + ": " + ProportionEn(ask, share);
  }
  std::string operator()(const YesNoRequirement& ask) const {
    return "the answer is " + observed + ", the target " + (ask.yes ? "是" : "否");
  }
  std::string operator()(const DegreeRequirement&) const {
    return observed + " earns " + SharePercent(share) + " of the points";
  }
  std::string operator()(const DateRequirement& ask) const {
    const std::string target = ask.last.ToString();
    if (!ask.first) return "completion " + observed + " is not by the target date " + target;
    return "completion " + observed + " is not within the target period " + ask.first->ToString() +
           " to " + target;
  }
  std::string operator()(const NoRequirement&) const { return "the target cannot be compared"; }
};

std::string Observed(const Attainment& attainment) {
  return attainment.observed_text.empty() ? "-" : attainment.observed_text;
}

Rational ShareOf(const Attainment& attainment) { return attainment.share.value_or(Rational(0)); }

}  // namespace

std::string DescribeLossZh(const ScoreItem& item, const Attainment& attainment) {
  const std::string lost = LostZh(item);
  const std::string observed = Observed(attainment);
  if (attainment.state == TargetState::kUnknown) {
    if (attainment.unknown_cause == UnknownCause::kIncomparable) {
      return "完成值 " + observed + " 与指标值“" + item.indicator->target_text +
             "”无法比较，不得分，" + lost;
    }
    return "尚无完成值，不得分，" + lost;
  }
  const Rational share = ShareOf(attainment);
  return std::visit(GapZh{observed, share}, attainment.requirement.ask) + "，" + lost;
}

std::string DescribeLossEn(const ScoreItem& item, const Attainment& attainment) {
  const std::string lost = LostEn(item);
  const std::string observed = Observed(attainment);
  if (attainment.state == TargetState::kUnknown) {
    if (attainment.unknown_cause == UnknownCause::kIncomparable) {
      return observed + " cannot be compared with the target \"" + item.indicator->target_text +
             "\" and earns nothing, " + lost;
    }
    return "Nothing was observed, which earns nothing, " + lost;
  }
  const Rational share = ShareOf(attainment);
  return std::visit(GapEn{observed, share}, attainment.requirement.ask) + ", " + lost;
}

std::string DescribeExecutionLossZh(const ScoreItem& item, int64_t budget_fen,
                                    int64_t disbursed_fen) {
  const std::string disbursed = "执行数 " + FormatYuan(disbursed_fen, true) + " 元";
  if (budget_fen == 0) return "没有预算而" + disbursed + "，不得分，" + LostZh(item);
  if (disbursed_fen < 0) {
    return disbursed + "，退款多于支付，执行率按 0 计，" + LostZh(item);
  }
  return "预算执行率 " + SharePercent(Rational(disbursed_fen) / budget_fen) + "（" + disbursed +
         "，预算数 " + FormatYuan(budget_fen, true) + " 元），" + LostZh(item);
}

std::string DescribeExecutionLossEn(const ScoreItem& item, int64_t budget_fen,
                                    int64_t disbursed_fen) {
  const std::string disbursed = FormatYuan(disbursed_fen, true) + " yuan";
  if (budget_fen == 0) {
    return disbursed + " were paid without a budget, which earns nothing, " + LostEn(item);
  }
  if (disbursed_fen < 0) {
    return "More was refunded than paid (" + disbursed + "), which counts as 0, " + LostEn(item);
  }
  return SharePercent(Rational(disbursed_fen) / budget_fen) + " of the budget was paid (" +
         disbursed + " of " + FormatYuan(budget_fen, true) + "), " + LostEn(item);
}

}  // namespace budgetwatch
