// The sentences of the rules, apart from their formulas.

#include "domain/rational.h"
#include "domain/rules.h"

namespace budgetwatch {
namespace {

// part / whole in percent. Rounded from the fraction, as reports and forms round it.
std::string Percent(int64_t part, int64_t whole) {
  Rational share(part, whole);
  share.canonicalize();
  return SharePercent(share);
}

std::string Paid(const Figures& figures) {
  const int64_t budget_fen = figures.budget_fen.value_or(0);
  if (budget_fen == 0) return "-";
  return Percent(figures.disbursed_fen.value_or(0), budget_fen);
}

std::string Expected(const Figures& figures) {
  if (!figures.expected) return "-";
  return Percent(figures.expected->numerator, figures.expected->denominator);
}

std::string GapYuan(const Figures& figures) {
  return FormatYuan(figures.gap_fen.value_or(0), true);
}

std::string Count(const Figures& figures) {
  return std::to_string(figures.payment_count.value_or(0));
}

std::string Attained(const Figures& figures) {
  return Percent(figures.attained_ppm.value_or(0), kFullSharePpm);
}

std::string Indicators(const Figures& figures) {
  return std::to_string(figures.indicator_count.value_or(0));
}

// Share of the budget that was not, or will not be, paid.
std::string ForecastShare(const Figures& figures) {
  const int64_t budget_fen = figures.budget_fen.value_or(0);
  if (budget_fen == 0) return "-";
  return Percent(budget_fen - figures.gap_fen.value_or(0), budget_fen);
}

std::string Until(const RuleFinding& finding) {
  return finding.checkpoint ? finding.checkpoint->ToString() : std::string();
}

// Share of the budget that is planned late.
std::string LateShare(const Figures& figures) {
  const int64_t budget_fen = figures.budget_fen.value_or(0);
  if (budget_fen == 0) return "-";
  return Percent(figures.gap_fen.value_or(0), budget_fen);
}

}  // namespace

std::string DescribeZh(const RuleFinding& finding) {
  const Figures& figures = finding.figures;
  const std::string gap = GapYuan(figures) + " 元";
  switch (finding.rule) {
    case Rule::kBehindPlan:
      return "执行率 " + Paid(figures) + "，低于 " + Until(finding) + " 计划进度 " +
             Expected(figures) + "，少支出 " + gap + "。请说明原因并加快支付。";
    case Rule::kSeverelyBehindPlan:
      return "执行率 " + Paid(figures) + "，严重低于 " + Until(finding) + " 计划进度 " +
             Expected(figures) + "，少支出 " + gap + "。请限期整改，或按程序调整预算。";
    case Rule::kBehindTimeProgress:
      return "执行率 " + Paid(figures) + "，低于 " + Until(finding) + " 序时进度 " +
             Expected(figures) + "，差 " + gap + "。请核对支出计划是否过迟。";
    case Rule::kBelowFloor:
      return "执行率 " + Paid(figures) + "，未达到 " + Until(finding) + " 支出进度要求 " +
             Expected(figures) + "，差 " + gap + "。请向财政部门说明。";
    case Rule::kNoSpending:
      return "到 " + Until(finding) + " 应支出 " + Expected(figures) + "（" + gap +
             "），尚无一笔支付。请确认项目是否启动。";
    case Rule::kOverspent:
      return "累计支出超过预算 " + gap + "。请停止支付，核对更正或办理预算调整。";
    case Rule::kAheadOfPlan:
      return "执行率 " + Paid(figures) + "，已超过下一节点 " + Until(finding) + " 计划进度 " +
             Expected(figures) + "，多 " + gap + "。请核对有无提前或重复支付。";
    case Rule::kSuspensePending:
      return "有 " + Count(figures) + " 笔支付共 " + gap +
             " 的项目不在任何预算中。请更正项目编码，或下达包含该项目的预算。";
    case Rule::kRefundUnmatched:
      return "有 " + Count(figures) + " 笔退款共 " + gap +
             " 找不到原支付。请补报原支付或核对编号。";
    case Rule::kPlanBackloaded:
      return "预算的 " + LateShare(figures) + "（" + gap +
             "）安排在年末支出。请核对计划，避免年底突击花钱。";
    case Rule::kTargetMissed:
      return "完成值 " + figures.observed_text + " 未达到指标值 " + figures.target_text +
             "，实现程度 " + Attained(figures) + "。请说明原因、提出整改措施。";
    case Rule::kTargetUnobserved:
      return "有 " + Indicators(figures) + " 项绩效指标尚无监测数据。请报送完成值。";
    case Rule::kMoneyOutpacesResults:
      return "执行率 " + Paid(figures) + "，而 " + Indicators(figures) + " 项指标平均完成 " +
             Attained(figures) + "，资金快于成效。请核查支出效果。";
    case Rule::kResultsOutpaceMoney:
      return Indicators(figures) + " 项指标平均完成 " + Attained(figures) + "，而执行率仅 " +
             Paid(figures) + "，成效快于资金。请核对有无应付未付，或预算偏高。";
    case Rule::kForecastShortfall:
      return "按 " + Until(finding) + " 的进度，全年预计支出预算的 " + ForecastShare(figures) +
             "，低于 " + Expected(figures) + "，少 " + gap + "。请加快支付，或按程序调整预算。";
    case Rule::kYearEndRush:
      return "按 " + Until(finding) + " 的进度，预计年末支出 " + gap + "（预算的 " +
             LateShare(figures) + "），超出计划较多。请提前安排，避免年底突击花钱。";
  }
  return {};
}

std::string DescribeEn(const RuleFinding& finding) {
  const Figures& figures = finding.figures;
  const std::string gap = GapYuan(figures) + " yuan";
  switch (finding.rule) {
    case Rule::kBehindPlan:
      return Paid(figures) + " paid, the plan asks for " + Expected(figures) + " by " +
             Until(finding) + ": " + gap + " short. Explain it and speed up payment.";
    case Rule::kSeverelyBehindPlan:
      return Paid(figures) + " paid, far below the " + Expected(figures) + " planned by " +
             Until(finding) + ": " + gap + " short. Set a deadline, or have the budget adjusted.";
    case Rule::kBehindTimeProgress:
      return Paid(figures) + " paid, time progress on " + Until(finding) + " is " +
             Expected(figures) + ": " + gap + " short. Check whether the plan is too late.";
    case Rule::kBelowFloor:
      return Paid(figures) + " paid, the floor of " + Until(finding) + " is " + Expected(figures) +
             ": " + gap + " short. Explain it to the finance office.";
    case Rule::kNoSpending:
      return Expected(figures) + " (" + gap + ") was due by " + Until(finding) +
             " and nothing has been paid. Check whether the project has started.";
    case Rule::kOverspent:
      return gap +
             " more than the budget has been paid. Stop paying, correct it or have the "
             "budget adjusted.";
    case Rule::kAheadOfPlan:
      return Paid(figures) + " paid, above the " + Expected(figures) +
             " planned by the next date " + Until(finding) + ": " + gap +
             " more. Check for early or double payments.";
    case Rule::kSuspensePending:
      return Count(figures) + " payments of " + gap +
             " name projects that no plan carries. Correct the codes or apply a plan with them.";
    case Rule::kRefundUnmatched:
      return Count(figures) + " refunds of " + gap +
             " name payments that the ledger lacks. Send the originals or check the ids.";
    case Rule::kPlanBackloaded:
      return LateShare(figures) + " of the budget (" + gap +
             ") is planned for the end of the year. Check the plan against a year-end rush.";
    case Rule::kTargetMissed:
      return figures.observed_text + " was observed, which misses the target " +
             figures.target_text + " (" + Attained(figures) +
             " attained). Give the cause and a measure.";
    case Rule::kTargetUnobserved:
      return Indicators(figures) + " indicators have not been observed. Send what was measured.";
    case Rule::kMoneyOutpacesResults:
      return Paid(figures) + " paid, and " + Indicators(figures) + " indicators are at " +
             Attained(figures) + " on average: money outpaces results. Check what was bought.";
    case Rule::kResultsOutpaceMoney:
      return Indicators(figures) + " indicators are at " + Attained(figures) + " on average, and " +
             Paid(figures) +
             " is paid: results outpace money. Check for unpaid bills or too large a budget.";
    case Rule::kForecastShortfall:
      return "At the pace of " + Until(finding) + ", " + ForecastShare(figures) +
             " of the budget will be paid by the end of the year, below " + Expected(figures) +
             ": " + gap + " short. Speed up payment, or have the budget adjusted.";
    case Rule::kYearEndRush:
      return "At the pace of " + Until(finding) + ", " + gap + " (" + LateShare(figures) +
             " of the budget) will be paid at the end of the year, far more than planned. Pay "
             "earlier to avoid a rush.";
  }
  return {};
}

}  // namespace budgetwatch
