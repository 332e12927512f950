#include "import/plan_file.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "import/disclosure.h"
#include "import/input_file.h"
#include "import/plan_yaml.h"

namespace budgetwatch {
namespace {

constexpr size_t kReadBytes = size_t{64} << 10;

// Whether some line of the text begins with this key, quoted or not, perhaps
// behind the brace of a JSON object.
bool HasTopKey(std::string_view text, std::string_view key) {
  for (size_t at = text.find(key); at != std::string_view::npos;
       at = text.find(key, at + key.size())) {
    const size_t line_start = text.rfind('\n', at) + 1;  // npos + 1 is 0
    const std::string_view before = text.substr(line_start, at - line_start);
    std::string_view behind = text.substr(at + key.size(), 8);
    if (behind.starts_with('"') || behind.starts_with('\'')) behind.remove_prefix(1);
    while (behind.starts_with(' ')) behind.remove_prefix(1);
    const bool is_key = before.find_first_not_of(" \t{\"'\xef\xbb\xbf") == std::string_view::npos;
    if (is_key && behind.starts_with(':')) return true;
  }
  return false;
}

// Whether the text has words that a published document has in its tables.
bool LooksLikeDisclosure(std::string_view text) {
  for (const std::string_view word :
       {"项目编码", "资金支出计划", "一级指标", "绩效目标", "部门预算", "单位预算"}) {
    if (text.find(word) != std::string_view::npos) return true;
  }
  return false;
}

Error UnknownFormat(const std::string& name, const std::string& what) {
  return FileError(ErrorCode::kInvalidArgument, "FILE_FORMAT_UNKNOWN", name + ": " + what);
}

Error TooLarge(const std::string& name) {
  return FileError(ErrorCode::kInvalidArgument, "FILE_TOO_LARGE",
                   name + ": the file is larger than " + std::to_string(kMaxPlanFileBytes >> 20) +
                       " MiB; split it");
}

}  // namespace

Result<PlanReading> ReadPlanFile(const std::string& path) {
  Result<InputFile> file = OpenInputFile(path);
  if (!file.ok()) return file.error();
  std::ifstream& stream = file.value().stream;
  std::string bytes;
  std::string block(kReadBytes, '\0');
  // The size is not trusted: a pipe has none, and a file may grow.
  while (bytes.size() <= kMaxPlanFileBytes && !stream.bad() && !stream.eof()) {
    stream.read(block.data(), static_cast<std::streamsize>(block.size()));
    bytes.append(block, 0, static_cast<size_t>(stream.gcount()));
  }
  if (stream.bad()) {
    return FileError(ErrorCode::kUnavailable, "FILE_UNREADABLE",
                     path + ": reading failed; check the disk and try again");
  }
  return ReadPlanBytes(bytes, path);
}

Result<PlanReading> ReadPlanBytes(std::string_view bytes, const std::string& name) {
  if (bytes.empty()) {
    return FileError(ErrorCode::kInvalidArgument, "FILE_EMPTY",
                     name + ": the file is empty; name the file that holds the data");
  }
  if (bytes.size() > kMaxPlanFileBytes) return TooLarge(name);
  if (const std::string_view format = BinaryFormat(bytes); !format.empty()) {
    return UnknownFormat(
        name, "this is " + std::string(format) + "; save the document as plain text in UTF-8");
  }
  if (!IsValidUtf8(bytes)) {
    return FileError(ErrorCode::kInvalidArgument, "FILE_NOT_UTF8",
                     name + ": the file is not UTF-8 (GBK, perhaps); save it in UTF-8");
  }
  PlanReading reading;
  if (HasTopKey(bytes, "budgetwatch_plan")) {
    reading = ReadPlanYaml(bytes);
  } else if (HasTopKey(bytes, "department_code") || HasTopKey(bytes, "fiscal_year")) {
    return UnknownFormat(name,
                         "this looks like a plan in YAML without its version; add the line "
                         "\"budgetwatch_plan: 1\" at the top");
  } else if (LooksLikeDisclosure(bytes)) {
    reading = ReadDisclosure(bytes);
  } else {
    return UnknownFormat(name,
                         "this is neither a plan in YAML (it has no key budgetwatch_plan) nor a "
                         "published budget document as text (it has no table of goals)");
  }
  FillIndicators(&reading.plan);
  return reading;
}

}  // namespace budgetwatch
