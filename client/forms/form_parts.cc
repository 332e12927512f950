#include "forms/form_parts.h"

#include <algorithm>
#include <array>

#include "forms/amount.h"
#include "forms/form_text.h"

namespace budgetwatch::forms {
namespace {

using Levels = std::array<std::string, 3>;

Levels LevelsOf(const v1::IndicatorPerformance& indicator) {
  return {CleanText(indicator.level1()), CleanText(indicator.level2()),
          CleanText(indicator.level3())};
}

// Whether two indicators share the cell of `level`: the same words there and above.
bool SharesCell(const Levels& a, const Levels& b, size_t level) {
  return !a[level].empty() && std::equal(a.begin(), a.begin() + level + 1, b.begin());
}

bool IsExplained(const v1::Warning* warning) { return warning->has_explanation(); }

}  // namespace

std::string DepartmentOf(const v1::Review& review) {
  const std::string name = CleanText(review.department_name());
  const std::string code = CleanText(review.department_code());
  if (name.empty()) return code;
  return code.empty() ? name : name + "（" + code + "）";
}

std::string InPeriod(const v1::Review& review, std::string_view what) {
  const std::string period = CleanText(review.wording().period());
  return (period.empty() ? "本期" : period) + std::string(what);
}

void PutHeading(const std::string& title, const v1::Review& review, SheetBuilder* sheet) {
  sheet->PutRow(Role::kTitle, title);
  const int year = review.fiscal_year();
  sheet->PutRow(Role::kCaption, "（" + (year > 0 ? std::to_string(year) : "    ") + "年度）");
  const int half = sheet->column_count() / 2;
  const std::string date = ChineseDate(review.as_of_date());
  sheet->Put(0, half, Role::kLeft, date.empty() ? "" : "截至日期：" + date);
  sheet->Put(half, sheet->column_count() - half, Role::kRight, "金额单位：万元");
  sheet->EndRow();
}

void PutIdentity(const IdentityColumns& columns, const v1::Review& review,
                 const ProjectView& project, SheetBuilder* sheet) {
  const auto put = [&](const std::string& label, const std::string& content,
                       const std::string& second_label, const std::string& second) {
    sheet->Put(0, columns.name, Role::kLabel, label);
    sheet->Put(columns.name, columns.second_label - columns.name, Role::kText, content);
    sheet->Put(columns.second_label, columns.second - columns.second_label, Role::kLabel,
               second_label);
    sheet->Put(columns.second, sheet->column_count() - columns.second, Role::kText, second);
    sheet->EndRow();
  };
  put("项目名称", project.name, "项目编码", project.code);
  put("主管部门及代码", DepartmentOf(review), "实施单位", review.department_name());
}

void PutLevels(const ProjectView& project, int first_row, int column, SheetBuilder* sheet) {
  std::vector<Levels> rows;
  if (project.performance != nullptr) {
    for (const auto& indicator : project.performance->indicators()) {
      rows.push_back(LevelsOf(indicator));
    }
  }
  for (size_t level = 0; level < std::tuple_size_v<Levels>; ++level) {
    for (size_t first = 0; first < rows.size();) {
      size_t end = first + 1;
      while (end < rows.size() && SharesCell(rows[first], rows[end], level)) ++end;
      sheet->PutAt(first_row + static_cast<int>(first), column + static_cast<int>(level), 1,
                   level == 2 ? Role::kText : Role::kCentre, rows[first][level],
                   static_cast<int>(end - first));
      first = end;
    }
  }
}

std::string GoalOf(const ProjectView& project) {
  if (project.performance == nullptr) return "";
  std::vector<std::string> goals;
  for (const auto& indicator : project.performance->indicators()) {
    std::string description = CleanText(indicator.description());
    while (description.ends_with("。") || description.ends_with("；")) {
      description.resize(description.size() - std::string_view("。").size());
    }
    if (description.empty()) continue;
    if (std::find(goals.begin(), goals.end(), description) == goals.end()) {
      goals.push_back(description);
    }
  }
  if (goals.size() == 1) return goals.front() + "。";
  std::string text;
  for (size_t i = 0; i < goals.size(); ++i) {
    text += std::to_string(i + 1) + "." + goals[i] + (i + 1 < goals.size() ? "；" : "。");
  }
  return text;
}

std::string AttainmentOf(const ProjectView& project) {
  if (project.performance == nullptr || project.performance->indicators().empty()) return "";
  int met = 0;
  int not_met = 0;
  for (const auto& indicator : project.performance->indicators()) {
    met += indicator.state() == v1::TARGET_STATE_MET ? 1 : 0;
    not_met += indicator.state() == v1::TARGET_STATE_NOT_MET ? 1 : 0;
  }
  const int count = project.performance->indicators_size();
  std::string text = "共" + std::to_string(count) + "项绩效指标，" + std::to_string(met) +
                     "项达到年度指标值，" + std::to_string(not_met) + "项未达到";
  const int unknown = count - met - not_met;
  if (unknown > 0) text += "，" + std::to_string(unknown) + "项尚无法判定";
  return text + "。";
}

void PutEnd(const std::vector<std::string>& remarks, SheetBuilder* sheet) {
  std::string text;
  for (size_t i = 0; i < remarks.size(); ++i) {
    text += (i == 0 ? "注：" : "\n　　") + std::to_string(i + 1) + "." + remarks[i];
  }
  if (!text.empty()) sheet->PutRow(Role::kLeft, text);
  const int quarter = sheet->column_count() / 4;
  const std::string labels[] = {"填报人：", "单位负责人：", "联系电话：", "填报日期："};
  for (int i = 0; i < 4; ++i) {
    const int width = i < 3 ? quarter : sheet->column_count() - 3 * quarter;
    sheet->Put(i * quarter, width, Role::kLeft, labels[i]);
  }
  sheet->EndRow();
}

std::vector<std::string> SuspenseRemarks(const v1::Review& review) {
  const v1::Suspense& suspense = review.execution().suspense();
  if (suspense.payment_count() == 0) return {};
  const Value amount = Wan(suspense.amount_fen());
  return {"账本中另有待核支付" + std::to_string(suspense.payment_count()) + "笔、" +
          Format(std::get<Number>(amount)) + "万元，尚未归入任何部门的项目，未计入本表。"};
}

void PutDepartmentWarnings(const DepartmentWarningColumns& columns, const ReviewView& view,
                           SheetBuilder* sheet) {
  const auto& warnings = view.other_warnings;
  if (std::none_of(warnings.begin(), warnings.end(), IsExplained)) return;
  const auto put = [&](Role role, const std::string& warning, const std::string& cause,
                       const std::string& reason, const std::string& measure) {
    sheet->Put(0, columns.cause, role, warning);
    sheet->Put(columns.cause, columns.reason - columns.cause,
               role == Role::kText ? Role::kCentre : role, cause);
    sheet->Put(columns.reason, columns.measure - columns.reason, role, reason);
    sheet->Put(columns.measure, sheet->column_count() - columns.measure, role, measure);
    sheet->EndRow();
  };
  put(Role::kLabel, "部门整体预警", "偏差原因", "原因说明", "整改措施");
  for (const v1::Warning* warning : warnings) {
    if (!IsExplained(warning)) continue;
    const Deviation deviation = DeviationOf(std::vector<const v1::Warning*>{warning});
    put(Role::kText, warning->message_zh(), std::string(CauseName(warning->explanation().cause())),
        deviation.reasons, deviation.measures);
  }
}

}  // namespace budgetwatch::forms
