#include "storage/backup_metadata.h"

#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace budgetwatch {
namespace {

constexpr size_t kChainHashDigits = 64;

std::string CheckLine(std::string_view text) {
  char line[32];
  std::snprintf(line, sizeof line, "check %016llx\n",
                static_cast<unsigned long long>(XXH3_64bits(text.data(), text.size())));
  return line;
}

// Takes the next line off the text; its value when it has this name.
std::optional<std::string_view> TakeLine(std::string_view name, std::string_view* text) {
  const size_t end = text->find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text->substr(0, end);
  text->remove_prefix(end + 1);
  if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ') {
    return std::nullopt;
  }
  return line.substr(name.size() + 1);
}

template <typename Number>
bool TakeNumber(std::string_view name, std::string_view* text, Number* number) {
  const auto value = TakeLine(name, text);
  if (!value) return false;
  const auto read = std::from_chars(value->data(), value->data() + value->size(), *number);
  return read.ec == std::errc() && read.ptr == value->data() + value->size();
}

}  // namespace

std::string EncodeBackupPoint(const BackupPoint& point) {
  std::string text =
      "budgetwatch_backup 1\nformat_version " + std::to_string(point.format_version) +
      "\nsequence " + std::to_string(point.sequence) + "\nrecorded_time " +
      std::to_string(point.recorded_time) + "\nchain_hash " + point.chain_hash + "\n";
  return text + CheckLine(text);
}

std::optional<BackupPoint> DecodeBackupPoint(std::string_view text) {
  std::string_view rest = text;
  BackupPoint point;
  int version = 0;
  if (!TakeNumber("budgetwatch_backup", &rest, &version) || version != 1 ||
      !TakeNumber("format_version", &rest, &point.format_version) ||
      !TakeNumber("sequence", &rest, &point.sequence) || point.sequence < 0 ||
      !TakeNumber("recorded_time", &rest, &point.recorded_time)) {
    return std::nullopt;
  }
  const auto hash = TakeLine("chain_hash", &rest);
  if (!hash || hash->size() != kChainHashDigits) return std::nullopt;
  point.chain_hash = *hash;
  // Numbers have one spelling, so that this compares all of the text.
  if (EncodeBackupPoint(point) != text) return std::nullopt;
  return point;
}

}  // namespace budgetwatch
