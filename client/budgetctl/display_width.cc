#include "budgetctl/display_width.h"

#include <utf8proc.h>

namespace budgetwatch::ctl {
namespace {

struct Character {
  size_t size_bytes = 1;
  int width = 1;
  bool control = false;
};

// The character at the start of `text`. REQUIRES: text is not empty.
Character FirstCharacter(std::string_view text) {
  utf8proc_int32_t code_point = 0;
  const utf8proc_ssize_t size_bytes =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &code_point);
  if (size_bytes <= 0) return Character();
  const bool control = utf8proc_category(code_point) == UTF8PROC_CATEGORY_CC;
  return Character{static_cast<size_t>(size_bytes), utf8proc_charwidth(code_point), control};
}

}  // namespace

int DisplayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    width += character.width;
    text.remove_prefix(character.size_bytes);
  }
  return width;
}

std::string Shorten(std::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  size_t kept_bytes = 0;
  int kept_width = 0;
  while (kept_bytes < text.size()) {
    const Character character = FirstCharacter(text.substr(kept_bytes));
    if (kept_width + character.width > width - 1) break;
    kept_width += character.width;
    kept_bytes += character.size_bytes;
  }
  return std::string(text.substr(0, kept_bytes)) + "…";
}

std::string OneLine(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    if (character.control) {
      line += ' ';
    } else {
      line += text.substr(0, character.size_bytes);
    }
    text.remove_prefix(character.size_bytes);
  }
  return line;
}

}  // namespace budgetwatch::ctl
