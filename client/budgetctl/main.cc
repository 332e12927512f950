#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "budgetctl/app.h"

namespace {

// Columns of the terminal behind a descriptor; nothing when it is none.
std::optional<int> TerminalWidth(int descriptor) {
  if (isatty(descriptor) == 0) return std::nullopt;
  winsize size = {};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  budgetwatch::ctl::Terminal terminal{.in = std::cin,
                                      .out = std::cout,
                                      .err = std::cerr,
                                      .out_width = TerminalWidth(STDOUT_FILENO),
                                      .err_width = TerminalWidth(STDERR_FILENO)};
  return static_cast<int>(budgetwatch::ctl::RunBudgetctl(
      std::vector<std::string>(argv + 1, argv + argc), Environment("BUDGETWATCH_SERVER"),
      Environment("BUDGETWATCH_LANG"), &terminal));
}
