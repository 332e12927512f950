#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml_value.h"

namespace budgetwatch {

// An item of a sequence with its path.
struct YamlItem {
  const YamlValue* value = nullptr;
  std::string path;
};

// Strict typed access to a mapping. Every getter returns nothing both for a key
// that is absent (or blank) and for one of the wrong form; the latter is added to
// `errors`. Only known keys may be asked for.
// Holds pointers: the value and the error list must outlive it. Thread-compatible.
class YamlMap {
 public:
  // Reports keys that are not in `known_keys` and keys that occur twice (the
  // first counts). With no known keys at all, every key is allowed. A value that
  // is no mapping is one error, and reads as an empty mapping.
  YamlMap(const YamlValue& value, std::string path, std::vector<std::string_view> known_keys,
          std::vector<YamlError>* errors);

  // Whether the key is there with a value.
  bool Has(std::string_view key) const;

  // A scalar as written.
  std::optional<std::string> Text(std::string_view key) const;

  // The same; adds missing_key when it is absent or empty.
  std::optional<std::string> RequiredText(std::string_view key) const;

  // An integer in [min, max], in decimal digits with an optional minus sign.
  std::optional<int64_t> Integer(std::string_view key, int64_t min, int64_t max) const;

  // true or false.
  std::optional<bool> Boolean(std::string_view key) const;

  // Text of the form YYYY-MM-DD or MM-DD. That such a day exists is not checked.
  std::optional<std::string> DateText(std::string_view key) const;

  // Items of a sequence; none when absent.
  std::vector<YamlItem> Items(std::string_view key) const;

  // Items of a sequence of scalars, as written.
  std::vector<std::string> Texts(std::string_view key) const;

  // A mapping inside this one.
  std::optional<YamlMap> Map(std::string_view key, std::vector<std::string_view> known_keys) const;

  // Entries in the order of the text, without the doubled ones.
  const std::vector<const YamlEntry*>& entries() const { return entries_; }

  // Adds an error at the key, or at the mapping when the key is absent.
  void Fail(std::string_view key, std::string id, std::string message_en,
            std::string message_zh) const;

  // "projects[2].budget".
  std::string PathOf(std::string_view key) const;

  int line() const { return line_; }
  const std::string& path() const { return path_; }

 private:
  void ReportUnknown(const YamlEntry& entry) const;
  void AddEntries(const YamlValue& value);

  // The entry with a value, or null.
  const YamlEntry* Find(std::string_view key) const;

  // The entry when it holds a value of this type; reports another type.
  const YamlEntry* FindOfType(std::string_view key, YamlValue::Type type) const;

  int line_;
  std::string path_;
  std::vector<std::string_view> known_keys_;
  std::vector<const YamlEntry*> entries_;
  std::vector<YamlError>* errors_;
};

// Whether `text` has the form YYYY-MM-DD or MM-DD.
bool HasDateForm(std::string_view text);

// The candidate that `word` is most likely a misspelling of; empty when none is near.
std::string_view NearestWord(std::string_view word,
                             const std::vector<std::string_view>& candidates);

}  // namespace budgetwatch
