#include "domain/target_date.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

#include "domain/date.h"
#include "domain/target_text.h"

namespace budgetwatch {
namespace {

constexpr size_t kMaxTailLetters = 8;
// Any leap year: without a year, every day that some year has is possible.
constexpr int kAnyLeapYear = 2000;

struct DateParts {
  std::optional<int> year;
  int month = 0;
  std::optional<int> day;    // absent: the last day of the month
  bool end_written = false;  // 底 or 末, a quarter's end or a day: nothing vague may follow
};

// Reads `min_digits` to `max_digits` digits that no further digit follows.
std::optional<int> TakeNumber(std::u32string_view* rest, size_t min_digits, size_t max_digits) {
  int value = 0;
  size_t length = 0;
  while (length < rest->size() && length <= max_digits && IsDecimalDigit((*rest)[length])) {
    value = value * 10 + static_cast<int>((*rest)[length] - U'0');
    ++length;
  }
  if (length < min_digits || length > max_digits) return std::nullopt;
  rest->remove_prefix(length);
  return value;
}

std::optional<int> TakeYear(std::u32string_view* rest) {
  std::u32string_view text = *rest;
  const auto year = TakeNumber(&text, 4, 4);
  if (!year || !EatFront(&text, U"年")) return std::nullopt;
  *rest = text;
  return year;
}

// 2020-10-31, 2020/10/31 or 2020.10.31, with one separator throughout.
bool TakeNumericDate(std::u32string_view* rest, DateParts* parts) {
  std::u32string_view text = *rest;
  const auto year = TakeNumber(&text, 4, 4);
  if (!year || text.empty() || !ContainsChar(U"-/.", text.front())) return false;
  const std::u32string_view separator = text.substr(0, 1);
  text.remove_prefix(1);
  const auto month = TakeNumber(&text, 1, 2);
  if (!month || !EatFront(&text, separator)) return false;
  const auto day = TakeNumber(&text, 1, 2);
  if (!day) return false;
  *parts = {year, *month, *day, true};
  *rest = text;
  return true;
}

// 10月, 10月份, 10月底, 10月末 or 10月31日.
bool TakeMonth(std::u32string_view* rest, DateParts* parts) {
  std::u32string_view text = *rest;
  const auto month = TakeNumber(&text, 1, 2);
  if (!month || !EatFront(&text, U"月")) return false;
  parts->month = *month;
  std::u32string_view behind = text;
  const auto day = TakeNumber(&behind, 1, 2);
  if (day && EatFront(&behind, U"日")) {
    parts->day = *day;
    parts->end_written = true;
    text = behind;
  } else {
    EatFront(&text, U"份");
    parts->end_written = EatFront(&text, U"底") || EatFront(&text, U"末");
  }
  *rest = text;
  return true;
}

bool TakeYearEnd(std::u32string_view* rest, DateParts* parts) {
  if (!EatFront(rest, U"年底") && !EatFront(rest, U"年末")) return false;
  parts->month = 12;
  parts->end_written = true;
  return true;
}

bool TakeQuarterEnd(std::u32string_view* rest, DateParts* parts) {
  std::u32string_view text = *rest;
  const auto quarter = TakeNumber(&text, 1, 1);
  if (!quarter || !EatFront(&text, U"季度末")) return false;
  // A quarter that does not exist gives a month that does not exist.
  parts->month = *quarter * 3;
  parts->end_written = true;
  *rest = text;
  return true;
}

bool TakeDate(std::u32string_view* rest, DateParts* parts) {
  if (TakeNumericDate(rest, parts)) return true;
  parts->year = TakeYear(rest);
  if (TakeMonth(rest, parts) || TakeQuarterEnd(rest, parts) || TakeYearEnd(rest, parts)) {
    return true;
  }
  if (!parts->year) return false;
  parts->month = 12;
  parts->end_written = EatFront(rest, U"底") || EatFront(rest, U"末");
  return true;
}

// The day as text, or nothing with the reason in `why`.
std::optional<std::string> DayText(const DateParts& parts, std::string* why) {
  const int year = parts.year.value_or(kAnyLeapYear);
  if (year < kFirstYear || year > kLastYear || parts.month < 1 || parts.month > 12) {
    *why = "impossible_date";
    return std::nullopt;
  }
  // Which day ends February depends on the year, and nobody wrote it.
  if (!parts.day && !parts.year && parts.month == 2) {
    *why = "month_end_needs_year";
    return std::nullopt;
  }
  const auto date = parts.day ? Date::FromCivil(year, parts.month, *parts.day)
                              : Date::LastOfMonth(year, parts.month);
  if (!date) {
    *why = "impossible_date";
    return std::nullopt;
  }
  std::string text = date->ToString();
  if (!parts.year) text.replace(0, 4, 1, '-');
  return text;
}

// Whether words state an amount: a digit, a Han numeral, a half. 统一 and its like only
// hold the character for one.
bool NamesAmount(std::u32string_view words) {
  std::u32string text(words);
  for (const std::u32string_view word : {U"统一", U"一律", U"一并", U"一致", U"一次性"}) {
    for (size_t at = text.find(word); at != text.npos; at = text.find(word)) {
      text.replace(at, word.size(), U"的");
    }
  }
  return std::any_of(text.begin(), text.end(), [](char32_t c) {
    return IsDecimalDigit(c) || IsHanNumeral(c) || ContainsChar(U"半,;、%‰", c);
  });
}

// Why the words behind a date are more than a remark; empty when they may be dropped.
// `vague_possible` says that the date may go on: 10月|中旬, 2020年|上半年.
std::string WhyTailCounts(std::u32string_view tail, bool vague_possible) {
  for (const std::u32string_view about : {U"左右", U"上下", U"前后"}) {
    if (ContainsWord(tail, about)) return "approximate";
  }
  if (!tail.empty() && ContainsChar(U"多余几左右约近", tail.front())) return "approximate";
  if (ContainsChar(tail, U'旬')) return "vague_date";
  if (vague_possible) {
    for (const std::u32string_view vague :
         {U"初", U"中", U"上半", U"下半", U"半", U"春", U"夏", U"秋", U"冬", U"暑", U"寒"}) {
      if (tail.starts_with(vague)) return "vague_date";
    }
  }
  if (NamesAmount(tail)) return "multi_part";
  // 2020年内 is the year once more; at the end of other words, a bound that has no number.
  const bool whole = tail == U"内" || tail == U"以内" || tail == U"之内";
  if (tail.ends_with(U"以上") || tail.ends_with(U"以下") || (!whole && tail.ends_with(U"内"))) {
    return "comparator_without_number";
  }
  // A start instead of an end, a second time, or a state instead of a deed.
  for (const std::u32string_view other :
       {U"起", U"至", U"始", U"开始", U"间", U"之间", U"期间", U"以来"}) {
    if (tail.starts_with(other)) return "number_in_phrase";
  }
  if (std::any_of(tail.begin(), tail.end(), [](char32_t c) {
        return !IsUnitLetter(c) || ContainsChar(U"前后年月日季每不未无", c);
      })) {
    return "number_in_phrase";
  }
  return tail.size() > kMaxTailLetters ? "number_in_phrase" : "";
}

DateReading Refuse(std::string why, Target* target) {
  *target = Target();
  target->notes.push_back(std::move(why));
  return DateReading::kRefused;
}

// 前, 之前 or 以前, but not the front of another word.
bool EatBefore(std::u32string_view* rest) {
  for (const std::u32string_view other : {U"前后", U"前期", U"前半", U"前段", U"前几"}) {
    if (rest->starts_with(other)) return false;
  }
  return EatFront(rest, U"之前") || EatFront(rest, U"以前") || EatFront(rest, U"前");
}

bool TakeRangeMark(std::u32string_view* rest) {
  if (rest->empty() || !ContainsChar(U"-–—~至到", rest->front())) return false;
  rest->remove_prefix(1);
  return true;
}

// 2021年6月至11月, 6-11月: two months and nothing finer.
bool TakePeriod(std::u32string_view* rest, DateParts* first, DateParts* last) {
  std::u32string_view text = *rest;
  first->year = TakeYear(&text);
  const auto month = TakeNumber(&text, 1, 2);
  if (!month) return false;
  if (EatFront(&text, U"月")) EatFront(&text, U"份");
  if (!TakeRangeMark(&text)) return false;
  last->year = TakeYear(&text);
  if (!TakeMonth(&text, last) || last->day) return false;
  // A year that only the second month has says nothing sure about the first.
  if (last->year && !first->year) return false;
  if (!last->year) last->year = first->year;
  first->month = *month;
  first->day = 1;
  *rest = text;
  return true;
}

DateReading ReadPeriod(const DateParts& first, const DateParts& last, std::u32string_view tail,
                       bool recurring, Target* target) {
  std::string why = WhyTailCounts(tail, !last.end_written);
  if (!why.empty()) return Refuse(why, target);
  const auto first_day = DayText(first, &why);
  const auto last_day = first_day ? DayText(last, &why) : std::nullopt;
  if (!last_day) return Refuse(why, target);
  // Both texts have the same form, so that their order is that of the days.
  if (*last_day < *first_day) return Refuse("contradictory", target);
  target->kind = TargetKind::kDate;
  target->comparator = Comparator::kRange;
  target->comparator_written = true;
  target->value = *first_day;
  target->upper_value = *last_day;
  target->notes.emplace_back("period");
  if (recurring) target->notes.emplace_back("recurring");
  return DateReading::kRead;
}

}  // namespace

DateReading ReadTargetDate(std::u32string_view text, Target* target) {
  std::u32string_view rest = text;
  const bool recurring = EatFront(&rest, U"每年");
  DateParts first;
  DateParts last;
  const bool period = TakePeriod(&rest, &first, &last);
  DateParts parts;
  if (!period && !TakeDate(&rest, &parts)) return DateReading::kNoDate;
  if (recurring && (first.year || parts.year)) return Refuse("contradictory", target);
  if (period) return ReadPeriod(first, last, rest, recurring, target);

  // 2020年年底 says the end of the year twice.
  if (parts.year && parts.month == 12 && !parts.end_written && !parts.day) {
    if (!EatFront(&rest, U"年底")) EatFront(&rest, U"年末");
  }
  // 3月内 is March to one writer and three months to another; 2020年内 is clear.
  if (!parts.year &&
      (rest.starts_with(U"内") || rest.starts_with(U"以内") || rest.starts_with(U"之内"))) {
    return Refuse("vague_date", target);
  }
  const bool written = EatBefore(&rest);
  std::string why = WhyTailCounts(rest, !written && !parts.end_written);
  if (!why.empty()) return Refuse(why, target);
  const auto day = DayText(parts, &why);
  if (!day) return Refuse(why, target);
  target->kind = TargetKind::kDate;
  target->comparator = Comparator::kLe;
  target->comparator_written = written;
  target->value = *day;
  if (!written) target->notes.emplace_back("assumed_deadline");
  if (recurring) target->notes.emplace_back("recurring");
  return DateReading::kRead;
}

}  // namespace budgetwatch
