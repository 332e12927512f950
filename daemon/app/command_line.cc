#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "app/log.h"
#include "app/profile_file.h"
#include "app/settings.h"

namespace budgetwatch {
namespace {

// Adds a flag for each setting that has one; its text goes to `texts` by its name.
void AddFlags(CLI::App* app, std::map<std::string, std::string, std::less<>>* texts) {
  for (const Setting& setting : AllSettings()) {
    if (setting.flag.empty()) continue;
    app->add_option_function<std::string>(
        std::string(setting.flag),
        [texts, name = std::string(setting.name)](const std::string& text) {
          (*texts)[name] = text;
        },
        std::string(setting.summary) + " (" + FormText(setting) + ")");
  }
}

// Whether the text of a flag has not the form of its setting.
bool HasMisusedFlag(const SettingsSource& source) {
  Options scratch;
  for (const Setting& setting : AllSettings()) {
    const auto flag = source.flags.find(setting.name);
    if (flag != source.flags.end() && !SetFromText(setting, flag->second, &scratch)) return true;
  }
  return false;
}

}  // namespace

CommandLine ReadCommandLine(int argc, char** argv, std::optional<int>* exit_code) {
  CLI::App app("budgetwatchd records budget payments and watches them against their plans.");
  app.set_version_flag("--version", std::string("budgetwatchd ") + BUDGETWATCH_VERSION);
  app.footer(SettingsHelp() +
             "Without a daemon: budgetwatchd verify, budgetwatchd restore and budgetwatchd backups "
             "work on the data files; --help behind each says how.");
  CommandLine line;
  bool check = false;
  bool print = false;
  app.add_option("--config", line.source.config_file, "Configuration file (YAML)");
  AddFlags(&app, &line.source.flags);
  app.add_flag("--check-config", check, "Check the configuration and its profile, then end");
  app.add_flag("--print-default-config", print,
               "Print a configuration file with every setting explained, then end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // 0 for --help and --version; every other end is wrong usage.
    *exit_code = app.exit(error) == 0 ? 0 : 2;
    return line;
  }
  if (print) {
    std::cout << DefaultConfiguration();
    *exit_code = 0;
    return line;
  }
  const auto read = line.source.Read();
  if (!read.ok()) {
    Complain(read.error().message);
    *exit_code = HasMisusedFlag(line.source) ? 2 : 1;
    return line;
  }
  line.options = read.value();
  if (check) {
    const auto profile = ReadProfileFile(line.options.profile_file);
    if (!profile.ok()) Complain(profile.error().message);
    if (profile.ok()) std::cout << "configuration is good\n";
    *exit_code = profile.ok() ? 0 : 1;
  }
  return line;
}

}  // namespace budgetwatch
