#pragma once

#include <string>
#include <vector>

#include "budgetctl/context.h"

namespace budgetwatch::ctl {

// Runs budgetctl with the arguments after its name. `environment_server` and
// `environment_language` are the values of BUDGETWATCH_SERVER and
// BUDGETWATCH_LANG, empty when not set.
ExitCode RunBudgetctl(const std::vector<std::string>& arguments,
                      const std::string& environment_server,
                      const std::string& environment_language, Terminal* terminal);

}  // namespace budgetwatch::ctl
