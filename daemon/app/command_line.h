#pragma once

#include <optional>

#include "app/options.h"
#include "app/settings_source.h"

namespace budgetwatch {

// What the command line asks for.
struct CommandLine {
  SettingsSource source;  // for a reload
  Options options;        // what is read from it
};

// Reads the arguments and the settings that they name. Answers --help, --version,
// --print-default-config and --check-config itself, and tells errors. With a value in
// `exit_code` the program ends with it: 0 done, 1 a setting is wrong, 2 wrong usage.
CommandLine ReadCommandLine(int argc, char** argv, std::optional<int>* exit_code);

}  // namespace budgetwatch
