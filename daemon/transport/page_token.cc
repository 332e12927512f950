#include "transport/page_token.h"

#include <optional>

#include "domain/reason.h"

namespace budgetwatch {
namespace {

constexpr size_t kDefaultPageSize = 100;
constexpr size_t kMaxPageSize = 1000;
constexpr size_t kDigestBytes = 8;

// FNV-1a. It tells lists apart that were mixed up by mistake; a forged token only
// shows its maker another page.
std::string Digest(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  std::string bytes;
  for (size_t i = 0; i < kDigestBytes; ++i) {
    bytes.push_back(static_cast<char>((hash >> (8 * i)) & 0xff));
  }
  return bytes;
}

std::string ToHex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

std::optional<std::string> FromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const auto high = HexDigit(hex[i]);
    const auto low = HexDigit(hex[i + 1]);
    if (!high || !low) return std::nullopt;
    bytes.push_back(static_cast<char>(*high * 16 + *low));
  }
  return bytes;
}

}  // namespace

Result<size_t> PageSize(int requested) {
  if (requested < 0) {
    return Refusal(Reason::kInvalidField, "page_size",
                   "page_size must be 0 for the default, or 1 to 1,000");
  }
  if (requested == 0) return kDefaultPageSize;
  return std::min(static_cast<size_t>(requested), kMaxPageSize);
}

std::string EncodePageToken(std::string_view filter, std::string_view position) {
  return ToHex(Digest(filter) + std::string(position));
}

Result<std::string> DecodePageToken(std::string_view filter, std::string_view token) {
  const auto bytes = FromHex(token);
  if (!bytes || bytes->size() < kDigestBytes || bytes->substr(0, kDigestBytes) != Digest(filter)) {
    return Refusal(Reason::kInvalidPageToken, "page_token",
                   "page_token is not one of this list; start again without it");
  }
  return bytes->substr(kDigestBytes);
}

}  // namespace budgetwatch
