#include "storage/key_codec.h"

namespace budgetwatch {
namespace {

template <typename Unsigned>
void AppendBigEndian(Unsigned value, std::string* out) {
  for (int shift = static_cast<int>(sizeof(Unsigned)) * 8 - 8; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

// Takes the integer off the front; false when there are too few bytes.
template <typename Unsigned>
bool TakeBigEndian(std::string_view* in, Unsigned* value) {
  if (in->size() < sizeof(Unsigned)) return false;
  Unsigned result = 0;
  for (size_t i = 0; i < sizeof(Unsigned); ++i) {
    result = static_cast<Unsigned>((result << 8) | static_cast<unsigned char>((*in)[i]));
  }
  in->remove_prefix(sizeof(Unsigned));
  *value = result;
  return true;
}

constexpr uint64_t kSign64 = uint64_t{1} << 63;

void AppendSequence(Sequence sequence, std::string* out) {
  AppendBigEndian(static_cast<uint64_t>(sequence) ^ kSign64, out);
}

bool TakeSequence(std::string_view* in, Sequence* sequence) {
  uint64_t value = 0;
  if (!TakeBigEndian(in, &value)) return false;
  *sequence = static_cast<Sequence>(value ^ kSign64);
  return true;
}

}  // namespace

std::string SequenceKey(Sequence sequence) {
  std::string key;
  AppendSequence(sequence, &key);
  return key;
}

std::optional<Sequence> DecodeSequenceKey(std::string_view key) {
  Sequence sequence = 0;
  if (!TakeSequence(&key, &sequence) || !key.empty()) return std::nullopt;
  return sequence;
}

std::string ProjectNumberKey(uint32_t number) {
  std::string bytes;
  AppendBigEndian(number, &bytes);
  return bytes;
}

std::optional<uint32_t> DecodeProjectNumberKey(std::string_view key) {
  uint32_t number = 0;
  if (!TakeBigEndian(&key, &number) || !key.empty()) return std::nullopt;
  return number;
}

std::string EncodeProjectKey(const ProjectKey& key) {
  return YearPrefix(key.fiscal_year) + key.project_code;
}

std::optional<ProjectKey> DecodeProjectKey(std::string_view bytes) {
  uint16_t year = 0;
  if (!TakeBigEndian(&bytes, &year)) return std::nullopt;
  return ProjectKey{year, std::string(bytes)};
}

std::string EncodeTotalKey(const TotalKey& key) {
  std::string bytes = EncodeProjectKey({key.fiscal_year, key.project_code});
  bytes.push_back('\0');
  AppendSequence(key.checkpoint, &bytes);
  return bytes;
}

std::optional<TotalKey> DecodeTotalKey(std::string_view bytes) {
  constexpr size_t kEndBytes = 1 + sizeof(Sequence);
  if (bytes.size() < kEndBytes || bytes[bytes.size() - kEndBytes] != '\0') return std::nullopt;
  auto project = DecodeProjectKey(bytes.substr(0, bytes.size() - kEndBytes));
  if (!project) return std::nullopt;
  TotalKey key{project->fiscal_year, std::move(project->project_code), 0};
  std::string_view sequence = bytes.substr(bytes.size() - sizeof(Sequence));
  if (!TakeSequence(&sequence, &key.checkpoint)) return std::nullopt;
  return key;
}

std::string YearPrefix(int fiscal_year) {
  std::string bytes;
  AppendBigEndian(static_cast<uint16_t>(fiscal_year), &bytes);
  return bytes;
}

std::string EncodeInt64(int64_t value) {
  std::string bytes;
  const auto bits = static_cast<uint64_t>(value);
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<char>((bits >> shift) & 0xff));
  }
  return bytes;
}

std::optional<int64_t> DecodeInt64(std::string_view value) {
  if (value.size() != 8) return std::nullopt;
  uint64_t bits = 0;
  for (int i = 7; i >= 0; --i) {
    bits = (bits << 8) | static_cast<unsigned char>(value[static_cast<size_t>(i)]);
  }
  return static_cast<int64_t>(bits);
}

}  // namespace budgetwatch
