#include <memory>

#include "budgetctl/command_line.h"
#include "budgetctl/json.h"
#include "budgetctl/performance_table.h"
#include "budgetctl/report_request.h"
#include "budgetctl/report_table.h"
#include "budgetctl/score_table.h"

namespace budgetwatch::ctl {
namespace {

ExitCode Execution(const Context& context, const ReportFlags& flags) {
  client::Connection connection(context.ConnectionSettings());
  v1::GetExecutionReportResponse response;
  const client::CallStatus status =
      connection.GetExecutionReport(RequestOf<v1::GetExecutionReportRequest>(flags), &response);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response.report()); break;
    case OutputFormat::kCsv: WriteExecutionCsv(context.out(), response.report()); break;
    case OutputFormat::kTable:
      PrintExecution(context.out(), context.say, response.report(), context.terminal.out_width);
      break;
  }
  return ExitCode::kDone;
}

ExitCode Performance(const Context& context, const ReportFlags& flags) {
  client::Connection connection(context.ConnectionSettings());
  v1::GetPerformanceReportResponse response;
  const client::CallStatus status =
      connection.GetPerformanceReport(RequestOf<v1::GetPerformanceReportRequest>(flags), &response);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response.report()); break;
    case OutputFormat::kCsv: WritePerformanceCsv(context.out(), response.report()); break;
    case OutputFormat::kTable:
      PrintPerformance(context.out(), context.say, response.report(), context.terminal.out_width);
      break;
  }
  return ExitCode::kDone;
}

ExitCode Score(const Context& context, const ReportFlags& flags) {
  client::Connection connection(context.ConnectionSettings());
  v1::GetScorecardResponse response;
  const client::CallStatus status =
      connection.GetScorecard(RequestOf<v1::GetScorecardRequest>(flags), &response);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response.scorecard()); break;
    case OutputFormat::kCsv: WriteScoreCsv(context.out(), response.scorecard()); break;
    case OutputFormat::kTable:
      PrintScorecard(context.out(), context.say, response.scorecard(), context.terminal.out_width);
      break;
  }
  return ExitCode::kDone;
}

void AddReport(CommandLine* line, CLI::App* noun, const std::string& verb,
               const std::string& description,
               ExitCode (*run)(const Context&, const ReportFlags&)) {
  auto flags = std::make_shared<ReportFlags>();
  CLI::App* report = line->AddVerb(noun, verb, description, [flags, run](const Context& context) {
    return run(context, *flags);
  });
  AddReportFlags(line->say(), report, flags.get());
}

}  // namespace

void AddReportCommands(CommandLine* line) {
  const Speech& say = line->say();
  CLI::App* noun = line->AddNoun("report", say("报告：执行、绩效、评分", "Reports"));
  AddReport(line, noun, "execution", say("预算执行情况", "Execution of a department's budget"),
            Execution);
  AddReport(line, noun, "performance",
            say("绩效目标实现程度和全年支出预计", "Attainment of targets, and what will be spent"),
            Performance);
  AddReport(line, noun, "score", say("绩效自评得分和扣分原因", "Scores, and why points were lost"),
            Score);
}

}  // namespace budgetwatch::ctl
