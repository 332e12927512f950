#pragma once

#include "app/options.h"

namespace budgetwatch {

// What the command line asks for.
struct CommandLine {
  Options options;
  bool check_config = false;  // read everything, say what is wrong, and end
};

// Reads the arguments, and the configuration file that they name; arguments override
// the file. Prints help, version and errors itself. With a value in `exit_code` the
// program ends with it: 0 done, 1 a file cannot be used, 2 wrong usage.
CommandLine ReadCommandLine(int argc, char** argv, std::optional<int>* exit_code);

}  // namespace budgetwatch
