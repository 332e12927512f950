#include "forms/evaluation_form.h"

#include "forms/amount.h"
#include "forms/form_parts.h"
#include "forms/form_text.h"

namespace budgetwatch::forms {
namespace {

// Columns of the indicators; the rows above share them.
constexpr int kLevel = 1;
constexpr int kTarget = 4;
constexpr int kObserved = 5;
constexpr int kFull = 6;
constexpr int kScore = 7;
constexpr int kDeviation = 8;
constexpr int kColumnCount = 9;
const std::vector<double> kWidths = {6, 13, 15, 33, 18, 18, 12, 12, 38};

constexpr std::string_view kNoPoints = "—";

const v1::ScoreItem* ExecutionItem(const ProjectView& project) {
  if (project.score == nullptr) return nullptr;
  for (const v1::ScoreItem& item : project.score->items()) {
    if (item.kind() == v1::SCORE_ITEM_KIND_EXECUTION) return &item;
  }
  return nullptr;
}

const v1::ScoreItem* IndicatorItem(const ProjectView& project, const std::string& indicator_id) {
  if (project.score == nullptr) return nullptr;
  for (const v1::ScoreItem& item : project.score->items()) {
    if (item.kind() == v1::SCORE_ITEM_KIND_INDICATOR && item.indicator_id() == indicator_id) {
      return &item;
    }
  }
  return nullptr;
}

void PutMoneyRow(const std::string& label, const Money& money, const Value& full_score,
                 const Value& score, SheetBuilder* sheet) {
  sheet->Put(1, 2, Role::kText, label);
  sheet->Put(3, 1, Role::kNumber, Wan(money.initial));
  sheet->Put(4, 1, Role::kNumber, Wan(money.budget));
  sheet->Put(5, 1, Role::kNumber, Wan(money.disbursed));
  sheet->Put(6, 1, Role::kCentre, full_score);
  sheet->Put(7, 1, Role::kCentre, Percent(money.disbursed, money.budget));
  sheet->Put(8, 1, Role::kCentre, score);
  sheet->EndRow();
}

void PutMoney(const ProjectView& project, SheetBuilder* sheet) {
  sheet->Put(0, 1, Role::kLabel, "项目资金\n（万元）", 5);
  const std::string labels[] = {"年初预算数", "全年预算数（A）", "全年执行数（B）",
                                "分值",       "执行率（B/A）",   "得分"};
  sheet->Put(1, 2, Role::kLabel, "资金来源");
  for (int i = 0; i < 6; ++i) sheet->Put(3 + i, 1, Role::kLabel, labels[i]);
  sheet->EndRow();
  const v1::ScoreItem* item = ExecutionItem(project);
  PutMoneyRow("年度资金总额", TotalMoney(project),
              item == nullptr ? Value() : Points(item->full_score()),
              item == nullptr ? Value() : Points(item->score()), sheet);
  const Value none = std::string(kNoPoints);
  PutMoneyRow(
      "其中：当年财政拨款",
      MoneyOfSources(project, {v1::FUNDING_SOURCE_GENERAL, v1::FUNDING_SOURCE_GOVERNMENT_FUND}),
      none, none, sheet);
  // A plan does not tell money carried over from the year before.
  PutMoneyRow("上年结转资金", Money(), none, none, sheet);
  PutMoneyRow("其他资金",
              MoneyOfSources(project, {v1::FUNDING_SOURCE_OTHER, v1::FUNDING_SOURCE_UNSPECIFIED}),
              none, none, sheet);
}

void PutGoal(const ProjectView& project, SheetBuilder* sheet) {
  sheet->Put(0, 1, Role::kLabel, "年度总体目标", 2);
  sheet->Put(1, 4, Role::kLabel, "预期目标");
  sheet->Put(5, kColumnCount - 5, Role::kLabel, "实际完成情况");
  sheet->EndRow();
  sheet->Put(1, 4, Role::kText, GoalOf(project));
  sheet->Put(5, kColumnCount - 5, Role::kText, AttainmentOf(project));
  sheet->EndRow();
}

// 偏差原因分析及改进措施: why points were lost by the figures, then what people said.
std::string DeviationText(const v1::ScoreItem* item, const Deviation& deviation) {
  std::string text;
  const auto add = [&text](const std::string& label, const std::string& line) {
    if (line.empty()) return;
    if (!text.empty()) text += '\n';
    text += label + line;
  };
  if (item != nullptr) add("扣分说明：", item->lost_reason_zh());
  std::string causes;
  for (size_t i = 0; i < Deviation::kCauseCount; ++i) {
    if (!deviation.causes[i]) continue;
    const auto cause = static_cast<v1::CauseClass>(v1::CAUSE_CLASS_FUNDING + static_cast<int>(i));
    causes += (causes.empty() ? "" : "、") + std::string(CauseName(cause));
  }
  if (!causes.empty() && !deviation.reasons.empty()) causes += "：";
  add("偏差原因：", causes + deviation.reasons);
  add("改进措施：", deviation.measures);
  return text;
}

void PutIndicator(const ProjectView& project, const v1::IndicatorPerformance& indicator,
                  SheetBuilder* sheet) {
  const v1::ScoreItem* item = IndicatorItem(project, indicator.indicator_id());
  sheet->Put(kTarget, 1, Role::kCentre, indicator.target_text());
  sheet->Put(kObserved, 1, Role::kCentre,
             indicator.observed_text().empty() ? "尚未填报" : indicator.observed_text());
  sheet->Put(kFull, 1, Role::kCentre, item == nullptr ? Value() : Points(item->full_score()));
  sheet->Put(kScore, 1, Role::kCentre, item == nullptr ? Value() : Points(item->score()));
  sheet->Put(kDeviation, 1, Role::kText, DeviationText(item, DeviationOf(project, indicator)));
  sheet->EndRow();
}

void PutIndicators(const ProjectView& project, SheetBuilder* sheet) {
  const int heading = sheet->row();
  const std::string labels[] = {"一级指标",   "二级指标", "三级指标", "年度指标值",
                                "实际完成值", "分值",     "得分",     "偏差原因分析及改进措施"};
  for (int i = 0; i < 8; ++i) sheet->Put(kLevel + i, 1, Role::kLabel, labels[i]);
  sheet->EndRow();
  sheet->RepeatFrom(heading);
  const int first = sheet->row();
  PutLevels(project, first, kLevel, sheet);
  if (project.performance != nullptr) {
    for (const auto& indicator : project.performance->indicators()) {
      PutIndicator(project, indicator, sheet);
    }
  }
  if (sheet->row() == first) {
    for (int column = kLevel; column < kColumnCount; ++column) {
      sheet->Put(column, 1, Role::kText, "");
    }
    sheet->EndRow();
  }
  sheet->PutAt(heading, 0, 1, Role::kLabel, "绩\n效\n指\n标", sheet->row() - heading);
}

void PutTotal(const ProjectView& project, SheetBuilder* sheet) {
  const v1::ProjectScore* score = project.score;
  sheet->Put(0, kFull, Role::kLabel, "总分");
  sheet->Put(kFull, 1, Role::kCentre, score == nullptr ? Value() : Points(score->full_score()));
  sheet->Put(kScore, 1, Role::kCentre, score == nullptr ? Value() : Points(score->score()));
  sheet->Put(kDeviation, 1, Role::kCentre,
             score == nullptr || score->grade().empty() ? "" : "等级：" + score->grade());
  sheet->EndRow();
}

std::vector<std::string> Remarks(const v1::Review& review, const ProjectView& project) {
  std::vector<std::string> remarks;
  const std::string year_end = std::to_string(review.fiscal_year()) + "-12-31";
  if (!review.as_of_date().empty() && review.as_of_date() != year_end) {
    remarks.push_back("全年执行数和实际完成值截至" + ChineseDate(review.as_of_date()) + "。");
  }
  const v1::ScoreItem* item = ExecutionItem(project);
  const std::string execution = DeviationText(item, DeviationOf(project.warnings));
  if (!execution.empty()) remarks.push_back("预算执行。" + execution);
  if (project.score == nullptr) return remarks;
  if (!project.score->weights_zh().empty()) remarks.push_back(project.score->weights_zh());
  if (project.score->unobserved_count() > 0) {
    remarks.push_back(std::to_string(project.score->unobserved_count()) +
                      "项指标尚未填报完成值，不得分。");
  }
  return remarks;
}

constexpr int kSummaryMoney = 3;
const std::vector<double> kSummaryWidths = {6, 22, 44, 14, 15, 15, 12, 10, 12, 12, 12, 10};

void PutSummaryHeading(SheetBuilder* sheet) {
  const int first = sheet->row();
  const std::string labels[] = {"序号",
                                "项目编码",
                                "项目名称",
                                "年初预算数\n（万元）",
                                "全年预算数（A）\n（万元）",
                                "全年执行数（B）\n（万元）",
                                "执行率\n（B/A）",
                                "指标数",
                                "未填报指标",
                                "分值",
                                "得分",
                                "等级"};
  int column = 0;
  for (const std::string& label : labels) sheet->Put(column++, 1, Role::kLabel, label);
  sheet->EndRow();
  sheet->RepeatFrom(first);
}

void PutSummaryMoney(const Money& money, SheetBuilder* sheet) {
  sheet->Put(kSummaryMoney, 1, Role::kNumber, Wan(money.initial));
  sheet->Put(kSummaryMoney + 1, 1, Role::kNumber, Wan(money.budget));
  sheet->Put(kSummaryMoney + 2, 1, Role::kNumber, Wan(money.disbursed));
  sheet->Put(kSummaryMoney + 3, 1, Role::kNumber, Percent(money.disbursed, money.budget));
}

void PutSummaryRow(int number, const ProjectView& project, SheetBuilder* sheet) {
  sheet->Put(0, 1, Role::kCentre, Count(number));
  sheet->Put(1, 1, Role::kText, project.code);
  sheet->Put(2, 1, Role::kText, project.name);
  PutSummaryMoney(TotalMoney(project), sheet);
  const v1::ProjectScore* score = project.score;
  sheet->Put(7, 1, Role::kCentre,
             Count(project.performance == nullptr ? 0 : project.performance->indicators_size()));
  sheet->Put(8, 1, Role::kCentre, score == nullptr ? Value() : Count(score->unobserved_count()));
  sheet->Put(9, 1, Role::kCentre, score == nullptr ? Value() : Points(score->full_score()));
  sheet->Put(10, 1, Role::kCentre, score == nullptr ? Value() : Points(score->score()));
  sheet->Put(11, 1, Role::kCentre, score == nullptr ? "" : score->grade());
  sheet->EndRow();
}

void PutSummaryTotal(const Money& money, int64_t indicators, int64_t unobserved,
                     const v1::Scorecard& scorecard, SheetBuilder* sheet) {
  sheet->Put(0, kSummaryMoney, Role::kLabel, "项目支出合计");
  PutSummaryMoney(money, sheet);
  sheet->Put(7, 1, Role::kCentre, Count(indicators));
  sheet->Put(8, 1, Role::kCentre, Count(unobserved));
  sheet->Put(9, 1, Role::kCentre, "");
  sheet->Put(10, 1, Role::kCentre, Points(scorecard.score()));
  sheet->Put(11, 1, Role::kCentre, scorecard.grade());
  sheet->EndRow();
}

}  // namespace

std::string EvaluationTitle(const v1::Review& review) {
  const std::string title = CleanText(review.wording().evaluation_title());
  return title.empty() ? "项目支出绩效自评表" : title;
}

Sheet EvaluationSummary(const ReviewView& view, const std::string& name) {
  const v1::Review& review = view.review();
  SheetBuilder sheet(name, kSummaryWidths);
  PutHeading(EvaluationTitle(review) + "（部门汇总）", review, &sheet);
  sheet.PutRow(Role::kLeft, "部门：" + DepartmentOf(review));
  PutSummaryHeading(&sheet);
  Money total{.initial = 0, .budget = 0, .disbursed = 0, .expected = 0};
  int number = 0;
  int64_t indicators = 0;
  int64_t unobserved = 0;
  for (const ProjectView& project : view.projects) {
    PutSummaryRow(++number, project, &sheet);
    total.Add(TotalMoney(project));
    if (project.performance != nullptr) indicators += project.performance->indicators_size();
    if (project.score != nullptr) unobserved += project.score->unobserved_count();
  }
  PutSummaryTotal(total, indicators, unobserved, review.scorecard(), &sheet);
  PutDepartmentWarnings({.cause = 3, .reason = 4, .measure = 7}, view, &sheet);
  std::vector<std::string> remarks = {"金额四舍五入到万元后两位小数，分项之和与合计可能略有出入。"};
  for (const std::string& note : review.scorecard().notes_zh()) remarks.push_back(note);
  for (std::string& remark : SuspenseRemarks(review)) remarks.push_back(std::move(remark));
  PutEnd(remarks, &sheet);
  return sheet.Take();
}

Sheet EvaluationSheet(const ReviewView& view, const ProjectView& project, const std::string& name) {
  const v1::Review& review = view.review();
  SheetBuilder sheet(name, kWidths);
  PutHeading(EvaluationTitle(review), review, &sheet);
  PutIdentity({.name = 1, .second_label = 5, .second = 6}, review, project, &sheet);
  PutMoney(project, &sheet);
  PutGoal(project, &sheet);
  PutIndicators(project, &sheet);
  PutTotal(project, &sheet);
  PutEnd(Remarks(review, project), &sheet);
  return sheet.Take();
}

}  // namespace budgetwatch::forms
