#pragma once

#include <optional>

namespace budgetwatch {

// The subcommands of budgetwatchd that open data files themselves, while no daemon has
// them: verify, restore, backups. Runs the one that the first argument names and returns
// the exit code: 0 done, 1 failed, 2 wrong usage, 3 done and differences or damage found.
// Nothing when it names none.
std::optional<int> RunOfflineTool(int argc, char** argv);

}  // namespace budgetwatch
