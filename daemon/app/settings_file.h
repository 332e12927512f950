#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/yaml_map.h"

namespace budgetwatch {

// Whether a file can be read at all. Errors: INVALID_FIELD, naming file and cure.
Status CheckReadable(const std::string& path);

// Parses a YAML file that is one mapping with known keys, and lets `read` take its settings;
// `read` may add to the errors. Errors: INVALID_FIELD, a line for each thing that is wrong,
// naming file, line, key and cure.
Status ReadSettingsFile(
    const std::string& path, const std::vector<std::string_view>& keys,
    const std::function<void(const YamlMap& map, std::vector<YamlError>* errors)>& read);

}  // namespace budgetwatch
