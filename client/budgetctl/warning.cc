#include <memory>

#include "budgetctl/command_line.h"
#include "budgetctl/interrupt.h"
#include "budgetctl/json.h"
#include "budgetctl/pages.h"
#include "budgetctl/warning_text.h"

namespace budgetwatch::ctl {
namespace {

struct ListFlags {
  std::string department;
  int year = 0;
  std::string rule;
  std::string state = "open";
  std::string subject;
  std::string severity;
};

struct WatchFlags {
  std::string department;
  std::optional<int64_t> after_sequence;
};

struct ExplainFlags {
  std::string warning_id;
  std::string cause;
  std::string text;
  std::string measure;
  std::string due_date;
  std::string explained_by;
  bool measure_done = false;
  std::string measure_result;
};

v1::WarningState StateOf(const std::string& name) {
  if (name == "open") return v1::WARNING_STATE_OPEN;
  if (name == "resolved") return v1::WARNING_STATE_RESOLVED;
  return v1::WARNING_STATE_UNSPECIFIED;
}

v1::Severity SeverityOf(const std::string& name) {
  const Speech english(Language::kEnglish);
  for (int number = v1::SEVERITY_INFO; number <= v1::SEVERITY_CRITICAL; ++number) {
    const auto severity = static_cast<v1::Severity>(number);
    if (Word(english, severity) == name) return severity;
  }
  return v1::SEVERITY_UNSPECIFIED;
}

void PrintWarnings(const Context& context, const v1::ListWarningsResponse& response) {
  for (const v1::Warning& warning : response.warnings()) {
    PrintWarning(context.out(), context.say, warning);
  }
  const std::string count = std::to_string(response.warnings_size());
  context.out() << (response.warnings().empty()
                        ? context.say("没有预警。", "No warnings.")
                        : context.say("共 " + count + " 条。", count + " warnings."))
                << '\n';
}

void WriteWarnings(const Context& context, const v1::ListWarningsResponse& response) {
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response); break;
    case OutputFormat::kCsv:
      WriteWarningsCsvHeader(context.out());
      for (const v1::Warning& warning : response.warnings()) {
        WriteWarningCsv(context.out(), warning, "", "");
      }
      break;
    case OutputFormat::kTable: PrintWarnings(context, response); break;
  }
}

ExitCode List(const Context& context, const ListFlags& flags) {
  v1::ListWarningsRequest request;
  request.set_department_code(flags.department);
  request.set_fiscal_year(flags.year);
  request.set_rule(flags.rule);
  request.set_state(StateOf(flags.state));
  request.set_subject_code(flags.subject);
  request.set_severity(SeverityOf(flags.severity));
  v1::ListWarningsResponse all;
  const client::CallStatus status =
      ListAll(context.ConnectionSettings(), &client::Connection::ListWarnings, request, &all);
  if (!status.ok()) return context.Fail(status);
  WriteWarnings(context, all);
  return ExitCode::kDone;
}

void PrintChange(const Context& context, const v1::WatchWarningsResponse& change) {
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJsonLine(change); break;
    case OutputFormat::kCsv: {
      const auto& history = change.warning().history();
      WriteWarningCsv(
          context.out(), change.warning(), std::to_string(change.sequence()),
          history.empty() ? "" : Word(Speech(Language::kEnglish), history.rbegin()->kind()));
      break;
    }
    case OutputFormat::kTable: PrintWarningChange(context.out(), context.say, change); break;
  }
  context.out().flush();
}

ExitCode Watch(const Context& context, const WatchFlags& flags) {
  const Interrupt interrupt;
  client::Connection connection(context.ConnectionSettings());
  client::Connection::WatchOptions options;
  options.department_code = flags.department;
  options.after_sequence = flags.after_sequence;
  bool told = false;
  options.on_break = [&](const client::CallStatus& status) {
    // Once per break, not per attempt.
    if (told) return;
    told = true;
    (void)context.Fail(context.Describe(status) + context.say("；正在重新连接", "; reconnecting"));
  };
  if (context.options.output == OutputFormat::kCsv) {
    WriteWarningsCsvHeader(context.out());
    context.out().flush();
  }
  std::stop_source stop;
  const std::stop_callback on_interrupt(interrupt.token(), [&stop] { stop.request_stop(); });
  const client::CallStatus status = connection.WatchWarnings(
      options, stop.get_token(), [&](const v1::WatchWarningsResponse& change) {
        told = false;
        PrintChange(context, change);
        // Nobody would see the others; that it cannot be written is told at the end.
        if (!context.out()) stop.request_stop();
      });
  if (!status.ok()) return context.Fail(status);
  return ExitCode::kDone;
}

