#include "app/settings_source.h"

#include "app/settings.h"
#include "app/settings_file.h"
#include "domain/reason.h"

namespace budgetwatch {
namespace {

void ReadSetting(const YamlMap& map, const Setting& setting, Options* options) {
  if (const auto* number = std::get_if<NumberForm>(&setting.form)) {
    const auto value = map.Integer(setting.name, number->first, number->last);
    if (value) number->set(*options, *value);
    return;
  }
  const auto text = map.Text(setting.name);
  if (!text) return;
  if (!SetFromText(setting, *text, options)) {
    map.Fail(setting.name, "bad_date", "must be a date such as 2020-07-01",
             "应为日期，如 2020-07-01");
  } else if (const auto fault = Fault(setting, *options)) {
    map.Fail(setting.name, "bad_setting", *fault, *fault);
  }
}

// What is wrong inside the profile is told with its place there, by who reads it.
Status CheckSettings(const Options& options) {
  if (const Status status = CheckOptions(options); !status.ok()) return status;
  if (options.profile_file.empty()) return {};
  const Status readable = CheckReadable(options.profile_file);
  if (readable.ok()) return {};
  return Refusal(Reason::kInvalidField, "profile", "profile: " + readable.error().message);
}

}  // namespace

Status ReadConfigFile(const std::string& path, Options* options, SettingLines* lines) {
  std::vector<std::string_view> names;
  for (const Setting& setting : AllSettings()) names.push_back(setting.name);
  return ReadSettingsFile(path, names, [&](const YamlMap& map, std::vector<YamlError>*) {
    for (const Setting& setting : AllSettings()) ReadSetting(map, setting, options);
    if (lines == nullptr) return;
    for (const YamlEntry* entry : map.entries()) lines->emplace(entry->key, entry->line);
  });
}

Result<Options> SettingsSource::Read() const {
  Options options;
  SettingLines lines;
  if (!config_file.empty()) {
    if (const Status status = ReadConfigFile(config_file, &options, &lines); !status.ok()) {
      return status.error();
    }
  }
  for (const Setting& setting : AllSettings()) {
    const auto flag = flags.find(setting.name);
    if (flag == flags.end()) continue;
    if (!SetFromText(setting, flag->second, &options)) {
      return Refusal(
          Reason::kInvalidField, flag->first,
          std::string(setting.flag) + " \"" + flag->second + "\" is no " + FormText(setting));
    }
  }
  const Status checked = CheckSettings(options);
  if (checked.ok()) return options;
  // A message that begins with the name of the setting, behind the place where it was set.
  Error error = checked.error();
  const auto line = lines.find(error.field);
  if (flags.contains(error.field)) {
    error.message = "command line: " + error.message;
  } else if (line != lines.end()) {
    error.message = config_file + ": line " + std::to_string(line->second) + ", " + error.message;
  }
  return error;
}

}  // namespace budgetwatch
