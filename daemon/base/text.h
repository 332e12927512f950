#pragma once

#include <string>
#include <string_view>

namespace budgetwatch {

// Whether `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool IsValidUtf8(std::string_view text);

// Whether `text` holds a control character (U+0000 to U+001F or U+007F).
bool HasControlCharacter(std::string_view text);

// Unicode normal form KC: full-width digits, ％, ＞ and their like become plain.
// Invalid UTF-8 is returned as it is.
std::string NormalizeNfkc(std::string_view text);

// At most `limit_bytes` of `text` for a message, cut between characters and marked
// with an ellipsis; "(not UTF-8)" for bytes that are no text.
std::string Abbreviate(std::string_view text, size_t limit_bytes);

}  // namespace budgetwatch
