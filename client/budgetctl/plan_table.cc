#include "budgetctl/plan_table.h"

#include <set>
#include <string>
#include <vector>

#include "budgetctl/csv.h"
#include "budgetctl/display_width.h"
#include "budgetctl/table.h"
#include "domain/money.h"

namespace budgetwatch::ctl {
namespace {

// More dates than this do not fit beside the names; they are for --output csv.
constexpr size_t kScheduleDatesMax = 6;

// Saturates: a plan that was only read, not checked, may hold anything.
int64_t BudgetSum(const v1::Plan& plan) {
  int64_t sum = 0;
  for (const v1::Project& project : plan.projects()) {
    if (!CheckedAdd(sum, project.budget_fen(), &sum)) return INT64_MAX;
  }
  return sum;
}

int64_t FundingFen(const v1::Project& project, v1::FundingSource source) {
  // Without fundings all of it is general public budget.
  if (project.fundings().empty()) {
    return source == v1::FUNDING_SOURCE_GENERAL ? project.budget_fen() : 0;
  }
  for (const v1::Funding& funding : project.fundings()) {
    if (funding.source() == source) return funding.amount_fen();
  }
  return 0;
}

std::vector<std::string> ScheduleDates(const v1::Plan& plan) {
  std::set<std::string> dates;
  for (const v1::Project& project : plan.projects()) {
    for (const v1::Checkpoint& checkpoint : project.checkpoints()) dates.insert(checkpoint.date());
  }
  if (dates.size() > kScheduleDatesMax) return {};
  return {dates.begin(), dates.end()};
}

// What a line plans by `date`: its share, blank for a blank cell, "-" for a line
// without that date.
std::string ShareText(const v1::Project& project, const std::string& date) {
  for (const v1::Checkpoint& checkpoint : project.checkpoints()) {
    if (checkpoint.date() != date) continue;
    return checkpoint.has_cumulative_percent() ? checkpoint.cumulative_percent() + "%" : "";
  }
  return "-";
}

}  // namespace

void PrintPlanSummary(std::ostream& out, const Speech& say, const v1::Plan& plan) {
  out << say("部门 ", "Department ")
      << OneLine(plan.department_code() + " " + plan.department_name()) << say("，", ", ")
      << plan.fiscal_year() << say(" 年", "") << '\n';
  const std::string count = std::to_string(plan.projects_size());
  const std::string sum = FormatTenThousandYuan(BudgetSum(plan));
  out << say("项目 " + count + " 个，预算合计 " + sum + " 万元",
             count + " projects, " + sum + " ten thousand yuan in all")
      << '\n';
}

void PrintPlan(std::ostream& out, const Speech& say, const v1::GetPlanResponse& response,
               std::optional<int> width) {
  const v1::Plan& plan = response.plan();
  const v1::PlanRevision& revision = response.revision();
  PrintPlanSummary(out, say, plan);
  out << say("第 " + std::to_string(revision.revision_number()) + " 版，自 " +
                 revision.effective_date() + " 起生效",
             "Revision " + std::to_string(revision.revision_number()) + ", in force from " +
                 revision.effective_date());
  if (!revision.document_number().empty()) out << "  " << OneLine(revision.document_number());
  if (!revision.reason().empty()) out << "  " << OneLine(revision.reason());
  out << '\n' << say("单位：万元", "Unit: ten thousand yuan") << "\n\n";

  const std::vector<std::string> dates = ScheduleDates(plan);
  std::vector<Column> columns = {{say("项目编码", "Project"), Align::kLeft, 0},
                                 {say("项目名称", "Name"), Align::kLeft, 8},
                                 {say("类型", "Kind"), Align::kLeft, 4},
                                 {say("预算数", "Budget"), Align::kRight, 0}};
  for (const std::string& date : dates) columns.push_back({date.substr(5), Align::kRight, 0});
  Table table(columns);
  for (const v1::Project& project : plan.projects()) {
    std::vector<std::string> cells = {project.project_code(), project.project_name(),
                                      Word(say, project.kind()),
                                      FormatTenThousandYuan(project.budget_fen())};
    for (const std::string& date : dates) cells.push_back(ShareText(project, date));
    table.AddRow(std::move(cells));
  }
  table.AddRule();
  table.AddRow({say("合计", "Total"), "", "", FormatTenThousandYuan(BudgetSum(plan))});
  out << table.Render(width);
}

void WritePlanCsv(std::ostream& out, const v1::Plan& plan) {
  WriteCsvRecord(
      out, {"department_code", "fiscal_year", "project_code", "project_name", "kind", "budget_yuan",
            "general_yuan", "government_fund_yuan", "other_yuan", "schedule", "indicator_count"});
  for (const v1::Project& project : plan.projects()) {
    std::string schedule;
    for (const v1::Checkpoint& checkpoint : project.checkpoints()) {
      schedule +=
          (schedule.empty() ? "" : ";") + checkpoint.date() + "=" + checkpoint.cumulative_percent();
    }
    WriteCsvRecord(out, {plan.department_code(), std::to_string(plan.fiscal_year()),
                         project.project_code(), project.project_name(),
                         v1::ProjectKind_Name(project.kind()), FormatYuan(project.budget_fen()),
                         FormatYuan(FundingFen(project, v1::FUNDING_SOURCE_GENERAL)),
                         FormatYuan(FundingFen(project, v1::FUNDING_SOURCE_GOVERNMENT_FUND)),
                         FormatYuan(FundingFen(project, v1::FUNDING_SOURCE_OTHER)), schedule,
                         std::to_string(project.indicators_size())});
  }
}

void PrintRevisions(std::ostream& out, const Speech& say,
                    const v1::ListPlanRevisionsResponse& response, std::optional<int> width) {
  if (response.revisions().empty()) {
    out << say("没有计划。", "No plan.") << '\n';
    return;
  }
  out << say("单位：万元", "Unit: ten thousand yuan") << '\n';
  Table table({{say("版", "Rev."), Align::kRight, 0},
               {say("生效日期", "In force"), Align::kLeft, 0},
               {say("序号", "Sequence"), Align::kRight, 0},
               {say("项目数", "Projects"), Align::kRight, 0},
               {say("预算合计", "Budget"), Align::kRight, 0},
               {say("文号", "Document"), Align::kLeft, 8},
               {say("原因", "Reason"), Align::kLeft, 8},
               {say("记录时间", "Recorded"), Align::kLeft, 10}});
  for (const v1::PlanRevision& revision : response.revisions()) {
    table.AddRow({std::to_string(revision.revision_number()), revision.effective_date(),
                  std::to_string(revision.sequence()), std::to_string(revision.project_count()),
                  FormatTenThousandYuan(revision.budget_fen()), revision.document_number(),
                  revision.reason(), revision.recorded_time()});
  }
  out << table.Render(width);
}

void WriteRevisionsCsv(std::ostream& out, const v1::ListPlanRevisionsResponse& response) {
  WriteCsvRecord(out, {"revision_number", "effective_date", "sequence", "project_count",
                       "budget_yuan", "document_number", "reason", "recorded_time"});
  for (const v1::PlanRevision& revision : response.revisions()) {
    WriteCsvRecord(
        out, {std::to_string(revision.revision_number()), revision.effective_date(),
              std::to_string(revision.sequence()), std::to_string(revision.project_count()),
              FormatYuan(revision.budget_fen()), revision.document_number(), revision.reason(),
              revision.recorded_time()});
  }
}

}  // namespace budgetwatch::ctl
