#include "base/failpoint.h"

#ifdef BUDGETWATCH_FAILPOINTS

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace budgetwatch {
namespace {

struct Failpoint {
  std::string name;  // empty: none
  int passes_left = 1;
};

Failpoint ReadFailpoint() {
  const char* variable = std::getenv("BUDGETWATCH_FAILPOINTS");
  if (variable == nullptr || *variable == '\0') return {};
  const std::string_view text(variable);
  const size_t equals = text.find('=');
  Failpoint failpoint;
  failpoint.name = std::string(text.substr(0, equals));
  std::string_view action = equals == std::string_view::npos ? "" : text.substr(equals + 1);
  const size_t colon = action.find(':');
  bool good = !failpoint.name.empty() && action.substr(0, colon) == "crash";
  if (colon != std::string_view::npos) {
    action.remove_prefix(colon + 1);
    const char* end = action.data() + action.size();
    const auto parsed = std::from_chars(action.data(), end, failpoint.passes_left);
    good = good && parsed.ec == std::errc() && parsed.ptr == end && failpoint.passes_left > 0;
  }
  if (!good) {
    std::fprintf(stderr, "BUDGETWATCH_FAILPOINTS is no NAME=crash[:COUNT]: %s\n", variable);
    std::exit(2);
  }
  return failpoint;
}

}  // namespace

void PassFailpoint(const char* name) {
  static const Failpoint failpoint = ReadFailpoint();
  static std::atomic<int> passes_left = failpoint.passes_left;
  if (failpoint.name != name) return;
  if (passes_left.fetch_sub(1) != 1) return;
  kill(getpid(), SIGKILL);
  // Nothing else of this thread happens, should the signal take a moment.
  while (true) pause();
}

}  // namespace budgetwatch

#endif
