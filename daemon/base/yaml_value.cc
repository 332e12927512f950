#include "base/yaml_value.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/text.h"

namespace budgetwatch {
namespace {

// Longest piece of the input that a message repeats.
constexpr size_t kQuotedBytesMax = 60;

// Builds the tree of values from the parser's events. What these files may not
// hold stops the parser by an exception of its own kind, which ParseYaml catches.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const YamlLimits& limits) : limits_(limits) {}

  YamlValue TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    Add(NewValue(YamlValue::Type::kNull, mark), mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw YAML::ParserException(mark, "aliases (*name) are not supported; write the value out");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& text) override {
    RefuseTag(mark, tag);
    YamlValue value = NewValue(YamlValue::Type::kScalar, mark);
    value.scalar = text;
    Add(std::move(value), mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    RefuseTag(mark, tag);
    Open(YamlValue::Type::kSequence, mark);
  }

  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    RefuseTag(mark, tag);
    Open(YamlValue::Type::kMapping, mark);
  }

  void OnMapEnd() override { Close(); }

 private:
  // A collection that is still growing.
  struct Level {
    YamlValue value;
    bool has_key = false;  // of a mapping: the next value belongs to `key`
    std::string key;
    int key_line = 0;
  };

  static void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    // "?" and "!" are what the parser reports for plain and quoted text.
    if (tag.empty() || tag == "?" || tag == "!") return;
    throw YAML::ParserException(mark, "tags (!name) are not supported; remove the tag");
  }

  YamlValue NewValue(YamlValue::Type type, const YAML::Mark& mark) {
    if (++value_count_ > limits_.values_max) {
      throw YAML::ParserException(mark, "the document holds too many values; split it");
    }
    YamlValue value;
    value.type = type;
    value.line = mark.line + 1;
    return value;
  }

  void Open(YamlValue::Type type, const YAML::Mark& mark) {
    if (static_cast<int>(open_.size()) >= limits_.depth_max) {
      throw YAML::ParserException(mark, "values are nested too deeply; check the indentation");
    }
    if (!open_.empty() && IsKeyPosition()) RefuseKey(mark);
    Level level;
    level.value = NewValue(type, mark);
    open_.push_back(std::move(level));
  }

  void Close() {
    YamlValue value = std::move(open_.back().value);
    open_.pop_back();
    const YAML::Mark no_mark = YAML::Mark::null_mark();
    Add(std::move(value), no_mark);
  }

  bool IsKeyPosition() const {
    return open_.back().value.type == YamlValue::Type::kMapping && !open_.back().has_key;
  }

  [[noreturn]] static void RefuseKey(const YAML::Mark& mark) {
    throw YAML::ParserException(mark, "a key must be plain text");
  }

  void Add(YamlValue value, const YAML::Mark& mark) {
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    Level& level = open_.back();
    if (level.value.type == YamlValue::Type::kSequence) {
      level.value.items.push_back(std::move(value));
    } else if (!level.has_key) {
      if (value.type != YamlValue::Type::kScalar) RefuseKey(mark);
      level.key = std::move(value.scalar);
      level.key_line = value.line;
      level.has_key = true;
    } else {
      level.value.entries.push_back({std::move(level.key), level.key_line, std::move(value)});
      level.key.clear();
      level.has_key = false;
    }
  }

  const YamlLimits limits_;
  size_t value_count_ = 0;
  std::vector<Level> open_;
  YamlValue root_;
};

// Line of the first byte that no YAML text may hold, 0 without one. yaml-cpp
// itself takes some of them for the end of the text.
int LineOfForbiddenByte(std::string_view text) {
  int line = 1;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') ++line;
    if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f) return line;
  }
  return 0;
}

int LineOfInvalidUtf8(std::string_view text) {
  int line = 1;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (!IsValidUtf8(text.substr(0, end))) return line;
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
  }
  return 0;
}

// Line on which brackets that are not closed again grow beyond any sense, 0 without
// one. yaml-cpp holds all of them in memory before its own bound on depth is
// reached. Brackets inside texts count too, which the bound leaves room for.
int LineOfBracketFlood(std::string_view text) {
  constexpr int kOpenMax = 10'000;
  int line = 1;
  int open_count = 0;
  for (const char c : text) {
    if (c == '\n') ++line;
    if (c == '[' || c == '{') ++open_count;
    if ((c == ']' || c == '}') && open_count > 0) --open_count;
    if (open_count > kOpenMax) return line;
  }
  return 0;
}

YamlError Malformed(int line, std::string en, std::string zh) {
  return {"bad_yaml", line, "", std::move(en), std::move(zh)};
}

