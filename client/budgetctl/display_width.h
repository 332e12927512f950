#pragma once

#include <string>
#include <string_view>

namespace budgetwatch::ctl {

// Columns that `text` takes on a terminal: two for a full-width character, none
// for a combining one. Bytes that are no UTF-8 take one each.
int DisplayWidth(std::string_view text);

// `text`, or its beginning and "…" so that it takes at most `width` columns.
// REQUIRES: width >= 1.
std::string Shorten(std::string_view text, int width);

// `text` on one line: control characters, which a name from outside may hold and
// which could move the cursor or recolour the terminal, become blanks.
std::string OneLine(std::string_view text);

}  // namespace budgetwatch::ctl