ExitCode Explain(const Context& context, const ExplainFlags& flags) {
  v1::ExplainWarningRequest request;
  request.set_warning_id(flags.warning_id);
  v1::Explanation* explanation = request.mutable_explanation();
  explanation->set_cause(ParseCause(flags.cause).value_or(v1::CAUSE_CLASS_UNSPECIFIED));
  explanation->set_text(flags.text);
  explanation->set_measure(flags.measure);
  explanation->set_due_date(flags.due_date);
  explanation->set_explained_by(flags.explained_by);
  explanation->set_measure_done(flags.measure_done);
  explanation->set_measure_result(flags.measure_result);
  client::Connection connection(context.ConnectionSettings());
  v1::ExplainWarningResponse response;
  const client::CallStatus status = connection.ExplainWarning(request, &response);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response); break;
    case OutputFormat::kCsv:
      WriteWarningsCsvHeader(context.out());
      WriteWarningCsv(context.out(), response.warning(), "", "");
      break;
    case OutputFormat::kTable: PrintWarning(context.out(), context.say, response.warning()); break;
  }
  return ExitCode::kDone;
}

void AddList(CommandLine* line, CLI::App* noun) {
  const Speech& say = line->say();
  auto flags = std::make_shared<ListFlags>();
  CLI::App* list = line->AddVerb(noun, "list", say("列出预警", "List warnings"),
                                 [flags](const Context& context) { return List(context, *flags); });
  AddDepartment(say, list, &flags->department);
  AddYear(say, list, &flags->year);
  list->add_option("--rule", flags->rule, say("规则，如 behind_plan", "Rule, such as behind_plan"));
  list->add_option("--state", flags->state, say("状态（默认 open 未解除）", "State (default open)"))
      ->check(CLI::IsMember(std::vector<std::string>{"open", "resolved", "all"}));
  list->add_option("--subject", flags->subject,
                   say("项目或部门的编码，或指标：项目编码#指标编号",
                       "Code of the project or department, or of an indicator: project#indicator"));
  list->add_option("--severity", flags->severity, say("级别", "Severity"))
      ->check(CLI::IsMember(std::vector<std::string>{"info", "warning", "error", "critical"}));
}

void AddWatch(CommandLine* line, CLI::App* noun) {
  const Speech& say = line->say();
  auto flags = std::make_shared<WatchFlags>();
  CLI::App* watch =
      line->AddVerb(noun, "watch",
                    say("持续显示预警的变化，每行一条，Ctrl-C 结束",
                        "Show changes of warnings, one per line, until interrupted"),
                    [flags](const Context& context) { return Watch(context, *flags); });
  AddDepartment(say, watch, &flags->department);
  watch
      ->add_option_function<int64_t>(
          "--after", [flags](const int64_t& sequence) { flags->after_sequence = sequence; },
          say("从该序号之后开始（默认先列出未解除的）",
              "Changes after this sequence (default: what is open, then changes)"))
      ->check(CLI::NonNegativeNumber);
}

void AddExplain(CommandLine* line, CLI::App* noun) {
  const Speech& say = line->say();
  auto flags = std::make_shared<ExplainFlags>();
  CLI::App* explain =
      line->AddVerb(noun, "explain", say("说明一条预警的原因和措施", "Explain a warning"),
                    [flags](const Context& context) { return Explain(context, *flags); });
  explain->add_option("ID", flags->warning_id, say("预警编号", "Id of the warning"))->required();
  const auto is_cause = [](const std::string& text) {
    return ParseCause(text) ? std::string()
                            : text + " is none of funding, institution, personnel, facility, other";
  };
  explain
      ->add_option("--cause", flags->cause,
                   say("原因：经费保障|制度保障|人员保障|硬件条件保障|其他，或英文",
                       "Cause: funding|institution|personnel|facility|other, or in Chinese"))
      ->required()
      ->check(CLI::Validator(is_cause, "CAUSE"));
  explain->add_option("--text", flags->text, say("原因说明", "The reason in words"))->required();
  explain->add_option("--measure", flags->measure, say("改进措施", "What will be done"));
  AddDate(explain, "--due-date", &flags->due_date, say("完成时限", "By when"));
  explain->add_flag("--measure-done", flags->measure_done,
                    say("整改已完成", "The measure was carried out"));
  explain->add_option("--measure-result", flags->measure_result,
                      say("整改结果", "What came of the measure"));
  explain->add_option("--by", flags->explained_by, say("说明人或单位", "Who says so"));
}

}  // namespace

void AddWarningCommands(CommandLine* line) {
  CLI::App* noun = line->AddNoun("warning", line->say()("预警：查看、跟踪、说明", "Warnings"));
  AddList(line, noun);
  AddWatch(line, noun);
  AddExplain(line, noun);
}

}  // namespace budgetwatch::ctl
