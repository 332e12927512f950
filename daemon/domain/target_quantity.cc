#include "domain/target_quantity.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "domain/date.h"
#include "domain/target_measure.h"
#include "domain/target_number.h"
#include "domain/target_text.h"
#include "domain/target_unit.h"

namespace budgetwatch {
namespace {

constexpr size_t kMaxPeriods = 2;

// What may be counted per 每. A word that contains another stands before it.
constexpr std::u32string_view kPeriods[] = {
    U"半年", U"季度", U"季",   U"年度", U"年", U"月", U"周", U"天",   U"日",   U"小时",
    U"学期", U"学年", U"人次", U"人",   U"户", U"家", U"村", U"社区", U"乡镇", U"乡",
    U"镇",   U"县",   U"校",   U"班",   U"场", U"次", U"期", U"亩",   U"公里", U"平方米",
    U"吨",   U"台",   U"辆",   U"套",   U"个", U"件", U"例"};

// Of these, the lengths of time.
constexpr std::u32string_view kTimes[] = {U"半年", U"季度", U"季", U"年度", U"年",   U"个月", U"月",
                                          U"周",   U"天",   U"日", U"小时", U"学期", U"学年"};

constexpr std::u32string_view kRises[] = {U"增长", U"增加", U"提高", U"提升", U"上升"};
constexpr std::u32string_view kFalls[] = {U"下降", U"降低", U"减少", U"压减"};
constexpr std::u32string_view kBases[] = {U"同比", U"环比", U"比上年", U"较上年"};

// The words before the comparator.
struct Opening {
  std::vector<std::u32string_view> periods;
  const char* change_note = nullptr;
  bool completion = false;

