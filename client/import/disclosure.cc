#include "import/disclosure.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "import/document_prose.h"
#include "import/document_table.h"
#include "import/document_text.h"
#include "import/finding_list.h"
#include "import/plan_table.h"

namespace budgetwatch {
namespace {

// Numbers of the lines that are not UTF-8, in rising order.
std::vector<int> FindInvalidLines(std::string_view text) {
  std::vector<int> lines;
  for (int line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (!IsValidUtf8(text.substr(0, end))) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

class DisclosureReader {
 public:
  explicit DisclosureReader(std::string_view text)
      : invalid_lines_(FindInvalidLines(text)),
        parts_(
            SplitDocument(invalid_lines_.empty() ? std::string(text) : ReplaceInvalidUtf8(text))) {}

  PlanReading Run() {
    ReportInvalidLines();
    if (parts_.tables.empty()) {
      Add("no_plan_table", Severity::kError, "", "",
          "没有找到项目绩效目标表；表格应每个单元格一行，以制表符开头，行间空一行",
          "no table of a project's goals was found; give each cell a line of its own with a "
          "leading tab, and a blank line between rows");
    }
    if (parts_.truncated) {
      Add("document_too_large", Severity::kError, "", "", "表格单元格过多，未全部读取；请拆分文件",
          "the tables have too many cells and were not read to their end; split the document");
    }
    ReadYear();
    ReadDepartment();
    CollectUnits();
    for (const PlanTable& table : parts_.tables) ReadTable(table);
    ReadTotals();
    for (const int line : parts_.indicator_only_lines) {
      Add("table_ignored", Severity::kWarning, "", LinePlace(line),
          "该表有绩效指标但没有项目编码、名称、预算和支出计划，未作为项目读取；请核对",
          "the table has indicators, but no project code, name, budget or schedule; it was not "
          "read as a project, look whether it is one");
    }
    reading_.findings = findings_.Take();
    return std::move(reading_);
  }

 private:
  static std::string LinePlace(int line) { return "line " + std::to_string(line); }

  void Add(std::string id, Severity severity, std::string project_code, std::string place,
           std::string zh, std::string en) {
    findings_.Add({std::move(id), severity, std::move(project_code), std::move(place),
                   std::move(zh), std::move(en)});
  }

  void ReportInvalidLines() {
    for (const int line : invalid_lines_) {
      Add("bad_encoding", Severity::kError, "", LinePlace(line),
          "该行不是有效的 UTF-8 文本；请将文件另存为 UTF-8",
          "the line is not valid UTF-8; save the file in UTF-8");
    }
  }

  void ReadYear() {
    reading_.plan.fiscal_year = FindFiscalYear(parts_.prose);
    if (reading_.plan.fiscal_year != 0 || parts_.tables.empty()) return;
    Add("missing_fiscal_year", Severity::kError, "", "",
        "没有找到预算年度；请在正文中写明，如“2020年部门预算公开”",
        "no fiscal year was found; give it in the text, like 2020年部门预算公开");
  }

  // The first table that names a department decides; one plan has one department.
  void ReadDepartment() {
    std::optional<DepartmentName> first;
    for (const PlanTable& table : parts_.tables) {
      const auto department = DepartmentOfTable(table);
      if (!department) continue;
      if (!first) {
        first = department;
      } else if (department->code != first->code) {
        Add("department_mismatch", Severity::kError, table.code,
            PlaceInTable(table, "", table.cells.front().line),
            "该表属于部门 " + department->code + "，其他表属于 " + first->code +
                "；请按部门拆分文件",
            "the table belongs to department " + department->code + ", others to " + first->code +
                "; split the document by department");
        foreign_tables_.insert(table.number);
      }
    }
    if (first) {
      reading_.plan.department_code = first->code;
      reading_.plan.department_name = first->name;
    } else if (!parts_.tables.empty()) {
      Add("missing_department_code", Severity::kError, "", "",
          "没有找到部门编码；请在表头单元格中写明，如“990001示例局”",
          "no department code was found; give it in the head cell of a table, like 990001示例局");
    }
  }

  void CollectUnits() {
    for (const PlanTable& table : parts_.tables) {
      if (const auto unit = UnitOfTable(table)) stated_units_.insert(*unit);
    }
  }

  // The unit of a table, or the one that all others agree on.
  std::optional<MoneyUnit> UnitFor(const PlanTable& table) {
    if (const auto unit = UnitOfTable(table)) return unit;
    const std::string place = PlaceInTable(table, "", table.cells.front().line);
    const std::string code = table.code;
    if (stated_units_.size() != 1) {
      Add("missing_unit", Severity::kError, code, place,
          "该表没有写明单位，其他表也不能说明；请在表头写明“单位：万元”或“单位：元”",
          "the table does not state its unit, nor do the others settle it; give 单位：万元 or "
          "单位：元 in its head");
      return std::nullopt;
    }
    const MoneyUnit unit = *stated_units_.begin();
    const std::string name = unit == MoneyUnit::kYuan ? "元" : "万元";
    Add("unit_assumed", Severity::kInfo, code, place,
        "该表没有写明单位，按其他表的“" + name + "”读取；请核对",
        "the table does not state its unit; " + name + " is taken from the other tables, check it");
    return unit;
  }

  void ReadTable(const PlanTable& table) {
    const auto unit = UnitFor(table);
    // With an unknown unit the rest of the table is still looked through.
    auto project = ReadPlanTable(table, unit.value_or(MoneyUnit::kTenThousandYuan),
                                 reading_.plan.fiscal_year, &findings_);
    const auto invalid =
        std::lower_bound(invalid_lines_.begin(), invalid_lines_.end(), table.cells.front().line);
    const bool is_damaged = invalid != invalid_lines_.end() && *invalid <= table.last_line;
    if (!project || !unit || is_damaged || foreign_tables_.contains(table.number)) return;
    reading_.plan.projects.push_back(*std::move(project));
  }

  void ReadTotals() {
    const auto totals = FindProjectTotals(parts_.prose, reading_.plan.fiscal_year);
    if (totals.empty() || parts_.tables.empty()) return;
    const int64_t amount_fen = totals.front().amount_fen;
    reading_.plan.stated_totals.push_back({ProjectKind::kProject, std::nullopt, amount_fen});
    for (const ProseTotal& total : totals) {
      if (total.amount_fen == amount_fen) continue;
      Add("stated_totals_differ", Severity::kWarning, "", LinePlace(total.line),
          "此处项目支出为 " + FormatYuan(total.amount_fen, true) + " 元，前文为 " +
              FormatYuan(amount_fen, true) + " 元，已采用前文；请核对",
          "project spending is " + FormatYuan(total.amount_fen, true) + " yuan here and " +
              FormatYuan(amount_fen, true) + " above, which is used; check which is right");
    }
  }

  const std::vector<int> invalid_lines_;
  const DocumentParts parts_;
  std::set<MoneyUnit> stated_units_;
  std::set<int> foreign_tables_;
  PlanReading reading_;
  FindingList findings_;
};

}  // namespace

PlanReading ReadDisclosure(std::string_view text) { return DisclosureReader(text).Run(); }

}  // namespace budgetwatch
