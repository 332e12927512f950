#include "base/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace budgetwatch {

bool IsValidUtf8(std::string_view text) {
  const auto* data = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  size_t offset = 0;
  while (offset < text.size()) {
    uint64_t eight = 0;
    if (offset + sizeof eight <= text.size()) {
      std::memcpy(&eight, data + offset, sizeof eight);
      if ((eight & 0x8080808080808080u) == 0) {  // all of them ASCII
        offset += sizeof eight;
        continue;
      }
    }
    if (data[offset] < 0x80) {
      ++offset;
      continue;
    }
    utf8proc_int32_t code_point = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(
        data + offset, static_cast<utf8proc_ssize_t>(text.size() - offset), &code_point);
    if (length <= 0) return false;
    offset += static_cast<size_t>(length);
  }
  return true;
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

std::string Abbreviate(std::string_view text, size_t limit_bytes) {
  // A long text is cut before it is checked, so that it costs little.
  size_t length = std::min(text.size(), limit_bytes);
  // Continuation bytes start with the bits 10.
  while (length > 0 && length < text.size() &&
         (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) {
    --length;
  }
  const std::string_view start = text.substr(0, length);
  if (!IsValidUtf8(start)) return "(not UTF-8)";
  return std::string(start) + (length < text.size() ? "…" : "");
}

std::string NormalizeNfkc(std::string_view text) {
  utf8proc_uint8_t* normalized = nullptr;
  const utf8proc_ssize_t length = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()), &normalized,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT));
  if (length < 0) return std::string(text);
  std::string result(reinterpret_cast<const char*>(normalized), static_cast<size_t>(length));
  std::free(normalized);
  return result;
}

}  // namespace budgetwatch
