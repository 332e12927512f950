#include "domain/target_text.h"

#include <algorithm>

#include "base/text.h"

namespace budgetwatch {
namespace {

bool IsBetween(char32_t c, char32_t first, char32_t last) { return first <= c && c <= last; }

bool IsHanLetter(char32_t c) {
  return IsBetween(c, 0x4E00, 0x9FFF) || IsBetween(c, 0x3400, 0x4DBF) ||
         IsBetween(c, 0x20000, 0x323AF) || c == U'々' || c == U'〇';
}

bool IsWhiteSpace(char32_t c) {
  return IsBetween(c, 0x09, 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         IsBetween(c, 0x2000, 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool IsOuterMark(char32_t c) { return ContainsChar(U"。;,\"'“”‘’「」『』", c); }

}  // namespace

std::u32string DecodeTargetText(std::string_view text) {
  std::u32string decoded;
  decoded.reserve(text.size());
  for (const char byte : text) {
    const auto bits = static_cast<unsigned char>(byte);
    if (bits < 0x80) {
      decoded.push_back(bits);
    } else if (bits < 0xC0) {
      if (!decoded.empty()) decoded.back() = decoded.back() << 6 | (bits & 0x3Fu);
    } else {
      decoded.push_back(bits < 0xE0 ? bits & 0x1Fu : bits < 0xF0 ? bits & 0x0Fu : bits & 0x07u);
    }
  }
  return decoded;
}

std::string EncodeTargetText(std::u32string_view text) {
  std::string encoded;
  for (const char32_t c : text) {
    const auto trail = [c](int shift) { return static_cast<char>(0x80 | (c >> shift & 0x3F)); };
    if (c < 0x80) {
      encoded += static_cast<char>(c);
    } else if (c < 0x800) {
      encoded += {static_cast<char>(0xC0 | c >> 6), trail(0)};
    } else if (c < 0x10000) {
      encoded += {static_cast<char>(0xE0 | c >> 12), trail(6), trail(0)};
    } else {
      encoded += {static_cast<char>(0xF0 | c >> 18), trail(12), trail(6), trail(0)};
    }
  }
  return encoded;
}

std::u32string NormalizeTargetText(std::string_view text) {
  std::u32string plain = DecodeTargetText(NormalizeNfkc(text));
  plain.erase(std::remove_if(plain.begin(), plain.end(), IsWhiteSpace), plain.end());
  while (!plain.empty() && IsOuterMark(plain.back())) plain.pop_back();
  size_t first = 0;
  while (first < plain.size() && IsOuterMark(plain[first])) ++first;
  return plain.substr(first);
}

bool HasDecoratedDigit(std::u32string_view text) {
  return std::any_of(text.begin(), text.end(), [](char32_t c) {
    return c == U'²' || c == U'³' || c == U'¹' || IsBetween(c, U'¼', U'¾') ||
           IsBetween(c, 0x2070, 0x2089) ||                 // superscripts and subscripts
           IsBetween(c, 0x2150, 0x215F) || c == 0x2189 ||  // fractions
           IsBetween(c, 0x2460, 0x249B) || c == 0x24EA ||  // circled, bracketed, with a point
           IsBetween(c, 0x3251, 0x325F) || IsBetween(c, 0x32B1, 0x32BF) ||  // circled 21 to 50
           IsBetween(c, 0x32C0, 0x32CB) || IsBetween(c, 0x3358, 0x3370) ||  // 1月, 0点
           IsBetween(c, 0x33E0, 0x33FE) || IsBetween(c, 0x1F100, 0x1F10A);  // 1日, 0 with a comma
  });
}

bool IsDecimalDigit(char32_t c) { return IsBetween(c, U'0', U'9'); }

bool IsLatinLetter(char32_t c) { return IsBetween(c, U'A', U'Z') || IsBetween(c, U'a', U'z'); }

bool IsUnitLetter(char32_t c) { return IsHanLetter(c) || IsLatinLetter(c); }

bool IsHanNumeral(char32_t c) { return ContainsChar(U"零〇一二两三四五六七八九十百千万亿", c); }

bool ContainsChar(std::u32string_view text, char32_t c) {
  return text.find(c) != std::u32string_view::npos;
}

bool ContainsWord(std::u32string_view text, std::u32string_view word) {
  return text.find(word) != std::u32string_view::npos;
}

bool HasDecimalDigit(std::u32string_view text) {
  return std::any_of(text.begin(), text.end(), IsDecimalDigit);
}

bool EatFront(std::u32string_view* rest, std::u32string_view word) {
  if (!rest->starts_with(word)) return false;
  rest->remove_prefix(word.size());
  return true;
}

bool EatBack(std::u32string_view* rest, std::u32string_view word) {
  if (!rest->ends_with(word)) return false;
  rest->remove_suffix(word.size());
  return true;
}

}  // namespace budgetwatch
