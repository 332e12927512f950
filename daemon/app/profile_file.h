#pragma once

#include <string>

#include "base/result.h"
#include "domain/profile.h"

namespace budgetwatch {

// Reads a profile; deploy/profiles/mof-2020.yaml documents every key. Keys that it leaves out
// have the value of the built-in profile; a list that is named replaces the built-in one.
// Without a path it is the built-in profile.
// Errors: INVALID_FIELD, naming file, line, key and cure.
Result<Profile> ReadProfileFile(const std::string& path);

}  // namespace budgetwatch
