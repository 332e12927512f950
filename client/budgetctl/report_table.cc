#include "budgetctl/report_table.h"

#include <string>
#include <vector>

#include "budgetctl/csv.h"
#include "budgetctl/figures.h"
#include "budgetctl/report_parts.h"
#include "budgetctl/table.h"
#include "domain/money.h"

namespace budgetwatch::ctl {
namespace {

// Money of a line or a sum. Their messages have the same fields, but a line always
// has a planned ratio.
struct Figures {
  int64_t budget_fen = 0;
  int64_t disbursed_fen = 0;
  int64_t planned_fen = 0;
  std::optional<double> execution_ratio;
  std::optional<double> planned_ratio;
  std::optional<double> deviation_ratio;
};

template <typename Message>
Figures CommonFigures(const Message& message) {
  Figures figures;
  figures.budget_fen = message.budget_fen();
  figures.disbursed_fen = message.disbursed_fen();
  figures.planned_fen = message.planned_fen();
  if (message.has_execution_ratio()) figures.execution_ratio = message.execution_ratio();
  if (message.has_deviation_ratio()) figures.deviation_ratio = message.deviation_ratio();
  return figures;
}

Figures FiguresOf(const v1::ExecutionFigures& message) {
  Figures figures = CommonFigures(message);
  if (message.has_planned_ratio()) figures.planned_ratio = message.planned_ratio();
  return figures;
}

Figures FiguresOf(const v1::ProjectExecution& message) {
  Figures figures = CommonFigures(message);
  figures.planned_ratio = message.planned_ratio();
  return figures;
}

std::string SelectorWord(const Speech& say, const v1::ExecutionSubtotal& subtotal) {
  switch (subtotal.selector_case()) {
    case v1::ExecutionSubtotal::kKind: return Word(say, subtotal.kind());
    case v1::ExecutionSubtotal::kSource: return Word(say, subtotal.source());
    case v1::ExecutionSubtotal::SELECTOR_NOT_SET: break;
  }
  return "-";
}

std::string SelectorKey(const v1::ExecutionSubtotal& subtotal) {
  switch (subtotal.selector_case()) {
    case v1::ExecutionSubtotal::kKind: return v1::ProjectKind_Name(subtotal.kind());
    case v1::ExecutionSubtotal::kSource: return v1::FundingSource_Name(subtotal.source());
    case v1::ExecutionSubtotal::SELECTOR_NOT_SET: break;
  }
  return "";
}

void AddFigures(const std::string& code, const std::string& name, const Figures& figures,
                const std::string& status, Table* table) {
  table->AddRow({code, name, FormatTenThousandYuan(figures.budget_fen),
                 FormatTenThousandYuan(figures.disbursed_fen), FormatShare(figures.execution_ratio),
                 FormatShare(figures.planned_ratio), FormatPoints(figures.deviation_ratio),
                 status});
}

Table FiguresTable(const Speech& say, const v1::ExecutionReport& report) {
  Table table({{say("项目编码", "Project"), Align::kLeft, 0},
               {say("项目名称", "Name"), Align::kLeft, 8},
               {say("预算数", "Budget"), Align::kRight, 0},
               {say("执行数", "Paid"), Align::kRight, 0},
               {say("执行率", "Rate"), Align::kRight, 0},
               {say("计划", "Plan"), Align::kRight, 0},
               {say("偏差", "Gap"), Align::kRight, 0},
               {say("状态", "Status"), Align::kLeft, 0}});
  for (const v1::ProjectExecution& project : report.projects()) {
    AddFigures(project.project_code(), project.project_name(), FiguresOf(project),
               Word(say, project.status()), &table);
  }
  if (!report.departments().empty()) {
    if (!table.empty()) table.AddRule();
    for (const v1::DepartmentExecution& department : report.departments()) {
      AddFigures(department.department_code(), department.department_name(),
                 FiguresOf(department.figures()), say("下级", "below"), &table);
    }
  }
  if (!report.subtotals().empty()) table.AddRule();
  for (const v1::ExecutionSubtotal& subtotal : report.subtotals()) {
    AddFigures(SelectorWord(say, subtotal), "", FiguresOf(subtotal.figures()), "", &table);
  }
  table.AddRule();
  AddFigures(say("合计", "Total"), "", FiguresOf(report.totals()), "", &table);
  return table;
}

}  // namespace

void PrintExecution(std::ostream& out, const Speech& say, const v1::ExecutionReport& report,
                    std::optional<int> width) {
  PrintReportHeading(out, say, say("预算执行情况", "Budget execution"), report);
  out << say("单位：万元", "Unit: ten thousand yuan") << "\n\n";
  out << FiguresTable(say, report).Render(width);

  const std::string count = std::to_string(report.suspense().payment_count());
  const std::string amount = FormatTenThousandYuan(report.suspense().amount_fen());
  out << say("待核（全账本，未归入任何部门）：" + count + " 笔，" + amount + " 万元",
             "In suspense (whole ledger, no department): " + count + " payments, " + amount +
                 " ten thousand yuan")
      << '\n';
  PrintReportFindings(out, say, report, width);
}

void WriteExecutionCsv(std::ostream& out, const v1::ExecutionReport& report) {
  WriteCsvRecord(
      out, {"department_code", "fiscal_year", "as_of_date", "known_at_sequence", "row_type", "code",
            "name", "kind", "budget_yuan", "disbursed_yuan", "planned_yuan", "execution_ratio",
            "planned_ratio", "deviation_ratio", "status", "findings"});
  const auto ratio = [](std::optional<double> value) { return value ? CsvRatio(*value) : ""; };
  const auto write = [&](const std::string& row_type, const std::string& code,
                         const std::string& name, const std::string& kind, const Figures& figures,
                         const std::string& status, const std::string& findings) {
    WriteCsvRecord(
        out, {report.department_code(), std::to_string(report.fiscal_year()), report.as_of_date(),
              std::to_string(report.known_at_sequence()), row_type, code, name, kind,
              FormatYuan(figures.budget_fen), FormatYuan(figures.disbursed_fen),
              FormatYuan(figures.planned_fen), ratio(figures.execution_ratio),
              ratio(figures.planned_ratio), ratio(figures.deviation_ratio), status, findings});
  };
  for (const v1::ProjectExecution& project : report.projects()) {
    write("project", project.project_code(), project.project_name(),
          v1::ProjectKind_Name(project.kind()), FiguresOf(project),
          v1::ExecutionStatus_Name(project.status()), CsvRules(project.findings()));
  }
  for (const v1::DepartmentExecution& department : report.departments()) {
    write("department", department.department_code(), department.department_name(), "",
          FiguresOf(department.figures()), "", "");
  }
  for (const v1::ExecutionSubtotal& subtotal : report.subtotals()) {
    write("subtotal", SelectorKey(subtotal), "", "", FiguresOf(subtotal.figures()), "", "");
  }
  write("total", report.department_code(), report.department_name(), "", FiguresOf(report.totals()),
        "", "");
  WriteCsvRecord(
      out, {report.department_code(), std::to_string(report.fiscal_year()), report.as_of_date(),
            std::to_string(report.known_at_sequence()), "suspense", "", "", "", "",
            FormatYuan(report.suspense().amount_fen()), "", "", "", "", "", ""});
}

}  // namespace budgetwatch::ctl
