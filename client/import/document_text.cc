#include "import/document_text.h"

#include <algorithm>

#include "base/text.h"

namespace budgetwatch {
namespace {

size_t CharacterLength(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const size_t length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return std::min(length, text.size());
}

bool IsWhite(std::string_view character) {
  if (character.size() == 1)
    return character[0] == ' ' || (character[0] >= '\t' && character[0] <= '\r');
  if (character.size() == 2) return character == "\u00a0";
  // U+2000 to U+200B are blanks of all widths.
  if (character.size() != 3) return false;
  if (character.substr(0, 2) == "\xe2\x80") {
    const auto last = static_cast<unsigned char>(character[2]);
    return last <= 0x8b || last == 0xaf;
  }
  return character == "\u3000" || character == "\u205f" || character == "\ufeff";
}

}  // namespace

std::string_view TrimWhite(std::string_view text) {
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    if (!IsWhite(text.substr(0, length))) break;
    text.remove_prefix(length);
  }
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xc0) == 0x80) --start;
    if (!IsWhite(text.substr(start))) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

std::string JoinLines(std::string_view text) {
  text = TrimWhite(text);
  std::string joined;
  std::string white;
  while (!text.empty()) {
    const std::string_view character = text.substr(0, CharacterLength(text));
    text.remove_prefix(character.size());
    if (IsWhite(character)) {
      white += character;
      continue;
    }
    if (white.find_first_of("\t\n\v\f\r") == std::string::npos) {
      joined += white;
    } else if (static_cast<unsigned char>(joined.back()) < 0x80 && character.size() == 1) {
      joined += ' ';
    }
    white.clear();
    joined += character;
  }
  return joined;
}

std::string CompactForm(std::string_view text, size_t bytes_max) {
  text = TrimWhite(text);
  if (text.size() > bytes_max) return "";
  // Normal form KC leaves ASCII as it is.
  const bool is_ascii = std::all_of(text.begin(), text.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const std::string normalized = is_ascii ? std::string(text) : NormalizeNfkc(text);
  std::string compact;
  for (std::string_view rest = normalized; !rest.empty();) {
    const std::string_view character = rest.substr(0, CharacterLength(rest));
    if (!IsWhite(character)) compact += character;
    rest.remove_prefix(character.size());
  }
  return compact;
}

std::string Excerpt(std::string_view text) {
  constexpr size_t kExcerptBytesMax = 90;
  const std::string line = JoinLines(text.substr(0, 4 * kExcerptBytesMax));
  size_t length = std::min(line.size(), kExcerptBytesMax);
  while (length < line.size() && (static_cast<unsigned char>(line[length]) & 0xc0) == 0x80) {
    --length;
  }
  return ReplaceInvalidUtf8(line.substr(0, length)) + (length < line.size() ? "…" : "");
}

std::string ReplaceInvalidUtf8(std::string_view text) {
  if (IsValidUtf8(text)) return std::string(text);
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::string_view character = text.substr(0, CharacterLength(text));
    if (IsValidUtf8(character)) {
      clean += character;
      text.remove_prefix(character.size());
    } else {
      clean += "\ufffd";
      text.remove_prefix(1);
    }
  }
  return clean;
}

}  // namespace budgetwatch
