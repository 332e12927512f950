#pragma once

#include <chrono>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

#include "base/result.h"
#include "budgetctl/exit_code.h"
#include "budgetctl/text.h"
#include "lib/call_status.h"
#include "lib/connection.h"

namespace budgetwatch::ctl {

enum class OutputFormat { kTable, kJson, kCsv };

// The global flags.
struct Options {
  std::string server = "127.0.0.1:7470";
  OutputFormat output = OutputFormat::kTable;
  // Chinese whatever the locale says: servers in the offices that this is made for
  // often run with an English or C locale.
  Language language = Language::kChinese;
  std::optional<double> timeout_seconds;  // absent: the command's own default
};

// Where the program reads and writes. Widths are those of a terminal, absent for a
// pipe or a file.
struct Terminal {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  std::optional<int> out_width;
  std::optional<int> err_width;
};

// What a command runs with. Thread-compatible.
struct Context {
  const Options& options;
  Terminal& terminal;
  Speech say;

  std::ostream& out() const { return terminal.out; }

  // Options of a connection to the server; `timeout` holds unless --timeout is given.
  client::ConnectionOptions ConnectionSettings(
      std::chrono::milliseconds timeout = std::chrono::seconds(30)) const;

  // Prints to standard error why a call failed and what to do; returns the exit code.
  ExitCode Fail(const client::CallStatus& status) const;
  // The same for a file.
  ExitCode Fail(const Error& error) const;
  ExitCode Fail(const std::string& message) const;

  // The sentence that Fail prints.
  std::string Describe(const client::CallStatus& status) const;
};

// Exit code of a call that ended with `status`.
ExitCode ExitCodeOf(const client::CallStatus& status);

}  // namespace budgetwatch::ctl