  bool Empty() const { return periods.empty() && change_note == nullptr && !completion; }
};

struct Reading {
  TargetMeasure measure;  // the only number, or the lower end
  std::optional<TargetNumber> upper;
};

template <typename Words>
bool EatAny(std::u32string_view* rest, const Words& words) {
  for (const std::u32string_view word : words) {
    if (EatFront(rest, word)) return true;
  }
  return false;
}

bool EatPeriod(std::u32string_view* rest, Opening* opening) {
  if (!rest->starts_with(U"每")) return false;
  for (const std::u32string_view period : kPeriods) {
    if (!rest->substr(1).starts_with(period)) continue;
    opening->periods.push_back(period);
    rest->remove_prefix(1 + period.size());
    return true;
  }
  return false;
}

Opening EatOpening(std::u32string_view* rest) {
  Opening opening;
  if (EatFront(rest, U"半年")) {
    opening.periods.emplace_back(U"半年");
  } else {
    while (opening.periods.size() < kMaxPeriods && EatPeriod(rest, &opening)) {
    }
  }
  std::u32string_view text = *rest;
  EatAny(&text, kBases);
  if (EatAny(&text, kRises)) {
    opening.change_note = "change_up";
  } else if (EatAny(&text, kFalls)) {
    opening.change_note = "change_down";
  }
  if (opening.change_note != nullptr) *rest = text;
  opening.completion = EatFront(rest, U"完成") || EatFront(rest, U"实现");
  return opening;
}

bool IsTime(std::u32string_view word) {
  return std::find(std::begin(kTimes), std::end(kTimes), word) != std::end(kTimes);
}

// Whether the number is one per 月 and one per 年 at once, as in 每月3次/年.
bool CountsPerTwoTimes(const Opening& opening, const TargetUnit& unit) {
  for (const std::u32string_view below : Denominators(unit)) {
    for (const std::u32string_view period : opening.periods) {
      if (IsTime(below) && IsTime(period) && below != period) return true;
    }
  }
  return false;
}

bool IsRangeMark(char32_t c) { return ContainsChar(U"-–—~至到", c); }

bool StartsNumber(std::u32string_view text) {
  EatFront(&text, U"-");
  return (!text.empty() && IsDecimalDigit(text.front())) || text.starts_with(U"百分之");
}

bool IsYear(const TargetNumber& number) { return number.IsWholeBetween(kFirstYear, kLastYear); }

// Joins two ends whose units agree.
std::optional<Reading> JoinEnds(const TargetMeasure& lower, const TargetMeasure& upper,
                                std::string* why) {
  Reading reading{lower, upper.number};
  const bool lower_bare = lower.unit == TargetUnit();
  // In 1-3万人 the 万 behind the second number is meant for both.
  if (lower_bare && lower.multiplier_places == 0) {
    reading.measure.number = lower.number.Shifted(upper.multiplier_places);
  }
  // In 1万-3万元 one 万 would multiply and the other belong to the unit.
  const bool mixed = lower.multiplier_places != 0 && upper.multiplier_places == 0;
  if (mixed || (!lower_bare && lower.unit != upper.unit)) {
    *why = "multi_part";
    return std::nullopt;
  }
  reading.measure.unit = upper.unit;
  // 4-18月 may want months of the calendar, or lengths; 2020-2022 are rather years.
  const std::u32string& base = upper.unit.base;
  if (base == U"月" || base == U"季度" || (base == U"年" && IsYear(lower.number)) ||
      (upper.unit == TargetUnit() && IsYear(lower.number) && IsYear(upper.number))) {
    *why = "date_or_quantity";
    return std::nullopt;
  }
  if (reading.measure.number.Compare(upper.number) > 0) {
    *why = "contradictory";
    return std::nullopt;
  }
  reading.measure.comparator = Comparator::kRange;
  for (const std::string& note : upper.notes) reading.measure.notes.push_back(note);
  return reading;
}

// a-b. `mark` is the place of the joining character.
std::optional<Reading> ReadSpan(std::u32string_view text, size_t mark, std::string* why) {
  const auto lower = ReadTargetMeasure(text.substr(0, mark), why);
  if (!lower) return std::nullopt;
  const auto upper = ReadTargetMeasure(text.substr(mark + 1), why);
  if (!upper) return std::nullopt;
  // A range says both ends already: 不超过5-10次 and 3-5天内 want something else.
  if (lower->comparator || upper->comparator) {
    *why = "contradictory";
    return std::nullopt;
  }
  return JoinEnds(*lower, *upper, why);
}

// ≥a且≤b. `mark` is the place of the joining character.
std::optional<Reading> ReadBounds(std::u32string_view text, size_t mark, std::string* why) {
  const auto lower = ReadTargetMeasure(text.substr(0, mark), why);
  if (!lower) return std::nullopt;
  const auto upper = ReadTargetMeasure(text.substr(mark + 1), why);
  if (!upper) return std::nullopt;
  if (lower->comparator != Comparator::kGe || upper->comparator != Comparator::kLe ||
      (lower->multiplier_places == 0 && upper->multiplier_places != 0)) {
    *why = "multi_part";
    return std::nullopt;
  }
  return JoinEnds(*lower, *upper, why);
}

// ±a: as far below zero as above.
std::optional<Reading> ReadTolerance(std::u32string_view text, std::string* why) {
  if (!StartsNumber(text) || text.front() == U'-') {
    *why = "number_in_phrase";
    return std::nullopt;
  }
  auto measure = ReadTargetMeasure(text, why);
  if (!measure) return std::nullopt;
  if (measure->comparator) {
    *why = "contradictory";
    return std::nullopt;
  }
  Reading reading{*measure, measure->number};
  reading.measure.number = measure->number.Negated();
  reading.measure.comparator = Comparator::kRange;
  return reading;
}

// The place of the character that joins two numbers as a-b; npos when none does.
size_t FindSpanMark(std::u32string_view text) {
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if (!IsRangeMark(text[i])) continue;
    const char32_t before = text[i - 1];
    // Behind a comparator the dash is a sign.
    const bool behind_number = IsDecimalDigit(before) || IsUnitLetter(before) || before == U'%' ||
                               before == U'‰' || before == U')';
    if (behind_number && StartsNumber(text.substr(i + 1)) && StartsNumber(text)) return i;
  }
  return std::u32string_view::npos;
}

// The place of the character that joins two bounded numbers; npos when none does.
size_t FindBoundsMark(std::u32string_view text) {
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == U'且') return i;
    std::u32string_view behind = text.substr(i + 1);
    if (!ContainsChar(U",、", text[i])) continue;
    if (EatComparator(&behind)) return i;
  }
  return std::u32string_view::npos;
}

