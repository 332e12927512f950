#include <array>

#include "forms/amount.h"
#include "forms/form_parts.h"
#include "forms/monitoring_form.h"

namespace budgetwatch::forms {
namespace {

// What a row of the summary counts.
struct Counts {
  int64_t indicators = 0, met = 0, not_met = 0, unknown = 0;
  int64_t likelihoods[kLikelihoodCount] = {};
  int64_t warnings = 0, explained = 0;

  void Add(const Counts& other) {
    indicators += other.indicators;
    met += other.met;
    not_met += other.not_met;
    unknown += other.unknown;
    for (int i = 0; i < kLikelihoodCount; ++i) likelihoods[i] += other.likelihoods[i];
    warnings += other.warnings;
    explained += other.explained;
  }
};

Counts CountsOf(const ProjectView& project) {
  Counts counts;
  const auto count_warnings = [&counts](const std::vector<const v1::Warning*>& warnings) {
    for (const v1::Warning* warning : warnings) {
      ++counts.warnings;
      if (warning->has_explanation()) ++counts.explained;
    }
  };
  count_warnings(project.warnings);
  for (const auto& [id, warnings] : project.indicator_warnings) count_warnings(warnings);
  if (project.performance == nullptr) return counts;
  for (const auto& indicator : project.performance->indicators()) {
    ++counts.indicators;
    counts.met += indicator.state() == v1::TARGET_STATE_MET ? 1 : 0;
    counts.not_met += indicator.state() == v1::TARGET_STATE_NOT_MET ? 1 : 0;
    for (int i = 0; i < kLikelihoodCount; ++i) {
      counts.likelihoods[i] += indicator.likelihood() == LikelihoodAt(i) ? 1 : 0;
    }
  }
  counts.unknown = counts.indicators - counts.met - counts.not_met;
  return counts;
}

const std::vector<double> kSummaryWidths = {5, 20, 34, 12, 12, 12, 10, 12, 7,
                                            7, 7,  8,  7,  7,  8,  7,  7};
constexpr int kSummaryMoney = 3;
constexpr int kSummaryCounts = 8;

void PutSummaryHeading(const v1::Review& review, SheetBuilder* sheet) {
  const int first = sheet->row();
  const std::string tall[] = {"序号", "项目编码", "项目名称"};
  for (int i = 0; i < 3; ++i) sheet->Put(i, 1, Role::kLabel, tall[i], 2);
  sheet->Put(kSummaryMoney, 5, Role::kLabel, "资金（万元）");
  sheet->Put(kSummaryCounts, 4, Role::kLabel, "绩效指标（项）");
  sheet->Put(kSummaryCounts + 4, 3, Role::kLabel, "完成目标可能性（项）");
  sheet->Put(kSummaryCounts + 7, 2, Role::kLabel, "预警（条）");
  sheet->EndRow();
  const std::string labels[] = {"年初预算数",
                                "全年预算数",
                                InPeriod(review, "执行数"),
                                InPeriod(review, "执行率"),
                                "全年预计执行数",
                                "总数",
                                "达到",
                                "未达到",
                                "尚无法判定",
                                LikelihoodName(review, v1::LIKELIHOOD_CERTAIN),
                                LikelihoodName(review, v1::LIKELIHOOD_POSSIBLE),
                                LikelihoodName(review, v1::LIKELIHOOD_IMPOSSIBLE),
                                "总数",
                                "已说明"};
  int column = kSummaryMoney;
  for (const std::string& label : labels) sheet->Put(column++, 1, Role::kLabel, label);
  sheet->EndRow();
  sheet->RepeatFrom(first);
}

void PutSummaryMoney(const Money& money, SheetBuilder* sheet) {
  sheet->Put(kSummaryMoney, 1, Role::kNumber, Wan(money.initial));
  sheet->Put(kSummaryMoney + 1, 1, Role::kNumber, Wan(money.budget));
  sheet->Put(kSummaryMoney + 2, 1, Role::kNumber, Wan(money.disbursed));
  sheet->Put(kSummaryMoney + 3, 1, Role::kNumber, Percent(money.disbursed, money.budget));
  sheet->Put(kSummaryMoney + 4, 1, Role::kNumber, Wan(money.expected));
}

// What stands in the columns that count; blanks where nothing is known.
using CountValues = std::array<Value, 9>;

CountValues ValuesOf(const Counts& counts) {
  return {Count(counts.indicators),     Count(counts.met),
          Count(counts.not_met),        Count(counts.unknown),
          Count(counts.likelihoods[0]), Count(counts.likelihoods[1]),
          Count(counts.likelihoods[2]), Count(counts.warnings),
          Count(counts.explained)};
}

CountValues ValuesOf(const v1::PerformanceFigures& figures) {
  return {Count(figures.indicator_count()), Count(figures.met_count()),
          Count(figures.not_met_count()), Count(figures.unknown_count())};
}

void PutCounts(const CountValues& values, SheetBuilder* sheet) {
  int column = kSummaryCounts;
  for (const Value& value : values) sheet->Put(column++, 1, Role::kCentre, value);
}

void PutTotalRow(const std::string& label, const Money& money, const CountValues& counts,
                 SheetBuilder* sheet) {
  sheet->Put(0, kSummaryMoney, Role::kLabel, label);
  PutSummaryMoney(money, sheet);
  PutCounts(counts, sheet);
  sheet->EndRow();
}

Money MoneyOf(const v1::ExecutionFigures& figures) {
  return Money{.initial = std::nullopt,
               .budget = figures.budget_fen(),
               .disbursed = figures.disbursed_fen(),
               .expected = std::nullopt};
}

// Departments below, and all money where it is more than that of the projects above.
void PutDepartments(const v1::Review& review, const Money& projects, SheetBuilder* sheet) {
  const v1::ExecutionReport& execution = review.execution();
  for (const auto& department : execution.departments()) {
    CountValues counts;
    for (const auto& other : review.performance().departments()) {
      if (other.department_code() == department.department_code()) {
        counts = ValuesOf(other.figures());
      }
    }
    PutTotalRow(
        "下级：" + department.department_name() + "（" + department.department_code() + "）",
        MoneyOf(department.figures()), counts, sheet);
  }
  const Money all = MoneyOf(execution.totals());
  if (execution.has_totals() &&
      (all.budget != projects.budget || all.disbursed != projects.disbursed)) {
    PutTotalRow("部门全部支出（含基本支出和下级部门）", all,
                ValuesOf(review.performance().totals()), sheet);
  }
}

}  // namespace

Sheet MonitoringSummary(const ReviewView& view, const std::string& name) {
  const v1::Review& review = view.review();
  SheetBuilder sheet(name, kSummaryWidths);
  PutHeading(MonitoringTitle(review) + "（部门汇总）", review, &sheet);
  sheet.PutRow(Role::kLeft, "部门：" + DepartmentOf(review));
  PutSummaryHeading(review, &sheet);
  Money total{.initial = 0, .budget = 0, .disbursed = 0, .expected = 0};
  Counts counts;
  int number = 0;
  for (const ProjectView& project : view.projects) {
    sheet.Put(0, 1, Role::kCentre, Count(++number));
    sheet.Put(1, 1, Role::kText, project.code);
    sheet.Put(2, 1, Role::kText, project.name);
    const Money money = TotalMoney(project);
    const Counts own = CountsOf(project);
    PutSummaryMoney(money, &sheet);
    PutCounts(ValuesOf(own), &sheet);
    sheet.EndRow();
    total.Add(money);
    counts.Add(own);
  }
  PutTotalRow("项目支出合计", total, ValuesOf(counts), &sheet);
  PutDepartments(review, total, &sheet);
  PutDepartmentWarnings({.cause = 3, .reason = 5, .measure = 9}, view, &sheet);
  std::vector<std::string> remarks = {"金额四舍五入到万元后两位小数，分项之和与合计可能略有出入。"};
  if (!total.expected) {
    remarks.push_back("有项目的全年预计执行数尚不能测算，合计栏留空。");
  }
  for (std::string& remark : SuspenseRemarks(review)) remarks.push_back(std::move(remark));
  PutEnd(remarks, &sheet);
  return sheet.Take();
}

}  // namespace budgetwatch::forms
