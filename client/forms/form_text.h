#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace budgetwatch::forms {

// `text` as a form may hold it in every format: line ends as line feeds, blanks for
// other control characters and for what XML forbids, the replacement character for
// bytes that are no UTF-8; without white space at either end.
std::string CleanText(std::string_view text);

// Lines that `text` takes when wrapped into `width_em` times the size of its font.
// An estimate that is rather too high, since fonts differ. REQUIRES: width_em > 0.
int LineCount(std::string_view text, double width_em);

// The characters of clean `text` up to the first `count` UTF-16 units, which is how
// spreadsheets measure.
std::string FirstUnits(std::string_view text, size_t count);

// `text` with characters in lower case where they have one.
std::string Lower(std::string_view text);

// "2020-06-30" as "2020年6月30日"; any other text as it is.
std::string ChineseDate(const std::string& date);

// Gives sheets names that Excel takes: at most 31 UTF-16 units, without []:*?/\ and
// without an apostrophe at either end, none empty or reserved, and no two that only
// differ in case.
class SheetNames {
 public:
  // A name like `wanted`, or like `fallback` where nothing is left of that.
  std::string Next(std::string_view wanted, std::string_view fallback);

 private:
  std::vector<std::string> taken_;  // in lower case, sorted
};

}  // namespace budgetwatch::forms
