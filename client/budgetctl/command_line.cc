#include "budgetctl/command_line.h"

#include <algorithm>
#include <map>
#include <utility>

#include "budgetctl/known_at.h"
#include "domain/date.h"

#ifndef BUDGETWATCH_VERSION
#define BUDGETWATCH_VERSION "unknown"
#endif

namespace budgetwatch::ctl {
namespace {

const std::map<std::string, OutputFormat> kFormats = {
    {"table", OutputFormat::kTable}, {"json", OutputFormat::kJson}, {"csv", OutputFormat::kCsv}};
const std::map<std::string, Language> kLanguages = {{"zh", Language::kChinese},
                                                    {"en", Language::kEnglish}};

template <typename T>
std::function<void(const std::string&)> Choice(const std::map<std::string, T>& choices,
                                               T* variable) {
  return [&choices, variable](const std::string& text) {
    const auto found = choices.find(text);
    if (found != choices.end()) {
      *variable = found->second;
      return;
    }
    std::string names;
    for (const auto& [name, value] : choices) names += (names.empty() ? "" : ", ") + name;
    throw CLI::ValidationError(text + " is none of " + names);
  };
}

}  // namespace

CommandLine::CommandLine(Speech say, Options* options)
    : say_(say), options_(options), app_("", "budgetctl") {
  app_.description(say_("预算执行与绩效双监控：budgetwatch 的命令行",
                        "Budget execution and performance: the command line of budgetwatch"));
  app_.footer(
      say_("退出码：0 完成；1 失败（服务端、网络、文件）；2 用法有误；"
           "3 已完成，但有输入被拒绝或检查出错误",
           "Exit codes: 0 done; 1 failed (server, network, file); 2 wrong usage; "
           "3 done, but some input was rejected or the check found errors"));
  app_.set_help_flag("-h,--help", say_("显示帮助", "Print this help message and exit"));
  app_.set_version_flag("--version", "budgetctl " BUDGETWATCH_VERSION,
                        say_("显示版本", "Display program version information and exit"));
  app_.require_subcommand(1);
  AddGlobalOptions(&app_);
}

void CommandLine::AddGlobalOptions(CLI::App* app) {
  // Every level has its own copy of the flags, bound to the same variables. CLI11's
  // fallthrough would do with one, but then takes any argument that spells a noun,
  // such as a file called "plan", for that noun.
  const std::string group = say_("通用选项", "Global options");
  app->add_option("--server", options_->server,
                  say_("服务端地址 HOST:PORT（默认取环境变量 BUDGETWATCH_SERVER，否则 "
                       "127.0.0.1:7470）",
                       "Address HOST:PORT of the server (default: environment variable "
                       "BUDGETWATCH_SERVER, else 127.0.0.1:7470)"))
      ->group(group);
  app->add_option_function<std::string>("--output", Choice(kFormats, &options_->output),
                                        say_("输出格式 table|json|csv（默认 table）",
                                             "Output format table|json|csv (default table)"))
      ->group(group);
  app->add_option_function<std::string>(
         "--lang", Choice(kLanguages, &options_->language),
         say_("语言 zh|en（默认取环境变量 BUDGETWATCH_LANG，否则 zh）",
              "Language zh|en (default: environment variable BUDGETWATCH_LANG, else zh)"))
      ->group(group);
  app->add_option_function<double>(
         "--timeout", [this](const double& seconds) { options_->timeout_seconds = seconds; },
         say_("每次调用的时限，秒（默认 30）", "Deadline of a call in seconds (default 30)"))
      ->check(CLI::Range(0.001, 86'400.0))
      ->group(group);
}

CLI::App* CommandLine::AddNoun(const std::string& name, const std::string& description) {
  CLI::App* noun = app_.add_subcommand(name, description);
  noun->require_subcommand(1);
  AddGlobalOptions(noun);
  return noun;
}

CLI::App* CommandLine::AddVerb(CLI::App* noun, const std::string& name,
                               const std::string& description, Command command) {
  CLI::App* verb = noun->add_subcommand(name, description);
  AddGlobalOptions(verb);
  verb->callback([this, command = std::move(command)] { command_ = command; });
  return verb;
}

void CommandLine::Parse(std::vector<std::string> arguments) {
  // CLI11 takes them from the back.
  std::reverse(arguments.begin(), arguments.end());
  app_.parse(std::move(arguments));
}

ExitCode CommandLine::Explain(const CLI::ParseError& error, std::ostream& out,
                              std::ostream& err) const {
  // For a mistyped noun or verb, CLI11 only says that one is required.
  const std::vector<std::string> unknown = app_.remaining(true);
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !unknown.empty()) {
    err << "budgetctl: \"" << unknown.front() << "\" is no command here; see --help\n";
    return ExitCode::kUsage;
  }
  return app_.exit(error, out, err) == 0 ? ExitCode::kDone : ExitCode::kUsage;
}

CLI::Option* AddDepartment(const Speech& say, CLI::App* verb, std::string* department) {
  return verb->add_option("--department", *department,
                          say("部门编码，如 122002", "Code of the department, such as 122002"));
}

CLI::Option* AddYear(const Speech& say, CLI::App* verb, int* year) {
  return verb->add_option("--year", *year, say("预算年度", "Fiscal year"))
      ->check(CLI::Range(kFirstYear, kLastYear));
}

CLI::Option* AddDate(CLI::App* verb, const std::string& name, std::string* date,
                     const std::string& description) {
  const auto is_date = [](const std::string& text) {
    return Date::Parse(text) ? std::string() : text + " is no date such as 2020-06-30";
  };
  return verb->add_option(name, *date, description)->check(CLI::Validator(is_date, "DATE"));
}

CLI::Option* AddKnownAt(const Speech& say, CLI::App* verb, std::string* known_at) {
  const auto is_moment = [](const std::string& text) {
    return ParseKnownAt(text)
               ? std::string()
               : text + " is neither a sequence nor a time such as 2020-07-01T09:00:00+08:00";
  };
  return verb
      ->add_option("--known-at", *known_at,
                   say("账本当时所知：日志序号，或时间如 2020-07-01T09:00:00+08:00（默认现在）",
                       "What the ledger knew: a journal sequence, or a time such as "
                       "2020-07-01T09:00:00+08:00 (default now)"))
      ->check(CLI::Validator(is_moment, "SEQUENCE|TIME"));
}

CLI::Option* AddSource(const Speech& say, CLI::App* verb, std::string* source) {
  *source = "csv";
  return verb->add_option(
      "--source", *source,
      say("来源系统的名称；编号在来源内唯一（默认 csv，与文件名无关，改名重导不会重复入账）",
          "Name of the sending system; ids are unique within it (default csv whatever the file "
          "is called, so that importing a renamed file changes nothing)"));
}

}  // namespace budgetwatch::ctl
