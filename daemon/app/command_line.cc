#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <iostream>

namespace budgetwatch {

CommandLine ReadCommandLine(int argc, char** argv, std::optional<int>* exit_code) {
  CLI::App app("budgetwatchd records budget payments and watches them against their plans.");
  app.set_version_flag("--version", std::string("budgetwatchd ") + BUDGETWATCH_VERSION);
  app.footer(
      "Without a daemon: budgetwatchd verify, budgetwatchd restore and budgetwatchd backups work "
      "on the data files; --help behind each says how.");
  std::string config_file;
  std::string data_dir;
  std::string listen;
  std::string metrics_listen;
  std::string profile;
  std::string today;
  CommandLine line;
  app.add_option("--config", config_file, "configuration file (YAML)");
  app.add_option("--data-dir", data_dir, "directory of the store");
  app.add_option("--listen", listen, "HOST:PORT of gRPC; port 0 picks a free one");
  app.add_option("--metrics-listen", metrics_listen, "HOST:PORT of /metrics; port 0 likewise");
  app.add_option("--profile", profile, "profile file with thresholds, floors and scores (YAML)");
  const CLI::Option* today_flag =
      app.add_option("--today", today, "fixed business date, for demonstrations and tests");
  app.add_flag("--check-config", line.check_config, "check configuration and profile, then end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // 0 for --help and --version; every other end is wrong usage.
    *exit_code = app.exit(error) == 0 ? 0 : 2;
    return line;
  }
  Options& options = line.options;
  if (!config_file.empty()) {
    const Status status = ReadConfigFile(config_file, &options);
    if (!status.ok()) {
      std::cerr << "budgetwatchd: " << status.error().message << '\n';
      *exit_code = 1;
      return line;
    }
  }
  for (const auto& [flag, setting] :
       {std::pair(&data_dir, &options.data_dir), std::pair(&listen, &options.listen),
        std::pair(&metrics_listen, &options.metrics_listen),
        std::pair(&profile, &options.profile_file)}) {
    if (!flag->empty()) *setting = *flag;
  }
  if (today_flag->count() > 0) {
    options.today = Date::Parse(today);
    if (!options.today) {
      std::cerr << "budgetwatchd: --today \"" << today << "\" is not a date like 2020-07-01\n";
      *exit_code = 2;
    }
  }
  return line;
}

}  // namespace budgetwatch