// What can be told without parsing.
std::optional<YamlError> FindUnreadable(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.bytes_max) {
    const std::string mebibytes = std::to_string(limits.bytes_max >> 20);
    return Malformed(0, "the document is larger than " + mebibytes + " MiB; split it",
                     "文件超过 " + mebibytes + " MiB，请拆分");
  }
  if (const int line = LineOfInvalidUtf8(text); line != 0) {
    return Malformed(line, "the text is not UTF-8; save it in UTF-8",
                     "文本不是 UTF-8 编码，请另存为 UTF-8");
  }
  if (const int line = LineOfForbiddenByte(text); line != 0) {
    return Malformed(line, "the line holds a control character; remove it",
                     "该行含有控制字符，请删除");
  }
  if (const int line = LineOfBracketFlood(text); line != 0) {
    return Malformed(line, "values are nested too deeply; close the brackets",
                     "嵌套层数过多，请检查括号是否闭合");
  }
  return std::nullopt;
}

std::string_view TypeName(YamlValue::Type type) {
  switch (type) {
    case YamlValue::Type::kNull: return "nothing";
    case YamlValue::Type::kScalar: return "a single value";
    case YamlValue::Type::kSequence: return "a list";
    case YamlValue::Type::kMapping: return "a mapping";
  }
  return "";
}

std::string_view TypeNameZh(YamlValue::Type type) {
  switch (type) {
    case YamlValue::Type::kNull: return "空值";
    case YamlValue::Type::kScalar: return "单个值";
    case YamlValue::Type::kSequence: return "列表";
    case YamlValue::Type::kMapping: return "键值映射";
  }
  return "";
}

}  // namespace

std::string QuoteForMessage(std::string_view text) {
  std::string quoted = "\"";
  size_t length = std::min(text.size(), kQuotedBytesMax);
  // Do not cut a character in two: 10xxxxxx bytes continue one.
  while (length < text.size() && length > 0 &&
         (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) {
    --length;
  }
  quoted += text.substr(0, length);
  quoted += length < text.size() ? "…\"" : "\"";
  return quoted;
}

YamlError WrongYamlType(int line, std::string path, YamlValue::Type wanted, YamlValue::Type found) {
  return {"wrong_type", line, std::move(path),
          "expected " + std::string(TypeName(wanted)) + ", found " + std::string(TypeName(found)) +
              "; check the indentation and the dashes",
          "应为" + std::string(TypeNameZh(wanted)) + "，实为" + std::string(TypeNameZh(found)) +
              "；请检查缩进和短横线"};
}

std::string YamlPlace(const YamlError& error) {
  std::string place = error.line > 0 ? "line " + std::to_string(error.line) : "";
  if (!error.path.empty()) {
    if (!place.empty()) place += ", ";
    place += error.path;
  }
  return place;
}

std::optional<YamlValue> ParseYaml(std::string_view text, const YamlLimits& limits,
                                   std::vector<YamlError>* errors) {
  if (auto error = FindUnreadable(text, limits)) {
    errors->push_back(*std::move(error));
    return std::nullopt;
  }
  try {
    // yaml-cpp takes the end of the text behind a line break for a closing quote; a
    // forgotten quote would silently swallow all that follows it.
    const size_t length = text.find_last_not_of(" \t\r\n") + 1;  // npos + 1 is 0
    std::istringstream stream{std::string(text.substr(0, length))};
    YAML::Parser parser(stream);
    TreeBuilder builder(limits);
    if (!parser.HandleNextDocument(builder)) {
      errors->push_back(Malformed(0, "the document is empty; write at least one key",
                                  "文件没有内容，请至少写一个键"));
      return std::nullopt;
    }
    TreeBuilder rest(limits);
    if (parser.HandleNextDocument(rest)) {
      errors->push_back(Malformed(rest.TakeRoot().line,
                                  "the file holds a second document; remove the --- before it",
                                  "文件含有第二个文档，请删除其前的 ---"));
      return std::nullopt;
    }
    return builder.TakeRoot();
  } catch (const YAML::Exception& exception) {
    const int line = exception.mark.is_null() ? 0 : exception.mark.line + 1;
    // The parser repeats single bytes of the text.
    const std::string cause = IsValidUtf8(exception.msg) ? exception.msg : "illegal character";
    errors->push_back(
        Malformed(line, "not readable as YAML: " + cause + "; quote texts with special characters",
                  "无法按 YAML 读取：" + cause + "；含特殊字符的文本请加引号"));
  } catch (const std::exception& exception) {
    errors->push_back(Malformed(0, std::string("not readable as YAML: ") + exception.what(),
                                std::string("无法按 YAML 读取：") + exception.what()));
  }
  return std::nullopt;
}

}  // namespace budgetwatch
