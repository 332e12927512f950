#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace budgetwatch {

// Something wrong with a YAML document. The messages tell what and the cure, but
// not the place.
struct YamlError {
  // Stable, snake_case. Of this reader: bad_yaml, missing_key, unknown_key,
  // duplicate_key, wrong_type, bad_integer, bad_boolean, bad_date. Callers of
  // YamlMap::Fail add their own.
  std::string id;
  int line = 0;      // from 1; 0: the document as a whole
  std::string path;  // such as "projects[2].budget"; empty: the document as a whole
  std::string message_en;
  std::string message_zh;
};

// "line 12, projects[2].budget"; only what is known of it.
std::string YamlPlace(const YamlError& error);

struct YamlEntry;

// A parsed value. Immutable after ParseYaml.
struct YamlValue {
  enum class Type { kNull, kScalar, kSequence, kMapping };

  Type type = Type::kNull;
  int line = 0;
  std::string scalar;              // raw text: 50.00 stays "50.00"
  std::vector<YamlValue> items;    // of a sequence
  std::vector<YamlEntry> entries;  // of a mapping, in the order of the text
};

struct YamlEntry {
  std::string key;
  int line = 0;
  YamlValue value;
};

// Bounds of a document. Past them it is refused, before it costs memory.
struct YamlLimits {
  size_t bytes_max = size_t{16} << 20;
  size_t values_max = 2'000'000;
  int depth_max = 32;
};

// Parses the single document in `text`. Refuses what these files never need and
// an attacker does: aliases, tags, several documents, control characters. On
// failure adds one error of id bad_yaml and returns nothing.
std::optional<YamlValue> ParseYaml(std::string_view text, const YamlLimits& limits,
                                   std::vector<YamlError>* errors);

// `text` in quotes for a message, shortened to a readable length.
std::string QuoteForMessage(std::string_view text);

// The error for a value of another type than wanted.
YamlError WrongYamlType(int line, std::string path, YamlValue::Type wanted, YamlValue::Type found);

}  // namespace budgetwatch
