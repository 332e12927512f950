#pragma once

#include "budgetctl/command_line.h"

namespace budgetwatch::ctl {

// Adds `export` to the noun "review": the official forms of a review as a file.
void AddReviewExport(CommandLine* line, CLI::App* noun);

}  // namespace budgetwatch::ctl
