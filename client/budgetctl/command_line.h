#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "budgetctl/context.h"

namespace budgetwatch::ctl {

// What a verb does once the command line is understood.
using Command = std::function<ExitCode(const Context&)>;

// The command line: nouns, their verbs, and the global flags, which every level
// takes, so that they may stand before or after the noun. Each noun's file adds
// its own. Thread-compatible.
class CommandLine {
 public:
  // `options` receives the global flags and must outlive this.
  CommandLine(Speech say, Options* options);

  const Speech& say() const { return say_; }

  CLI::App* AddNoun(const std::string& name, const std::string& description);
  CLI::App* AddVerb(CLI::App* noun, const std::string& name, const std::string& description,
                    Command command);

  // Parses the arguments after the program's name; throws CLI::ParseError.
  void Parse(std::vector<std::string> arguments);

  // REQUIRES: Parse returned.
  const Command& command() const { return command_; }

  // Prints what `error` is about: help to `out`, anything else to `err`.
  ExitCode Explain(const CLI::ParseError& error, std::ostream& out, std::ostream& err) const;

 private:
  void AddGlobalOptions(CLI::App* app);

  const Speech say_;
  Options* const options_;
  CLI::App app_;
  Command command_;
};

// Options that several verbs share.
CLI::Option* AddDepartment(const Speech& say, CLI::App* verb, std::string* department);
CLI::Option* AddYear(const Speech& say, CLI::App* verb, int* year);
CLI::Option* AddDate(CLI::App* verb, const std::string& name, std::string* date,
                     const std::string& description);
CLI::Option* AddKnownAt(const Speech& say, CLI::App* verb, std::string* known_at);
// Source of what an import sends; "csv" without the flag. A constant: were it the name
// of the file, importing a renamed file would count its events a second time.
CLI::Option* AddSource(const Speech& say, CLI::App* verb, std::string* source);

// One function per noun.
void AddPlanCommands(CommandLine* line);
void AddTargetCommands(CommandLine* line);
void AddPaymentCommands(CommandLine* line);
void AddObservationCommands(CommandLine* line);
void AddReportCommands(CommandLine* line);
void AddReviewCommands(CommandLine* line);
void AddWarningCommands(CommandLine* line);
void AddAdminCommands(CommandLine* line);
void AddMetricsCommands(CommandLine* line);
void AddBenchCommands(CommandLine* line);

}  // namespace budgetwatch::ctl
