#pragma once

#include <string>
#include <string_view>

// Characters and words of a target text. The readers work on code points, so that
// a word is never found across the bytes of two characters.

namespace budgetwatch {

// The code points of `text`. REQUIRES: valid UTF-8.
std::u32string DecodeTargetText(std::string_view text);

std::string EncodeTargetText(std::u32string_view text);

// The text that is read: in normal form KC, without white space, and without the
// full stops, semicolons, commas and quotes around it. REQUIRES: valid UTF-8.
std::u32string NormalizeTargetText(std::string_view text);

// Whether normal form KC would turn a mark of `text` into plain digits: in 10² or
// ①3 they would run together with their neighbours and make another number.
bool HasDecoratedDigit(std::u32string_view text);

bool IsDecimalDigit(char32_t c);
bool IsLatinLetter(char32_t c);
// A Han or Latin letter: what units and names are made of.
bool IsUnitLetter(char32_t c);
// A digit or a power of ten as Han numerals write them, 零 and 两 included.
bool IsHanNumeral(char32_t c);

bool ContainsChar(std::u32string_view text, char32_t c);
bool ContainsWord(std::u32string_view text, std::u32string_view word);
bool HasDecimalDigit(std::u32string_view text);

// Removes `word` from the front (the end) of `rest`; false, and nothing happens,
// when it is not there.
bool EatFront(std::u32string_view* rest, std::u32string_view word);
bool EatBack(std::u32string_view* rest, std::u32string_view word);

}  // namespace budgetwatch
