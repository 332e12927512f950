#pragma once

#include <string>

#include "budgetctl/context.h"

namespace budgetwatch::ctl {

// The source of payments whose sender names none. A constant: were it the name of
// the file, importing a renamed file would count its payments a second time.
inline constexpr char kDefaultSource[] = "csv";

// Sends the payments of a CSV file and prints what became of them.
ExitCode ImportPayments(const Context& context, const std::string& path, const std::string& source);

}  // namespace budgetwatch::ctl
