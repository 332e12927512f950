#include "app/settings.h"

#include <algorithm>

#include "app/zoned_calendar.h"
#include "base/check.h"
#include "domain/plan.h"

namespace budgetwatch {
namespace {

constexpr size_t kColumns = 92;
constexpr std::string_view kLogLevels[] = {"debug", "info", "warning", "error"};

// The sentences, broken into lines that begin with `indent`.
std::string Wrap(std::string_view text, std::string_view indent) {
  std::string lines;
  size_t column = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (column > 0 && column + 1 + word.size() > kColumns) {
      lines += '\n';
      column = 0;
    }
    const std::string_view before = column == 0 ? indent : " ";
    lines.append(before).append(word);
    column += before.size() + word.size();
  }
  return lines + '\n';
}

bool IsAddress(const std::string& text) {
  const size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool number =
      !port.empty() && port.size() <= 5 &&
      std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  return colon != 0 && number && std::stoi(port) <= 65535;
}

std::optional<std::string> FaultOfText(TextForm::Kind kind, const std::string& text) {
  switch (kind) {
    case TextForm::Kind::kPath:
      if (text.empty()) return "is empty; name a directory";
      break;
    case TextForm::Kind::kOptionalPath: break;
    case TextForm::Kind::kAddress:
      if (!IsAddress(text)) return "\"" + text + "\" is not HOST:PORT, such as 127.0.0.1:7470";
      break;
    case TextForm::Kind::kTimeZone:
      if (!ZonedCalendar::Create(text, nullptr)) {
        return "\"" + text +
               "\" is unknown here; use a name such as Asia/Shanghai and install tzdata";
      }
      break;
    case TextForm::Kind::kLogLevel:
      if (std::find(std::begin(kLogLevels), std::end(kLogLevels), text) == std::end(kLogLevels)) {
        return "must be debug, info, warning or error";
      }
      break;
  }
  return std::nullopt;
}

std::string_view TextFormName(TextForm::Kind kind) {
  switch (kind) {
    case TextForm::Kind::kPath: return "path";
    case TextForm::Kind::kOptionalPath: return "path, or empty";
    case TextForm::Kind::kAddress: return "HOST:PORT";
    case TextForm::Kind::kTimeZone: return "name of a time zone";
    case TextForm::Kind::kLogLevel: return "one of debug, info, warning and error";
  }
  return "";
}

std::string Flags() {
  std::string flags;
  for (const Setting& setting : AllSettings()) {
    if (setting.flag.empty()) continue;
    flags.append(flags.empty() ? "" : ", ").append(setting.flag);
  }
  return flags;
}

}  // namespace

std::string FormText(const Setting& setting) {
  if (const auto* number = std::get_if<NumberForm>(&setting.form)) {
    return "whole number from " + std::to_string(number->first) + " to " +
           std::to_string(number->last) + ", in " + std::string(number->unit);
  }
  if (const auto* text = std::get_if<TextForm>(&setting.form)) {
    return std::string(TextFormName(text->kind));
  }
  return "date such as 2020-07-01, or empty";
}

std::string ValueText(const Setting& setting, const Options& options) {
  if (const auto* number = std::get_if<NumberForm>(&setting.form)) {
    return std::to_string(number->get(options));
  }
  if (const auto* text = std::get_if<TextForm>(&setting.form)) return options.*text->member;
  const auto& date = options.*std::get<DateForm>(setting.form).member;
  return date ? date->ToString() : "";
}

bool SetFromText(const Setting& setting, const std::string& text, Options* options) {
  BW_CHECK(!std::holds_alternative<NumberForm>(setting.form));
  if (const auto* form = std::get_if<TextForm>(&setting.form)) {
    options->*form->member = text;
    return true;
  }
  auto& date = options->*std::get<DateForm>(setting.form).member;
  date = Date::Parse(text);
  return date.has_value() || text.empty();
}

std::optional<std::string> Fault(const Setting& setting, const Options& options) {
  if (const auto* text = std::get_if<TextForm>(&setting.form)) {
    return FaultOfText(text->kind, options.*text->member);
  }
  const auto* date = std::get_if<DateForm>(&setting.form);
  if (date == nullptr || !(options.*date->member)) return std::nullopt;
  const int year = (options.*date->member)->year();
  if (year >= kFirstYear && year <= kLastYear) return std::nullopt;
  return "must lie between the years " + std::to_string(kFirstYear) + " and " +
         std::to_string(kLastYear);
}

void CopyValue(const Setting& setting, const Options& from, Options* to) {
  if (const auto* number = std::get_if<NumberForm>(&setting.form)) {
    number->set(*to, number->get(from));
  } else if (const auto* text = std::get_if<TextForm>(&setting.form)) {
    to->*text->member = from.*text->member;
  } else {
    const auto member = std::get<DateForm>(setting.form).member;
    to->*member = from.*member;
  }
}

std::string DefaultConfiguration() {
  const Options defaults;
  std::string text = Wrap(
      "Configuration of budgetwatchd: every setting with its meaning and its default, as "
      "`budgetwatchd --print-default-config` prints it. Flags override it: " +
          Flags() +
          ". Unknown settings are errors. Check a file with `budgetwatchd --config FILE "
          "--check-config`. SIGHUP (`systemctl reload budgetwatchd`) reads it again; a bad "
          "file changes nothing then.",
      "# ");
  std::string_view section;
  for (const Setting& setting : AllSettings()) {
    if (setting.section != section) text.append("\n# == ").append(setting.section).append(" ==\n");
    section = setting.section;
    std::string comment = std::string(setting.summary) + ".";
    if (!setting.details.empty()) comment.append(" ").append(setting.details);
    std::string form = FormText(setting);
    if (form.front() >= 'a' && form.front() <= 'z')
      form.front() = static_cast<char>(form.front() - 'a' + 'A');
    form += setting.reloads ? ". A reload changes it." : ". A change needs a restart.";
    const std::string value = ValueText(setting, defaults);
    text += '\n' + Wrap(comment, "# ") + Wrap(form, "# ");
    text.append(setting.name).append(": ").append(value.empty() ? "\"\"" : value).append("\n");
  }
  return text;
}

std::string SettingsHelp() {
  const Options defaults;
  std::string text = "Settings of the configuration file (* a reload changes it):\n";
  for (const Setting& setting : AllSettings()) {
    const std::string value = ValueText(setting, defaults);
    text.append(setting.reloads ? "* " : "  ").append(setting.name).append("\n");
    text += Wrap(std::string(setting.summary) + ". " + FormText(setting) + "; default " +
                     (value.empty() ? "empty" : value) + ".",
                 "      ");
  }
  return text;
}

}  // namespace budgetwatch
