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

}  // namespace budgetwatch
