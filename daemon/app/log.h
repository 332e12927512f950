#pragma once

#include <string>
#include <string_view>

namespace budgetwatch {

// The log: lines of key=value on standard error, since standard output carries the one line
// that says where the daemon listens. When standard error is the systemd journal, which
// has times and priorities of its own, each line begins with its priority, <3> for an
// error, and without a time.

// REQUIRES: called once. `level` is debug, info, warning or error.
void SetUpLog(const std::string& level);

// From now on.
void SetLogLevel(const std::string& level);

// A text in quotes, on one line, whatever it holds.
std::string Quoted(std::string_view text);

// Tells, line by line and without the log, why the program ends.
void Complain(std::string_view message);

}  // namespace budgetwatch
