#include "forms/form_text.h"

#include <utf8proc.h>

#include <algorithm>

namespace budgetwatch::forms {
namespace {

constexpr size_t kSheetNameUnitsMax = 31;
constexpr char32_t kReplacement = 0xFFFD;

// Takes the first character off `text`. REQUIRES: text is not empty.
char32_t TakeCharacter(std::string_view* text) {
  utf8proc_int32_t code_point = 0;
  const utf8proc_ssize_t size_bytes =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text->data()),
                       static_cast<utf8proc_ssize_t>(text->size()), &code_point);
  text->remove_prefix(size_bytes > 0 ? static_cast<size_t>(size_bytes) : 1);
  return size_bytes > 0 ? static_cast<char32_t>(code_point) : kReplacement;
}

void Append(char32_t character, std::string* text) {
  utf8proc_uint8_t bytes[4];
  const utf8proc_ssize_t size_bytes =
      utf8proc_encode_char(static_cast<utf8proc_int32_t>(character), bytes);
  text->append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size_bytes));
}

bool IsForbiddenInXml(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xFFFE || c == 0xFFFF;
}

bool IsWide(char32_t c) { return utf8proc_charwidth(static_cast<utf8proc_int32_t>(c)) == 2; }

// Punctuation that does not start a line; the character before goes with it.
bool ClosesWord(char32_t c) {
  constexpr std::u32string_view kClosing = U"，。、；：！？）》」』】〕”’%％,.;:!?)";
  return kClosing.find(c) != std::u32string_view::npos;
}

double WidthEm(char32_t c) {
  // Chinese fonts draw signs such as ≥ and √ as wide as a character.
  if (IsWide(c) || (c >= 0x2010 && c < 0x2E80)) return 1.0;
  return utf8proc_charwidth(static_cast<utf8proc_int32_t>(c)) == 0 ? 0.0 : 0.58;
}

// Lays characters out one after another and counts the lines.
class LineBreaker {
 public:
  explicit LineBreaker(double width_em) : width_em_(width_em) {}

  void Add(char32_t c) {
    if (c == U'\n') {
      ++line_count_;
      line_em_ = word_em_ = 0;
      return;
    }
    const double em = WidthEm(c);
    // A word, or a character with the mark behind it, moves to the next line as a whole.
    const bool continues = ClosesWord(c) || (!IsWide(c) && c != U' ' && in_word_);
    if (!continues) word_em_ = 0;
    if (line_em_ + em > width_em_ && c != U' ') {
      ++line_count_;
      line_em_ = word_em_ + em <= width_em_ ? word_em_ : 0;
      word_em_ = line_em_;
    }
    line_em_ += em;
    word_em_ = c == U' ' ? 0 : word_em_ + em;
    in_word_ = !IsWide(c) && c != U' ';
  }

  int line_count() const { return line_count_; }

 private:
  const double width_em_;
  int line_count_ = 1;
  double line_em_ = 0;
  double word_em_ = 0;  // of the end of the line that does not break
  bool in_word_ = false;
};

std::string TrimApostrophes(std::string_view text) {
  while (text.starts_with('\'') || text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with('\'') || text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

std::string AllowedSheetName(std::string_view wanted) {
  std::string name = CleanText(wanted);
  for (char& c : name) {
    if (std::string_view("[]:*?/\\\n").find(c) != std::string_view::npos) c = ' ';
  }
  name = TrimApostrophes(FirstUnits(TrimApostrophes(name), kSheetNameUnitsMax));
  // Excel keeps this name for itself.
  return Lower(name) == "history" ? name + "_" : name;
}

}  // namespace

std::string CleanText(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    if (text.starts_with("\r\n")) text.remove_prefix(1);
    const char32_t c = TakeCharacter(&text);
    if (c == U'\r' || c == U'\n' || c == 0x2028 || c == 0x2029) {
      clean += '\n';
    } else if (IsForbiddenInXml(c)) {
      clean += ' ';
    } else {
      Append(c, &clean);
    }
  }
  const size_t first = clean.find_first_not_of(" \n");
  if (first == std::string::npos) return "";
  return clean.substr(first, clean.find_last_not_of(" \n") + 1 - first);
}

int LineCount(std::string_view text, double width_em) {
  LineBreaker breaker(width_em);
  while (!text.empty()) breaker.Add(TakeCharacter(&text));
  return breaker.line_count();
}

std::string FirstUnits(std::string_view text, size_t count) {
  std::string first;
  size_t units = 0;
  while (!text.empty()) {
    const char32_t c = TakeCharacter(&text);
    units += c > 0xFFFF ? 2 : 1;
    if (units > count) break;
    Append(c, &first);
  }
  return first;
}

std::string Lower(std::string_view text) {
  std::string lower;
  while (!text.empty()) {
    const char32_t c = TakeCharacter(&text);
    Append(static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))), &lower);
  }
  return lower;
}

std::string ChineseDate(const std::string& date) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool iso = date.size() == 10 && date[4] == '-' && date[7] == '-' &&
                   std::count_if(date.begin(), date.end(), is_digit) == 8;
  if (!iso) return date;
  const auto plain = [](const std::string& part) { return part[0] == '0' ? part.substr(1) : part; };
  return date.substr(0, 4) + "年" + plain(date.substr(5, 2)) + "月" + plain(date.substr(8, 2)) +
         "日";
}

std::string SheetNames::Next(std::string_view wanted, std::string_view fallback) {
  std::string base = AllowedSheetName(wanted);
  if (base.empty()) base = AllowedSheetName(fallback);
  if (base.empty()) base = "表";
  std::string name = base;
  for (int number = 2;; ++number) {
    const std::string lower = Lower(name);
    const auto place = std::lower_bound(taken_.begin(), taken_.end(), lower);
    if (place == taken_.end() || *place != lower) {
      taken_.insert(place, lower);
      return name;
    }
    const std::string suffix = "(" + std::to_string(number) + ")";
    name = FirstUnits(base, kSheetNameUnitsMax - suffix.size()) + suffix;
  }
}

}  // namespace budgetwatch::forms
