#pragma once

#include <string>

#include "budgetctl/context.h"

namespace budgetwatch::ctl {

// Sends the payments of a CSV file and prints what became of them.
ExitCode ImportPayments(const Context& context, const std::string& path, const std::string& source);

}  // namespace budgetwatch::ctl
