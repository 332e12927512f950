#include "forms/monitoring_form.h"

#include "forms/amount.h"
#include "forms/form_parts.h"
#include "forms/form_text.h"

namespace budgetwatch::forms {
namespace {

// Columns of the indicators; the rows above share them.
constexpr int kLevel = 1;
constexpr int kTarget = 4;
constexpr int kObserved = 5;
constexpr int kExpected = 6;
constexpr int kCause = 7;
constexpr int kReason = 12;
constexpr int kLikelihood = 13;
constexpr int kRemark = 16;
constexpr int kColumnCount = 17;
const std::vector<double> kWidths = {5, 9, 11, 21, 11,  11,  12,  5, 5,
                                     5, 5, 5,  20, 5.5, 5.5, 5.5, 17};

// 全年预计完成情况: no figure is forecast for an indicator, so it says what is expected
// of its target.
std::string Expectation(const v1::IndicatorPerformance& indicator) {
  switch (indicator.likelihood()) {
    case v1::LIKELIHOOD_CERTAIN: return "预计能够完成";
    case v1::LIKELIHOOD_POSSIBLE: return "有可能完成";
    case v1::LIKELIHOOD_IMPOSSIBLE: return "预计不能完成";
    default: return "";
  }
}

// 备注: what will be done; while nobody has said so, why the target is not met or not
// surely so.
std::string Remark(const v1::IndicatorPerformance& indicator, const Deviation& deviation) {
  if (!deviation.measures.empty()) return deviation.measures;
  const bool unsure = indicator.has_survey() && !indicator.survey().certain();
  return indicator.state() == v1::TARGET_STATE_MET && !unsure ? "" : indicator.reason_zh();
}

void PutMoneyRow(const std::string& label, Role role, const Money& money, SheetBuilder* sheet) {
  sheet->Put(2, 2, role, label);
  sheet->Put(4, 2, Role::kNumber, Wan(money.initial));
  sheet->Put(6, 4, Role::kNumber, Wan(money.disbursed));
  sheet->Put(10, 3, Role::kNumber, Percent(money.disbursed, money.budget));
  sheet->Put(13, 4, Role::kNumber, Wan(money.expected));
  sheet->EndRow();
}

void PutMoney(const v1::Review& review, const ProjectView& project, SheetBuilder* sheet) {
  sheet->Put(0, 2, Role::kLabel, "项目资金\n（万元）", 4);
  sheet->Put(2, 2, Role::kLabel, "资金来源");
  sheet->Put(4, 2, Role::kLabel, "年初预算数");
  sheet->Put(6, 4, Role::kLabel, InPeriod(review, "执行数"));
  sheet->Put(10, 3, Role::kLabel, InPeriod(review, "执行率"));
  sheet->Put(13, 4, Role::kLabel, "全年预计执行数");
  sheet->EndRow();
  PutMoneyRow("年度资金总额", Role::kText, TotalMoney(project), sheet);
  PutMoneyRow("其中：本年一般公共预算拨款", Role::kText,
              MoneyOfSources(project, {v1::FUNDING_SOURCE_GENERAL}), sheet);
  PutMoneyRow("其他资金", Role::kText,
              MoneyOfSources(project, {v1::FUNDING_SOURCE_GOVERNMENT_FUND, v1::FUNDING_SOURCE_OTHER,
                                       v1::FUNDING_SOURCE_UNSPECIFIED}),
              sheet);
}

void PutIndicatorHeading(const v1::Review& review, SheetBuilder* sheet) {
  const int first = sheet->row();
  const std::string tall[] = {
      "一级指标",        "二级指标", "三级指标", "年度指标值", InPeriod(review, "执行情况"),
      "全年预计完成情况"};
  for (int i = 0; i < 6; ++i) sheet->Put(kLevel + i, 1, Role::kLabel, tall[i], 2);
  sheet->Put(kCause, kLikelihood - kCause, Role::kLabel, "偏差原因分析");
  sheet->Put(kLikelihood, kLikelihoodCount, Role::kLabel, "完成目标可能性");
  sheet->Put(kRemark, 1, Role::kLabel, "备注", 2);
  sheet->EndRow();
  for (int i = 0; i < static_cast<int>(Deviation::kCauseCount); ++i) {
    const auto cause = static_cast<v1::CauseClass>(v1::CAUSE_CLASS_FUNDING + i);
    sheet->Put(kCause + i, 1, Role::kLabel, std::string(CauseName(cause)));
  }
  sheet->Put(kReason, 1, Role::kLabel, "原因说明");
  for (int i = 0; i < kLikelihoodCount; ++i) {
    sheet->Put(kLikelihood + i, 1, Role::kLabel, LikelihoodName(review, LikelihoodAt(i)));
  }
  sheet->EndRow();
  sheet->RepeatFrom(first);
}

void PutIndicator(const v1::IndicatorPerformance& indicator, const Deviation& deviation,
                  SheetBuilder* sheet) {
  const auto tick = [](bool ticked) { return std::string(ticked ? kTick : ""); };
  sheet->Put(kTarget, 1, Role::kCentre, indicator.target_text());
  sheet->Put(kObserved, 1, Role::kCentre,
             indicator.observed_text().empty() ? "尚未填报" : indicator.observed_text());
  sheet->Put(kExpected, 1, Role::kCentre, Expectation(indicator));
  for (size_t i = 0; i < Deviation::kCauseCount; ++i) {
    sheet->Put(kCause + static_cast<int>(i), 1, Role::kCentre, tick(deviation.causes[i]));
  }
  sheet->Put(kReason, 1, Role::kText, deviation.reasons);
  for (int i = 0; i < kLikelihoodCount; ++i) {
    sheet->Put(kLikelihood + i, 1, Role::kCentre, tick(indicator.likelihood() == LikelihoodAt(i)));
  }
  sheet->Put(kRemark, 1, Role::kText, Remark(indicator, deviation));
  sheet->EndRow();
}

void PutBlankIndicator(SheetBuilder* sheet) {
  for (int column = kLevel; column < kColumnCount; ++column) {
    sheet->Put(column, 1, Role::kText, "");
  }
  sheet->EndRow();
}

// Returns whether an indicator shows what was said about the project itself.
bool PutIndicators(const v1::Review& review, const ProjectView& project, SheetBuilder* sheet) {
  const int heading = sheet->row();
  PutIndicatorHeading(review, sheet);
  const int first = sheet->row();
  PutLevels(project, first, kLevel, sheet);
  const std::string of_project = DeviationOf(project.warnings).reasons;
  bool shown = of_project.empty();
  if (project.performance != nullptr) {
    for (const auto& indicator : project.performance->indicators()) {
      const Deviation deviation = DeviationOf(project, indicator);
      shown = shown || deviation.reasons == of_project;
      PutIndicator(indicator, deviation, sheet);
    }
  }
  if (sheet->row() == first) PutBlankIndicator(sheet);
  sheet->PutAt(heading, 0, 1, Role::kLabel, "绩\n效\n指\n标", sheet->row() - heading);
  return shown;
}

std::vector<std::string> Remarks(const v1::Review& review, const ProjectView& project,
                                 bool project_is_explained) {
  std::vector<std::string> remarks;
  const Money money = TotalMoney(project);
  if (money.initial && money.budget && *money.initial != *money.budget) {
    remarks.push_back("预算年中有调整，全年预算数为" + Format(std::get<Number>(Wan(money.budget))) +
                      "万元；执行率按调整后的预算数计算。");
  }
  if (!project_is_explained) {
    const Deviation deviation = DeviationOf(project.warnings);
    remarks.push_back("项目预警说明：" + deviation.reasons +
                      (deviation.measures.empty() ? "" : "；整改措施：" + deviation.measures));
  }
  remarks.push_back("完成目标可能性不是“" + LikelihoodName(review, v1::LIKELIHOOD_CERTAIN) +
                    "”的指标，应当勾选偏差原因、说明理由，并在备注中写明拟采取的措施。");
  return remarks;
}

}  // namespace

std::string LikelihoodName(const v1::Review& review, v1::Likelihood likelihood) {
  switch (likelihood) {
    case v1::LIKELIHOOD_CERTAIN: return "确定能";
    case v1::LIKELIHOOD_POSSIBLE: return "有可能";
    case v1::LIKELIHOOD_IMPOSSIBLE: {
      const std::string word = CleanText(review.wording().impossible());
      return word.empty() ? "完全不可能" : word;
    }
    default: return "";
  }
}

v1::Likelihood LikelihoodAt(int index) {
  return static_cast<v1::Likelihood>(v1::LIKELIHOOD_CERTAIN + index);
}

std::string MonitoringTitle(const v1::Review& review) {
  const std::string title = CleanText(review.wording().monitoring_title());
  return title.empty() ? "项目支出绩效目标执行监控表" : title;
}

Sheet MonitoringSheet(const ReviewView& view, const ProjectView& project, const std::string& name) {
  const v1::Review& review = view.review();
  SheetBuilder sheet(name, kWidths);
  PutHeading(MonitoringTitle(review), review, &sheet);
  PutIdentity({.name = 2, .second_label = 10, .second = 13}, review, project, &sheet);
  PutMoney(review, project, &sheet);
  sheet.Put(0, 2, Role::kLabel, "年度总体目标");
  sheet.Put(2, kColumnCount - 2, Role::kText, GoalOf(project));
  sheet.EndRow();
  const bool explained = PutIndicators(review, project, &sheet);
  PutEnd(Remarks(review, project, explained), &sheet);
  return sheet.Take();
}

}  // namespace budgetwatch::forms
