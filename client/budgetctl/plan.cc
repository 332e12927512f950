#include <memory>

#include "budgetctl/command_line.h"
#include "budgetctl/csv.h"
#include "budgetctl/file_output.h"
#include "budgetctl/findings.h"
#include "budgetctl/json.h"
#include "budgetctl/known_at.h"
#include "budgetctl/pages.h"
#include "budgetctl/plan_table.h"
#include "budgetctl/target_table.h"
#include "domain/plan_check.h"
#include "import/plan_file.h"
#include "import/plan_yaml.h"
#include "transport/plan_message.h"

namespace budgetwatch::ctl {
namespace {

// A plan read from a file and checked, in both forms.
struct CheckedPlan {
  Plan plan;
  v1::ValidatePlanResponse response;

  bool has_error() const { return HasErrorFinding(response.findings()); }
};

// Reads and checks offline: the reader's findings first, then the check's by the
// thresholds of the default profile.
Result<CheckedPlan> ReadAndCheck(const std::string& path) {
  Result<PlanReading> reading = ReadPlanFile(path);
  if (!reading.ok()) return reading.error();
  CheckedPlan checked{.plan = std::move(reading.value().plan), .response = {}};
  *checked.response.mutable_plan() = ToMessage(checked.plan);
  for (const Finding& finding : reading.value().findings) {
    *checked.response.add_findings() = ToMessage(finding);
  }
  for (const Finding& finding : CheckPlan(checked.plan, Profile{})) {
    *checked.response.add_findings() = ToMessage(finding);
  }
  return checked;
}

ExitCode CodeOf(const CheckedPlan& checked) {
  return checked.has_error() ? ExitCode::kRejected : ExitCode::kDone;
}

ExitCode Check(const Context& context, const std::string& path) {
  const Result<CheckedPlan> checked = ReadAndCheck(path);
  if (!checked.ok()) return context.Fail(checked.error());
  const v1::ValidatePlanResponse& response = checked.value().response;
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response); break;
    case OutputFormat::kCsv: WriteFindingsCsv(context.out(), response.findings()); break;
    case OutputFormat::kTable:
      PrintPlanSummary(context.out(), context.say, response.plan());
      PrintTargets(context.out(), context.say, response.plan(), context.terminal.out_width);
      PrintFindings(context.out(), context.say, response.findings());
      break;
  }
  return CodeOf(checked.value());
}

ExitCode Convert(const Context& context, const std::string& path, const std::string& target) {
  const Result<CheckedPlan> checked = ReadAndCheck(path);
  if (!checked.ok()) return context.Fail(checked.error());
  const CheckedPlan& result = checked.value();
  PrintFindings(context.terminal.err, context.say, result.response.findings());
  if (result.plan.projects.empty() && result.has_error()) {
    // A plan without lines would replace a good file by one that plans nothing.
    (void)context.Fail(context.say("没有读出任何项目，未写出计划",
                                   "no project could be read; no plan was written"));
    return ExitCode::kRejected;
  }
  const std::string yaml = WritePlanYaml(result.plan);
  if (target.empty()) {
    context.out() << yaml;
    return CodeOf(result);
  }
  if (const std::string error = ReplaceFile(target, yaml); !error.empty()) {
    return context.Fail(
        context.say("写不出 " + target + "：" + error, "cannot write " + target + ": " + error));
  }
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(result.response); break;
    case OutputFormat::kCsv: WriteFindingsCsv(context.out(), result.response.findings()); break;
    case OutputFormat::kTable:
      PrintPlanSummary(context.out(), context.say, result.response.plan());
      context.out() << context.say("已写入 ", "Written to ") << target << '\n';
      break;
  }
  return CodeOf(result);
}

struct ApplyFlags {
  std::string path;
  std::string effective_date;
  std::string reason;
  std::string document_number;
};

ExitCode PrintApplied(const Context& context, const v1::ApplyPlanResponse& response) {
  const Speech& say = context.say;
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response); break;
    case OutputFormat::kCsv: WriteFindingsCsv(context.out(), response.findings()); break;
    case OutputFormat::kTable: {
      PrintFindings(context.out(), say, response.findings());
      const std::string number = std::to_string(response.revision().revision_number());
      if (!response.applied()) {
        context.out() << say("计划未下达：请先改正上面的错误。",
                             "The plan was not applied: correct the errors above first.");
      } else if (response.unchanged()) {
        context.out() << say(
            "与现行计划（第 " + number + " 版）相同，没有改变。",
            "The same plan is in force already (revision " + number + "); nothing changed.");
      } else {
        context.out() << say(
            "已下达第 " + number + " 版，自 " + response.revision().effective_date() + " 起生效。",
            "Applied as revision " + number + ", in force from " +
                response.revision().effective_date() + ".");
      }
      context.out() << '\n';
      break;
    }
  }
  return response.applied() ? ExitCode::kDone : ExitCode::kRejected;
}

