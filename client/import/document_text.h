#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace budgetwatch {

// Small helpers for the text of documents that people typed. White space
// includes the ideographic, no-break and zero-width kinds throughout.

// `text` without white space at both ends.
std::string_view TrimWhite(std::string_view text);

// `text` on one line: every run of white space that holds a line break vanishes
// between Chinese characters and becomes one blank elsewhere; ends are trimmed.
std::string JoinLines(std::string_view text);

// The form in which labels and numbers are compared: NFKC without any white
// space. Text longer than `bytes_max`, by default longer than any label or number,
// comes back empty.
std::string CompactForm(std::string_view text, size_t bytes_max = 400);

// The beginning of `text` on one line, for a message.
std::string Excerpt(std::string_view text);

// `text` with every malformed byte replaced by U+FFFD.
std::string ReplaceInvalidUtf8(std::string_view text);

}  // namespace budgetwatch
