#include "base/yaml_map.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <set>
#include <utility>

#include "base/check.h"

namespace budgetwatch {
namespace {

// Longest key that a path or a hint deals with.
constexpr size_t kKeyBytesMax = 60;

std::string Join(const std::vector<std::string_view>& words, std::string_view separator) {
  std::string joined;
  for (const std::string_view word : words) {
    if (!joined.empty()) joined += separator;
    joined += word;
  }
  return joined;
}

// Number of single-byte edits between two words.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

bool AllDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

YamlMap::YamlMap(const YamlValue& value, std::string path, std::vector<std::string_view> known_keys,
                 std::vector<YamlError>* errors)
    : line_(value.line),
      path_(std::move(path)),
      known_keys_(std::move(known_keys)),
      errors_(errors) {
  if (value.type == YamlValue::Type::kMapping) {
    AddEntries(value);
  } else {
    errors_->push_back(WrongYamlType(line_, path_, YamlValue::Type::kMapping, value.type));
  }
}

void YamlMap::AddEntries(const YamlValue& value) {
  std::set<std::string_view> seen;
  for (const YamlEntry& entry : value.entries) {
    const bool known = known_keys_.empty() || std::find(known_keys_.begin(), known_keys_.end(),
                                                        entry.key) != known_keys_.end();
    if (!known) {
      ReportUnknown(entry);
    } else if (!seen.insert(entry.key).second) {
      errors_->push_back({"duplicate_key", entry.line, PathOf(entry.key),
                          "the key " + QuoteForMessage(entry.key) + " stands twice; remove one",
                          "键 " + QuoteForMessage(entry.key) + " 出现两次，请删除一个"});
    } else {
      entries_.push_back(&entry);
    }
  }
}

void YamlMap::ReportUnknown(const YamlEntry& entry) const {
  const std::string nearest(NearestWord(entry.key, known_keys_));
  std::string en = "unknown key " + QuoteForMessage(entry.key);
  std::string zh = "未知的键 " + QuoteForMessage(entry.key);
  if (!nearest.empty()) {
    en += "; did you mean \"" + nearest + "\"?";
    zh += "；是否应为 \"" + nearest + "\"？";
  }
  en += " Known keys: " + Join(known_keys_, ", ");
  zh += " 可用的键：" + Join(known_keys_, "、");
  errors_->push_back({"unknown_key", entry.line, PathOf(entry.key), std::move(en), std::move(zh)});
}

const YamlEntry* YamlMap::Find(std::string_view key) const {
  BW_CHECK(known_keys_.empty() ||
           std::find(known_keys_.begin(), known_keys_.end(), key) != known_keys_.end());
  for (const YamlEntry* entry : entries_) {
    if (entry->key == key) return entry->value.type == YamlValue::Type::kNull ? nullptr : entry;
  }
  return nullptr;
}

const YamlEntry* YamlMap::FindOfType(std::string_view key, YamlValue::Type type) const {
  const YamlEntry* entry = Find(key);
  if (entry == nullptr || entry->value.type == type) return entry;
  errors_->push_back(WrongYamlType(entry->line, PathOf(key), type, entry->value.type));
  return nullptr;
}

bool YamlMap::Has(std::string_view key) const { return Find(key) != nullptr; }

std::optional<std::string> YamlMap::Text(std::string_view key) const {
  const YamlEntry* entry = FindOfType(key, YamlValue::Type::kScalar);
  if (entry == nullptr) return std::nullopt;
  return entry->value.scalar;
}

std::optional<std::string> YamlMap::RequiredText(std::string_view key) const {
  const YamlEntry* entry = Find(key);
  if (entry == nullptr ||
      (entry->value.type == YamlValue::Type::kScalar && entry->value.scalar.empty())) {
    Fail(key, "missing_key", "the key \"" + std::string(key) + "\" is missing; add it",
         "缺少键 \"" + std::string(key) + "\"，请补上");
    return std::nullopt;
  }
  return Text(key);
}

std::optional<int64_t> YamlMap::Integer(std::string_view key, int64_t min, int64_t max) const {
  const std::optional<std::string> text = Text(key);
  if (!text) return std::nullopt;
  int64_t number = 0;
  const char* end = text->data() + text->size();
  const auto [rest, problem] = std::from_chars(text->data(), end, number);
  if (problem == std::errc() && rest == end && number >= min && number <= max) return number;
  const std::string range = std::to_string(min) + " – " + std::to_string(max);
  Fail(key, "bad_integer", QuoteForMessage(*text) + " is not a whole number in the range " + range,
       QuoteForMessage(*text) + " 不是范围内的整数（" + range + "）");
  return std::nullopt;
}

std::optional<bool> YamlMap::Boolean(std::string_view key) const {
  const std::optional<std::string> text = Text(key);
  if (!text) return std::nullopt;
  if (*text == "true") return true;
  if (*text == "false") return false;
  Fail(key, "bad_boolean", QuoteForMessage(*text) + " is neither true nor false; write one of them",
       QuoteForMessage(*text) + " 不是 true 或 false，请写其中之一");
  return std::nullopt;
}

std::optional<std::string> YamlMap::DateText(std::string_view key) const {
  std::optional<std::string> text = Text(key);
  if (!text || HasDateForm(*text)) return text;
  Fail(key, "bad_date", QuoteForMessage(*text) + " is no date; write it as YYYY-MM-DD or MM-DD",
       QuoteForMessage(*text) + " 不是日期，请写成 YYYY-MM-DD 或 MM-DD");
  return std::nullopt;
}

std::vector<YamlItem> YamlMap::Items(std::string_view key) const {
  std::vector<YamlItem> items;
  const YamlEntry* entry = FindOfType(key, YamlValue::Type::kSequence);
  if (entry == nullptr) return items;
  items.reserve(entry->value.items.size());
  for (const YamlValue& value : entry->value.items) {
    items.push_back({&value, PathOf(key) + "[" + std::to_string(items.size()) + "]"});
  }
  return items;
}

std::vector<std::string> YamlMap::Texts(std::string_view key) const {
  std::vector<std::string> texts;
  for (const YamlItem& item : Items(key)) {
    if (item.value->type == YamlValue::Type::kScalar) {
      texts.push_back(item.value->scalar);
    } else {
      errors_->push_back(
          WrongYamlType(item.value->line, item.path, YamlValue::Type::kScalar, item.value->type));
    }
  }
  return texts;
}

std::optional<YamlMap> YamlMap::Map(std::string_view key,
                                    std::vector<std::string_view> known_keys) const {
  const YamlEntry* entry = FindOfType(key, YamlValue::Type::kMapping);
  if (entry == nullptr) return std::nullopt;
  return YamlMap(entry->value, PathOf(key), std::move(known_keys), errors_);
}

void YamlMap::Fail(std::string_view key, std::string id, std::string message_en,
                   std::string message_zh) const {
  int line = line_;
  for (const YamlEntry* entry : entries_) {
    if (entry->key == key) line = entry->line;
  }
  errors_->push_back(
      {std::move(id), line, PathOf(key), std::move(message_en), std::move(message_zh)});
}

std::string YamlMap::PathOf(std::string_view key) const {
  const std::string name = key.size() <= kKeyBytesMax ? std::string(key) : QuoteForMessage(key);
  return path_.empty() ? name : path_ + "." + name;
}

bool HasDateForm(std::string_view text) {
  if (text.size() == 10) {
    if (!AllDigits(text.substr(0, 4)) || text[4] != '-') return false;
    text.remove_prefix(5);
  }
  return text.size() == 5 && text[2] == '-' && AllDigits(text.substr(0, 2)) &&
         AllDigits(text.substr(3));
}

std::string_view NearestWord(std::string_view word,
                             const std::vector<std::string_view>& candidates) {
  std::string_view nearest;
  // Half of a word may be wrong before the hint misleads more than it helps, and
  // a very long word is no misspelling at all.
  if (word.size() > kKeyBytesMax) return nearest;
  size_t nearest_distance = std::max<size_t>(word.size() / 2, 1) + 1;
  for (const std::string_view candidate : candidates) {
    const size_t distance = EditDistance(word, candidate);
    if (distance < nearest_distance) {
      nearest_distance = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace budgetwatch