ExitCode Apply(const Context& context, const ApplyFlags& flags) {
  Result<CheckedPlan> checked = ReadAndCheck(flags.path);
  if (!checked.ok()) return context.Fail(checked.error());
  v1::ValidatePlanResponse& offline = checked.value().response;
  v1::ApplyPlanResponse response;
  if (checked.value().has_error()) {
    // A table that could not be read is missing from the plan; to apply the rest
    // would silently plan nothing for it.
    response.mutable_findings()->Swap(offline.mutable_findings());
    return PrintApplied(context, response);
  }
  v1::ApplyPlanRequest request;
  request.mutable_plan()->Swap(offline.mutable_plan());
  request.set_effective_date(flags.effective_date);
  request.set_reason(flags.reason);
  request.set_document_number(flags.document_number);
  client::Connection connection(context.ConnectionSettings());
  const client::CallStatus status = connection.ApplyPlan(request, &response);
  if (!status.ok()) return context.Fail(status);
  return PrintApplied(context, response);
}

struct ShowFlags {
  std::string department;
  int year = 0;
  std::string as_of;
  std::string known_at;
};

ExitCode Show(const Context& context, const ShowFlags& flags) {
  v1::GetPlanRequest request;
  request.set_department_code(flags.department);
  request.set_fiscal_year(flags.year);
  request.set_as_of_date(flags.as_of);
  if (const auto known_at = ParseKnownAt(flags.known_at)) *request.mutable_known_at() = *known_at;
  client::Connection connection(context.ConnectionSettings());
  v1::GetPlanResponse response;
  const client::CallStatus status = connection.GetPlan(request, &response);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response); break;
    case OutputFormat::kCsv: WritePlanCsv(context.out(), response.plan()); break;
    case OutputFormat::kTable:
      PrintPlan(context.out(), context.say, response, context.terminal.out_width);
      break;
  }
  return ExitCode::kDone;
}

ExitCode History(const Context& context, const ShowFlags& flags) {
  v1::ListPlanRevisionsRequest request;
  request.set_department_code(flags.department);
  request.set_fiscal_year(flags.year);
  v1::ListPlanRevisionsResponse all;
  const client::CallStatus status =
      ListAll(context.ConnectionSettings(), &client::Connection::ListPlanRevisions, request, &all);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(all); break;
    case OutputFormat::kCsv: WriteRevisionsCsv(context.out(), all); break;
    case OutputFormat::kTable:
      PrintRevisions(context.out(), context.say, all, context.terminal.out_width);
      break;
  }
  return ExitCode::kDone;
}

void AddFileCommands(CommandLine* line, CLI::App* noun) {
  const Speech& say = line->say();
  const std::string file_help =
      say("计划 .yaml，或公开的预算文本", "A plan .yaml, or the published document as text");

  auto path = std::make_shared<std::string>();
  CLI::App* check = line->AddVerb(
      noun, "check", say("离线检查计划，列出问题", "Check a plan offline and list findings"),
      [path](const Context& context) { return Check(context, *path); });
  check->add_option("FILE", *path, file_help)->required();

  auto source = std::make_shared<std::string>();
  auto target = std::make_shared<std::string>();
  CLI::App* convert = line->AddVerb(
      noun, "convert",
      say("把公开的预算文本转换为计划 .yaml", "Convert a document to a plan .yaml"),
      [source, target](const Context& context) { return Convert(context, *source, *target); });
  convert->add_option("FILE", *source, file_help)->required();
  convert->add_option("-o,--out", *target,
                      say("写入的文件（默认标准输出）", "File to write (default standard output)"));

  auto flags = std::make_shared<ApplyFlags>();
  CLI::App* apply = line->AddVerb(
      noun, "apply", say("下达计划（首次或调整）", "Apply a plan, the first or a revision"),
      [flags](const Context& context) { return Apply(context, *flags); });
  apply->add_option("FILE", flags->path, file_help)->required();
  AddDate(apply, "--effective-date", &flags->effective_date,
          say("生效日期（默认年初）", "First date in force (default 1 January)"));
  apply->add_option("--reason", flags->reason, say("调整原因", "Why the plan changes"));
  apply->add_option("--document", flags->document_number,
                    say("批准文号", "Number of the approving document"));
}

}  // namespace

void AddPlanCommands(CommandLine* line) {
  const Speech& say = line->say();
  CLI::App* noun = line->AddNoun("plan", say("计划：检查、转换、下达、查看", "Plans"));
  AddFileCommands(line, noun);

  auto show_flags = std::make_shared<ShowFlags>();
  CLI::App* show =
      line->AddVerb(noun, "show", say("查看生效的计划", "Show the plan in force"),
                    [show_flags](const Context& context) { return Show(context, *show_flags); });
  AddDepartment(say, show, &show_flags->department)->required();
  AddYear(say, show, &show_flags->year)->required();
  AddDate(show, "--as-of", &show_flags->as_of,
          say("生效于哪一天（默认年末）", "Date on which it is in force (default 31 December)"));
  AddKnownAt(say, show, &show_flags->known_at);

  auto history_flags = std::make_shared<ShowFlags>();
  CLI::App* history = line->AddVerb(
      noun, "history", say("列出计划的各版", "List the revisions of a plan"),
      [history_flags](const Context& context) { return History(context, *history_flags); });
  AddDepartment(say, history, &history_flags->department)->required();
  AddYear(say, history, &history_flags->year)->required();
}

}  // namespace budgetwatch::ctl
