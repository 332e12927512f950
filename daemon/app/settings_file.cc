#include "app/settings_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "domain/reason.h"

namespace budgetwatch {
namespace {

Error BadFile(const std::string& path, const std::string& what) {
  return Refusal(Reason::kInvalidField, "config", path + ": " + what);
}

Result<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return BadFile(path, "is a directory; name a file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return BadFile(path, "cannot be opened; check the name and the permissions");
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad()) return BadFile(path, "cannot be read");
  return text.str();
}

// All that is wrong with a file, a line each. The whole of a file has no place.
Error AllErrors(const std::string& path, const std::vector<YamlError>& errors) {
  std::string text;
  for (const YamlError& error : errors) {
    const std::string place = YamlPlace(error);
    text += (text.empty() ? "" : "\n") + path + ": " + place + (place.empty() ? "" : ": ") +
            error.message_en;
  }
  return Refusal(Reason::kInvalidField, "config", text);
}

}  // namespace

Status CheckReadable(const std::string& path) {
  const auto text = ReadFile(path);
  return text.ok() ? Status() : text.error();
}

Status ReadSettingsFile(
    const std::string& path, const std::vector<std::string_view>& keys,
    const std::function<void(const YamlMap& map, std::vector<YamlError>* errors)>& read) {
  const auto text = ReadFile(path);
  if (!text.ok()) return text.error();
  std::vector<YamlError> errors;
  const auto value = ParseYaml(text.value(), YamlLimits(), &errors);
  if (value) read(YamlMap(*value, "", keys, &errors), &errors);
  if (!errors.empty()) return AllErrors(path, errors);
  return {};
}

}  // namespace budgetwatch