std::optional<Reading> ReadBody(std::u32string_view text, std::string* why) {
  if (EatFront(&text, U"±")) return ReadTolerance(text, why);
  const size_t bounds = FindBoundsMark(text);
  if (bounds != std::u32string_view::npos) return ReadBounds(text, bounds, why);
  const size_t span = FindSpanMark(text);
  if (span != std::u32string_view::npos) return ReadSpan(text, span, why);
  const auto measure = ReadTargetMeasure(text, why);
  if (!measure) return std::nullopt;
  return Reading{*measure, std::nullopt};
}

// Notes that tell a person what to look at; the reading stands.
void AddRemarks(const Reading& reading, const Opening& opening, Target* target) {
  const TargetMeasure& measure = reading.measure;
  if (opening.change_note != nullptr) target->notes.emplace_back(opening.change_note);
  if (!opening.periods.empty()) target->notes.emplace_back("period_prefix");
  if (measure.unit.base.empty()) {
    target->notes.emplace_back(measure.unit.denominators.empty() ? "unit_missing"
                                                                 : "unit_incomplete");
  }
  if (reading.upper) return;
  if (measure.number.signed_zero()) target->notes.emplace_back("signed_zero");
  if (measure.number.IsZero() && (!target->comparator || target->comparator == Comparator::kGe)) {
    target->notes.emplace_back("zero_target");
  }
  if (measure.unit.base == U"%" && target->comparator != Comparator::kLe &&
      opening.change_note == nullptr &&
      measure.number.Compare(TargetNumber(false, "100", "")) > 0) {
    target->notes.emplace_back("implausible for a satisfaction or share indicator");
  }
}

}  // namespace

bool ReadTargetQuantity(std::u32string_view text, Target* target, std::string* why) {
  std::u32string_view rest = text;
  const Opening opening = EatOpening(&rest);
  // 增长-5% and 每年-5次 do not say whether the dash is a sign, a join or a lost mark.
  if (!opening.Empty() && rest.starts_with(U"-")) {
    *why = "number_in_phrase";
    return false;
  }
  auto reading = ReadBody(rest, why);
  if (!reading) return false;
  TargetMeasure& measure = reading->measure;
  // The size of a change has no sign; that is what the word is for.
  if (opening.change_note != nullptr && (measure.number.negative() || rest.starts_with(U"±"))) {
    *why = "contradictory";
    return false;
  }
  // 每月15日 is a day of the calendar, 每月1-5日 several.
  const bool bounded = measure.comparator && measure.comparator != Comparator::kRange;
  if (!opening.periods.empty() && measure.unit.base == U"日" && !bounded) {
    *why = "date_or_quantity";
    return false;
  }
  if (CountsPerTwoTimes(opening, measure.unit)) {
    *why = "contradictory";
    return false;
  }
  for (const std::u32string_view period : opening.periods) AddDenominator(period, &measure.unit);
  target->kind = TargetKind::kQuantitative;
  target->comparator = measure.comparator;
  target->comparator_written = measure.comparator.has_value();
  target->value = measure.number.ToString();
  if (reading->upper) target->upper_value = reading->upper->ToString();
  target->unit = EncodeTargetText(measure.unit.Text());
  target->notes = measure.notes;
  if (opening.change_note != nullptr && !measure.comparator) {
    target->comparator = Comparator::kGe;
    target->notes.emplace_back("assumed_at_least");
  }
  AddRemarks(*reading, opening, target);
  return true;
}

}  // namespace budgetwatch
