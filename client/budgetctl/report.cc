#include <memory>

#include "budgetctl/command_line.h"
#include "budgetctl/json.h"
#include "budgetctl/known_at.h"
#include "budgetctl/report_table.h"

namespace budgetwatch::ctl {
namespace {

struct ExecutionFlags {
  std::string department;
  int year = 0;
  std::string as_of;
  std::string known_at;
};

ExitCode Execution(const Context& context, const ExecutionFlags& flags) {
  v1::GetExecutionReportRequest request;
  request.set_department_code(flags.department);
  request.set_fiscal_year(flags.year);
  request.set_as_of_date(flags.as_of);
  if (const auto known_at = ParseKnownAt(flags.known_at)) *request.mutable_known_at() = *known_at;
  client::Connection connection(context.ConnectionSettings());
  v1::GetExecutionReportResponse response;
  const client::CallStatus status = connection.GetExecutionReport(request, &response);
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

}  // namespace

void AddReportCommands(CommandLine* line) {
  const Speech& say = line->say();
  CLI::App* noun = line->AddNoun("report", say("报告", "Reports"));
  auto flags = std::make_shared<ExecutionFlags>();
  CLI::App* execution =
      line->AddVerb(noun, "execution", say("预算执行情况", "Execution of a department's budget"),
                    [flags](const Context& context) { return Execution(context, *flags); });
  AddDepartment(say, execution, &flags->department)->required();
  AddYear(say, execution, &flags->year)->required();
  AddDate(execution, "--as-of", &flags->as_of,
          say("截至日期（默认业务日期）", "Date of the report (default the business date)"));
  AddKnownAt(say, execution, &flags->known_at);
}

}  // namespace budgetwatch::ctl
