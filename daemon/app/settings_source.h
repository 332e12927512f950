#pragma once

#include <map>
#include <string>
#include <string_view>

#include "app/options.h"

namespace budgetwatch {

// Lines of the settings that a configuration file names, from 1.
using SettingLines = std::map<std::string, int, std::less<>>;

// Reads a configuration file into `options`; settings that it leaves out keep their value.
// Errors: INVALID_FIELD, a line for each thing that is wrong, naming file, line, setting
// and cure; `options` is of no use then.
Status ReadConfigFile(const std::string& path, Options* options, SettingLines* lines = nullptr);

// Where the settings come from: a file, and flags that override it. Read at the start, and
// again at each reload.
struct SettingsSource {
  std::string config_file;                                // empty: none
  std::map<std::string, std::string, std::less<>> flags;  // texts by the name of the setting

  // The settings, checked; the profile is there, but not read. Errors: INVALID_FIELD, naming
  // the file and line or the flag, and the cure.
  Result<Options> Read() const;
};

}  // namespace budgetwatch
