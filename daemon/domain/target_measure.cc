#include "domain/target_measure.h"

#include <algorithm>

#include "domain/date.h"
#include "domain/target_text.h"

namespace budgetwatch {
namespace {

struct ComparatorWord {
  std::u32string_view word;
  Comparator comparator;
};

constexpr ComparatorWord kLeading[] = {
    {U"≥", Comparator::kGe},        {U"≧", Comparator::kGe},
    {U"⩾", Comparator::kGe},        {U"≮", Comparator::kGe},
    {U">=", Comparator::kGe},       {U"=>", Comparator::kGe},
    {U"大于等于", Comparator::kGe}, {U"大于或等于", Comparator::kGe},
    {U"不低于", Comparator::kGe},   {U"不少于", Comparator::kGe},
    {U"不小于", Comparator::kGe},   {U"不得低于", Comparator::kGe},
    {U"不得少于", Comparator::kGe}, {U"至少", Comparator::kGe},
    {U"最少", Comparator::kGe},     {U"最低", Comparator::kGe},
    {U"达到", Comparator::kGe},     {U"达", Comparator::kGe},
    {U"≤", Comparator::kLe},        {U"≦", Comparator::kLe},
    {U"⩽", Comparator::kLe},        {U"≯", Comparator::kLe},
    {U"<=", Comparator::kLe},       {U"=<", Comparator::kLe},
    {U"小于等于", Comparator::kLe}, {U"小于或等于", Comparator::kLe},
    {U"不超过", Comparator::kLe},   {U"不高于", Comparator::kLe},
    {U"不多于", Comparator::kLe},   {U"不大于", Comparator::kLe},
    {U"不得超过", Comparator::kLe}, {U"不得高于", Comparator::kLe},
    {U"至多", Comparator::kLe},     {U"最多", Comparator::kLe},
    {U"最高", Comparator::kLe},     {U"控制在", Comparator::kLe},
    {U">", Comparator::kGt},        {U"大于", Comparator::kGt},
    {U"高于", Comparator::kGt},     {U"多于", Comparator::kGt},
    {U"超过", Comparator::kGt},     {U"超", Comparator::kGt},
    {U"<", Comparator::kLt},        {U"小于", Comparator::kLt},
    {U"低于", Comparator::kLt},     {U"少于", Comparator::kLt},
    {U"不足", Comparator::kLt},     {U"不满", Comparator::kLt},
    {U"不到", Comparator::kLt},     {U"=", Comparator::kEq},
    {U"═", Comparator::kEq},        {U"等于", Comparator::kEq}};

// A word that contains another stands before it.
constexpr ComparatorWord kTrailing[] = {{U"及以上", Comparator::kGe}, {U"以上", Comparator::kGe},
                                        {U"及以下", Comparator::kLe}, {U"以下", Comparator::kLe},
                                        {U"以内", Comparator::kLe},   {U"之内", Comparator::kLe},
                                        {U"内", Comparator::kLe}};

constexpr std::u32string_view kTailVerbs[] = {U"完成", U"到位", U"覆盖", U"达标",
                                              U"合格", U"落实", U"发放"};

// First characters of the words that Han numerals count. Without such a list 一般,
// 一流 and 二甲 would be one, one and two of something. 五月 is a month, never five of them.
constexpr std::u32string_view kCountedByHan =
    U"个次人场项件套户家元万亿美欧港天日小分秒周季年份篇部本册台辆座处条所间米公里厘毫亩平立方"
    U"吨千克升批期轮组支位例宗幅块张只头棵株栋幢班课学节种款门遍倍起企社村乡镇县%‰/每";

// The state of reading one measure.
struct Draft {
  TargetMeasure measure;
  bool han_number = false;
  std::string why;  // the first reason against a sure reading
};

bool Fail(const char* why, Draft* draft) {
  draft->why = why;
  return false;
}

// Two comparators count as one when they mean the same.
bool AddComparator(Comparator comparator, Draft* draft) {
  if (draft->measure.comparator && *draft->measure.comparator != comparator) {
    return Fail("contradictory", draft);
  }
  draft->measure.comparator = comparator;
  return true;
}

// 百分之九十五: reads the numeral; the unit is written before it.
bool ReadHanPercentage(std::u32string_view* rest, Draft* draft) {
  if (ReadHanNumber(rest, &draft->measure.number) != NumberReading::kRead) {
    if (!EatFront(rest, U"百")) return Fail("han_numeral", draft);
    draft->measure.number = TargetNumber(false, "100", "");
  }
  if (!rest->empty() &&
      (IsHanNumeral(rest->front()) || rest->front() == U'%' || rest->front() == U'‰')) {
    return Fail("han_numeral", draft);
  }
  return true;
}

bool ReadNumber(std::u32string_view* rest, Draft* draft) {
  switch (ReadDecimal(rest, &draft->measure.number)) {
    case NumberReading::kRead: return true;
    case NumberReading::kBad: return Fail("bad_number", draft);
    case NumberReading::kNone: break;
  }
  switch (ReadHanNumber(rest, &draft->measure.number)) {
    case NumberReading::kRead: draft->han_number = true; return true;
    case NumberReading::kBad: return Fail("han_numeral", draft);
    case NumberReading::kNone: break;
  }
  return Fail(HasDecimalDigit(*rest)      ? "number_in_phrase"
              : draft->measure.comparator ? "comparator_without_number"
                                          : "",
              draft);
}

// Removes a closing (0.95) that repeats 95%.
bool DropSecondNotation(std::u32string_view* rest, Draft* draft) {
  const size_t open = rest->rfind(U'(');
  std::u32string_view inside = rest->substr(open + 1);
  inside.remove_suffix(1);
  TargetNumber share;
  if (rest->substr(0, open) != U"%" || inside.starts_with(U"-") ||
      ReadDecimal(&inside, &share) != NumberReading::kRead || !inside.empty()) {
    return Fail("number_in_phrase", draft);
  }
  if (share.Compare(draft->measure.number.Shifted(-2)) != 0) return Fail("contradictory", draft);
  *rest = rest->substr(0, open);
  draft->measure.notes.emplace_back("duplicate_notation");
  return true;
}

// 以上, 以内 and their like at the end of `rest`; at most one of them may stand there.
bool EatTrailingComparator(std::u32string_view* rest, bool* found, Draft* draft) {
  for (const ComparatorWord& trailing : kTrailing) {
    if (!rest->ends_with(trailing.word)) continue;
    if (*found) return Fail("number_in_phrase", draft);
    rest->remove_suffix(trailing.word.size());
    // 国内 and 室内 are words of their own.
    if (trailing.word == U"内" && !rest->empty() &&
        ContainsChar(U"国室境市省县区乡镇村校院场域体", rest->back()) && rest->size() > 1) {
      return Fail("number_in_phrase", draft);
    }
    *found = true;
    return AddComparator(trailing.comparator, draft);
  }
  return true;
}

// Removes from the end of `rest` what may follow the unit.
bool ReadEnding(std::u32string_view* rest, Draft* draft) {
  bool comparator_found = false;
  size_t size_before = 0;
  do {
    size_before = rest->size();
    if (EatBack(rest, U"(含)")) {
      draft->measure.notes.emplace_back("inclusive_written");
    } else if (rest->ends_with(U")") && ContainsChar(*rest, U'(')) {
      if (!DropSecondNotation(rest, draft)) return false;
    } else if (!EatTrailingComparator(rest, &comparator_found, draft)) {
      return false;
    }
  } while (rest->size() != size_before);
  if (!rest->starts_with(U"%")) return true;
  for (const std::u32string_view verb : kTailVerbs) {
    if (rest->size() == verb.size() + 1 && EatBack(rest, verb)) break;
  }
  return true;
}

bool ReadUnit(std::u32string_view rest, Draft* draft) {
  TargetMeasure& measure = draft->measure;
  if (rest.starts_with(U"/") && rest.size() > 1 && IsDecimalDigit(rest[1])) {
    return Fail("fraction", draft);
  }
  measure.multiplier_places = EatMultiplier(&rest);
  if (measure.multiplier_places > 0) {
    // 3万% and 13万万元 are slips of the pen, or have lost something.
    if (!rest.empty() && ContainsChar(U"%‰万亿", rest.front())) {
      return Fail("number_in_phrase", draft);
    }
    measure.number = measure.number.Shifted(measure.multiplier_places);
    measure.notes.emplace_back("multiplier");
  }
  if (draft->han_number && !rest.empty() && !ContainsChar(kCountedByHan, rest.front())) {
    return Fail("han_numeral", draft);
  }
  const auto unit = ReadTargetUnit(rest, &draft->why);
  if (unit) measure.unit = *unit;
  return unit.has_value();
}

// A number that may be a year, a month or a day of the calendar instead of an amount.
bool LooksLikeCalendar(const TargetMeasure& measure) {
  const TargetNumber& number = measure.number;
  const std::u32string& base = measure.unit.base;
  const bool bare = base.empty() && measure.unit.denominators.empty();
  // 2020.6月 starts with a year as 2020年 does.
  const bool year =
      TargetNumber(number.negative(), number.integer(), "").IsWholeBetween(kFirstYear, kLastYear);
  if (year && (base == U"年" || base == U"月")) return true;
  if (base == U"季度") return number.IsWholeBetween(1, 4);
  if (base == U"月") {
    // At most 12月 may be by December; at least 6月 can only be a length.
    const bool lower_bound =
        measure.comparator == Comparator::kGe || measure.comparator == Comparator::kGt;
    return !lower_bound && number.IsWholeBetween(1, 12);
  }
  if (!bare || measure.multiplier_places > 0) return false;
  const std::string& integer = number.integer();
  const std::string& fraction = number.fraction();
  if (integer.size() == 4 && integer.starts_with("20") && !fraction.empty()) {
    // 2020.12 is rather a month than two thousand and a bit.
    return fraction.size() <= 2 && TargetNumber(false, fraction, "").IsWholeBetween(1, 12);
  }
  return integer.size() == 8 && integer.starts_with("20") && fraction.empty() &&
         Date::Parse(integer.substr(0, 4) + "-" + integer.substr(4, 2) + "-" + integer.substr(6))
             .has_value();
}

// 4A and 5G are names; with more digits the letter is an ordinary unit.
bool LooksLikeName(const TargetMeasure& measure) {
  const std::u32string& base = measure.unit.base;
  return base.size() == 1 && ContainsChar(U"ADGS", base.front()) &&
         measure.number.IsWholeBetween(0, 9);
}

// A dash before a count is more likely a lost mark than a sign; shares, sums of money and
// temperatures do fall below zero.
bool MayBeNegative(const TargetUnit& unit) {
  const std::u32string& base = unit.base;
  return base.empty() || base == U"%" || base == U"‰" || base.ends_with(U"元") ||
         base.ends_with(U"百分点") || base == U"度" || base == U"摄氏度";
}

bool ReadInto(std::u32string_view rest, Draft* draft) {
  while (const auto comparator = EatComparator(&rest)) {
    if (!AddComparator(*comparator, draft)) return false;
  }
  const bool percentage = EatFront(&rest, U"百分之");
  if (percentage ? !ReadHanPercentage(&rest, draft) : !ReadNumber(&rest, draft)) return false;
  const std::u32string behind = (percentage ? U"%" : U"") + std::u32string(rest);
  rest = behind;
  if (!ReadEnding(&rest, draft) || !ReadUnit(rest, draft)) return false;
  // A spelt 零 is read in the few texts that forbid something altogether, and nowhere else.
  if (draft->han_number && (!draft->measure.comparator || draft->measure.number.IsZero())) {
    return Fail("han_numeral", draft);
  }
  if (LooksLikeCalendar(draft->measure)) return Fail("date_or_quantity", draft);
  if (draft->measure.number.negative() && !MayBeNegative(draft->measure.unit)) {
    return Fail("number_in_phrase", draft);
  }
  if (LooksLikeName(draft->measure)) return Fail("number_in_phrase", draft);
  return true;
}

}  // namespace

std::optional<Comparator> EatComparator(std::u32string_view* rest) {
  const ComparatorWord* longest = nullptr;
  for (const ComparatorWord& leading : kLeading) {
    if (!rest->starts_with(leading.word)) continue;
    if (longest == nullptr || leading.word.size() > longest->word.size()) longest = &leading;
  }
  if (longest == nullptr) return std::nullopt;
  rest->remove_prefix(longest->word.size());
  return longest->comparator;
}

std::optional<TargetMeasure> ReadTargetMeasure(std::u32string_view text, std::string* why) {
  Draft draft;
  if (ReadInto(text, &draft)) return std::move(draft.measure);
  *why = draft.why;
  return std::nullopt;
}

}  // namespace budgetwatch
