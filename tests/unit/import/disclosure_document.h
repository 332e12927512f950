#pragma once

#include <string>
#include <vector>

#include "import/plan_reading.h"

// Invented documents in the layout of published ones, and looks at their reading.
namespace budgetwatch {

// The text of one project's table, with parts that tests replace.
struct TableText {
  std::string heading = "1、示例甲绩效目标表";
  std::string head = "\t990001示例局\n\t单位：万元\n\n";
  std::string code = "\t项目编码\n\t990-0001-EX\n\t项目名称\n\t示例甲\n\n";
  std::string budget =
      "\t预算规模及资金用途\n\t预算数\n\t18.67\n\t其中：财政资金\n\t18.67\n\t其他资金\n\t\n\n"
      "\t\n\t示例用途说明。\n\n";
  std::string schedule =
      "\t资金支出计划（%）\n\t3月底\n\t6月底\n\t10月底\n\t12月底\n\n"
      "\t\n\t\n\t50.00\n\t80.00\n\t100.00\n\n";
  std::string goal = "\t绩效目标\n\t1、示例目标一\n2、示例目标二\n\n\n \n";
  std::string indicators =
      "\t一级指标\n\t二级指标\n\t三级指标\n\t绩效指标描述\n\t指标值\n\t指标值确定依据\n\n"
      "\t产出指标\n\t数量指标\n\t示例数量\n\t示例描述\n\t253个\n\t示例依据\n\n"
      "\t\n\t质量指标\n\t示例质量\n\t示例描述\n\t是\n\t示例依据\n\n"
      "\t\n\t\n\t示例质量二\n\t示例描述\n\t≥95\n\t示例依据\n\n"
      "\t满意度指标\n\t服务对象满意度指标\n\t示例满意度\n\t示例描述\n\t≥90%\n\t示例依据\n\n\n";

  std::string Text() const {
    return heading + "\n" + head + code + budget + schedule + goal + indicators;
  }
};

inline TableText SecondTable() {
  TableText table;
  table.heading = "2、示例乙绩效目标表";
  table.code = "\t项目编码\n\t990-0002-EX\n\t项目名称\n\t示例乙\n\n";
  return table;
}

inline constexpr char kProse[] =
    "示例局部门预算说明\n示例局2020年部门预算公开\n"
    "2020年支出预算60万元：人员经费20万元（比2019年多1万元），项目支出37.34万元，"
    "比2019年多3万元。\n";

inline std::string Document(const std::vector<TableText>& tables) {
  std::string text = kProse;
  for (const TableText& table : tables) text += table.Text();
  return text;
}

inline std::vector<std::string> Ids(const PlanReading& reading) {
  std::vector<std::string> ids;
  for (const Finding& finding : reading.findings) ids.push_back(finding.id);
  return ids;
}

inline std::string Describe(const PlanReading& reading) {
  std::string text;
  for (const Finding& finding : reading.findings) {
    text += finding.id + " [" + finding.place + "] " + finding.message_en + "\n";
  }
  return text;
}

inline bool HasErrors(const PlanReading& reading) {
  for (const Finding& finding : reading.findings) {
    if (finding.severity == Severity::kError) return true;
  }
  return false;
}

using StringList = std::vector<std::string>;

// Replaces every `from` in `text`.
inline std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace budgetwatch
