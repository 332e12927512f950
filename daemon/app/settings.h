#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/options.h"

namespace budgetwatch {

// A whole number in [first, last].
struct NumberForm {
  int64_t first = 0;
  int64_t last = 0;
  std::string_view unit;  // in the plural
  int64_t (*get)(const Options&) = nullptr;
  void (*set)(Options&, int64_t) = nullptr;
};

// A text; what stands in it is told by its kind.
struct TextForm {
  enum class Kind { kPath, kOptionalPath, kAddress, kTimeZone, kLogLevel };
  Kind kind = Kind::kPath;
  std::string Options::*member = nullptr;
};

// A date, or nothing.
struct DateForm {
  std::optional<Date> Options::*member = nullptr;
};

// One setting of the daemon. Its default is what a new Options has.
struct Setting {
  std::string_view section;  // heading above the first of several
  std::string_view name;     // the key of the configuration file
  std::string_view flag;     // of the command line, or empty
  std::string_view summary;  // a sentence without its full stop
  std::string_view details;  // further sentences, or empty
  bool reloads = false;      // whether it can change while the daemon runs
  std::variant<NumberForm, TextForm, DateForm> form;
};

// All settings, in the order in which they are printed. The reader of the configuration
// file, its checks, the flags, --help and --print-default-config are made from this.
const std::vector<Setting>& AllSettings();

// "whole number from 1 to 3600, in seconds".
std::string FormText(const Setting& setting);

// The value as a configuration file has it, without quotes.
std::string ValueText(const Setting& setting, const Options& options);

// Sets a text or date, unless it has not the right form: false then.
// REQUIRES: the setting is no number.
bool SetFromText(const Setting& setting, const std::string& text, Options* options);

// What is wrong with a text or date, and the cure; nothing when it is good. Numbers are
// checked where they are read.
std::optional<std::string> Fault(const Setting& setting, const Options& options);

// Takes the value over.
void CopyValue(const Setting& setting, const Options& from, Options* to);

// A whole configuration file with every setting at its default, explained.
std::string DefaultConfiguration();

// A line for each setting, for --help.
std::string SettingsHelp();

}  // namespace budgetwatch
