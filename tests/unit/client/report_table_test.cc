// Goal: the execution report reads well in 80 columns and its CSV carries raw figures.

#include "budgetctl/report_table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "budgetctl/display_width.h"

namespace budgetwatch::ctl {
namespace {

v1::ExecutionReport Example() {
  v1::ExecutionReport report;
  report.set_department_code("990002");
  report.set_department_name("示例局");
  report.set_fiscal_year(2020);
  report.set_as_of_date("2020-06-30");
  report.set_known_at_sequence(42);
  report.set_plan_revision_number(1);
  report.set_time_progress_ratio(0.5);
  v1::ProjectExecution* project = report.add_projects();
  project->set_project_code("990-0601-JBN-ABCD");
  project->set_project_name("某市城区道路及附属设施日常养护和维修工程");
  project->set_kind(v1::PROJECT_KIND_PROJECT);
  project->set_budget_fen(100'460'000);
  project->set_disbursed_fen(10'046'000);
  project->set_planned_fen(50'230'000);
  project->set_execution_ratio(0.1);
  project->set_planned_ratio(0.5);
  project->set_deviation_ratio(-0.4);
  project->set_status(v1::EXECUTION_STATUS_SEVERELY_BEHIND);
  v1::ExecutionFinding* finding = project->add_findings();
  finding->set_rule("severely_behind_plan");
  finding->set_severity(v1::SEVERITY_CRITICAL);
  finding->set_message_zh("执行率 10.00%，计划 50.00%。");
  finding->set_message_en("10.00% paid, 50.00% planned.");
  project = report.add_projects();
  project->set_project_code("990-0001");
  project->set_project_name("零预算");
  project->set_disbursed_fen(100);
  project->set_status(v1::EXECUTION_STATUS_OVERSPENT);
  v1::ExecutionSubtotal* subtotal = report.add_subtotals();
  subtotal->set_source(v1::FUNDING_SOURCE_GOVERNMENT_FUND);
  subtotal->mutable_figures()->set_budget_fen(100'460'000);
  report.mutable_totals()->set_budget_fen(100'460'000);
  report.mutable_totals()->set_disbursed_fen(10'046'100);
  report.mutable_suspense()->set_payment_count(3);
  report.mutable_suspense()->set_amount_fen(1'000'000);
  return report;
}

std::string Print(Language language, std::optional<int> width) {
  std::ostringstream out;
  PrintExecution(out, Speech(language), Example(), width);
  return out.str();
}

TEST(ReportTableTest, FitsEightyColumnsOnATerminal) {
  for (const Language language : {Language::kChinese, Language::kEnglish}) {
    std::istringstream lines(Print(language, 80));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), 80) << line;
  }
}

TEST(ReportTableTest, ShowsFiguresSumsAndFindings) {
  const std::string text = Print(Language::kChinese, std::nullopt);
  for (const char* part : {"990002 示例局", "截至 2020-06-30", "序时进度 50.00%", "账本序号 42",
                           "单位：万元", "某市城区道路及附属设施日常养护和维修工程", "100.46",
                           "10.05", "10.00%", "-40.00", "严重滞后", "超支", "政府性基金", "合计",
                           "3 笔，1.00 万元", "严重落后于计划", "执行率 10.00%，计划 50.00%。"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  const std::string english = Print(Language::kEnglish, std::nullopt);
  EXPECT_NE(english.find("severely behind"), std::string::npos);
  EXPECT_NE(english.find("10.00% paid"), std::string::npos);
}

TEST(ReportTableTest, AbsentRatiosAreADash) {
  const std::string text = Print(Language::kChinese, std::nullopt);
  const size_t start = text.find("990-0001");
  const std::string line = text.substr(start, text.find('\n', start) - start);
  EXPECT_NE(line.find("-  "), std::string::npos) << line;
  EXPECT_EQ(line.find("nan"), std::string::npos) << line;
}

TEST(ReportTableTest, CsvHasRawFiguresAndARowPerLineAndSum) {
  std::ostringstream out;
  WriteExecutionCsv(out, Example());
  const std::string csv = out.str();
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 6);
  EXPECT_NE(csv.find("990002,2020,2020-06-30,42,project,990-0601-JBN-ABCD,"
                     "某市城区道路及附属设施日常养护和维修工程,PROJECT_KIND_PROJECT,1004600.00,"
                     "100460.00,502300.00,0.1,0.5,-0.4,EXECUTION_STATUS_SEVERELY_BEHIND,"
                     "severely_behind_plan\r\n"),
            std::string::npos)
      << csv;
  EXPECT_NE(csv.find(",suspense,,,,,10000.00,,,,,,\r\n"), std::string::npos) << csv;
}

}  // namespace
}  // namespace budgetwatch::ctl
