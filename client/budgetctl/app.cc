#include "budgetctl/app.h"

#include "budgetctl/command_line.h"

namespace budgetwatch::ctl {
namespace {

// The language of the help text is needed before the command line is parsed, which
// help ends; so the flag is looked for by hand. A wrong value is left to the parser.
Language FindLanguage(const std::vector<std::string>& arguments, const std::string& environment) {
  std::string name = environment;
  for (size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    if (arguments[i] == "--lang" && i + 1 < arguments.size()) name = arguments[i + 1];
    if (arguments[i].starts_with("--lang=")) name = arguments[i].substr(7);
  }
  return name == "en" ? Language::kEnglish : Language::kChinese;
}

}  // namespace

ExitCode RunBudgetctl(const std::vector<std::string>& arguments,
                      const std::string& environment_server,
                      const std::string& environment_language, Terminal* terminal) {
  Options options;
  if (!environment_server.empty()) options.server = environment_server;
  options.language = FindLanguage(arguments, environment_language);

  CommandLine line(Speech(options.language), &options);
  AddPlanCommands(&line);
  AddTargetCommands(&line);
  AddPaymentCommands(&line);
  AddObservationCommands(&line);
  AddReportCommands(&line);
  AddReviewCommands(&line);
  AddWarningCommands(&line);
  AddAdminCommands(&line);
  AddMetricsCommands(&line);
  AddBenchCommands(&line);
  try {
    line.Parse(arguments);
  } catch (const CLI::ParseError& error) {
    return line.Explain(error, terminal->out, terminal->err);
  }

  const Context context{.options = options, .terminal = *terminal, .say = Speech(options.language)};
  const ExitCode code = line.command()(context);
  terminal->out.flush();
  if (!terminal->out) {
    return context.Fail(context.say("写不出结果：标准输出已关闭或磁盘已满",
                                    "cannot write the result: standard output is closed or full"));
  }
  return code;
}

}  // namespace budgetwatch::ctl
