#include "domain/target_unit.h"

#include <algorithm>

#include "domain/target_text.h"

namespace budgetwatch {
namespace {

constexpr size_t kMaxUnitLetters = 4;
constexpr int kMaxDenominators = 3;

constexpr std::u32string_view kSeparators = U"*×.·•/";

// A level or a place in a list: a smaller number may be the better one.
constexpr std::u32string_view kRankStarts[] = {U"级", U"等", U"类", U"档",
                                               U"名", U"星", U"号", U"年级"};

constexpr std::u32string_view kApproximate[] = {U"左右", U"上下", U"前后", U"多",
                                                U"余",   U"几",   U"约",   U"近"};

// Words that make a phrase of what only looks like a unit because it is short: a
// comparison, a link, a time, a verb, a half.
constexpr std::u32string_view kPhraseWords[] = {
    U"以",   U"不",   U"超",   U"达",   U"大于", U"小于", U"高于", U"低于", U"多于",
    U"少于", U"等于", U"控制", U"至",   U"到",   U"最",   U"且",   U"或",   U"和",
    U"与",   U"及",   U"含",   U"占",   U"较",   U"上年", U"半",   U"其中", U"前",
    U"后",   U"内",   U"底",   U"末",   U"初",   U"旬",   U"第",   U"的",   U"之",
    U"完成", U"实现", U"覆盖", U"合格", U"落实", U"发放", U"增长", U"增加", U"提高",
    U"提升", U"上升", U"下降", U"降低", U"减少", U"压减", U"同比", U"环比"};

template <typename Words>
bool ContainsAny(std::u32string_view text, const Words& words) {
  return std::any_of(std::begin(words), std::end(words),
                     [text](std::u32string_view word) { return ContainsWord(text, word); });
}

bool StartsWithCurrency(std::u32string_view text) {
  for (const std::u32string_view currency : {U"元", U"美元", U"欧元", U"港元", U"日元"}) {
    if (text.starts_with(currency)) return true;
  }
  return false;
}

// Removes 万, 亿 or 万亿 from the front of `text`; the power of ten, 0 when there is none.
int EatTenThousands(std::u32string_view* text) {
  int places = 0;
  if (EatFront(text, U"万")) places += 4;
  if (EatFront(text, U"亿")) places += 8;
  return places;
}

void SkipHundreds(std::u32string_view* text) {
  text->remove_prefix(std::min(text->find_first_not_of(U"百千"), text->size()));
}

// 千万人: 万 would multiply if it stood behind the number, and 千 never does.
bool MixesMultipliers(std::u32string_view text) {
  const size_t size = text.size();
  SkipHundreds(&text);
  return text.size() < size && EatTenThousands(&text) > 0 && !StartsWithCurrency(text);
}

// Whether `text` holds a second number. 百 and 千 belong to units (百分点, 千瓦时), 万 and 亿
// only to their front (万元, 百万元); further inside they count something else.
bool HasSecondNumber(std::u32string_view text) {
  SkipHundreds(&text);
  EatTenThousands(&text);
  return std::any_of(text.begin(), text.end(),
                     [](char32_t c) { return IsHanNumeral(c) && !ContainsChar(U"百千", c); });
}

// Why `text`, a run of letters, is no unit; empty when it may be one.
std::string WhyNoUnit(std::u32string_view text) {
  if (ContainsWord(text, U"分之") || text == U"百分") return "fraction";
  if (ContainsAny(text, kApproximate) || (!text.empty() && ContainsChar(U"来数", text.front()))) {
    return "approximate";
  }
  if (text.size() > kMaxUnitLetters) return "number_in_phrase";
  if (HasSecondNumber(text)) return "multi_part";
  if (ContainsAny(text, kPhraseWords)) return "number_in_phrase";
  // 100元起 is a start; 3起 is a count of cases.
  if (text.size() >= 2 && text.back() == U'起') return "number_in_phrase";
  return "";
}

// The same for what stands directly behind the number. 元/名 is a price, but 3名 a rank.
std::string WhyNoBase(std::u32string_view text) {
  // 4A级 and 5AAAAA星 are ranks too.
  const size_t grade = std::min(text.find_first_not_of(U'A'), text.size());
  for (const std::u32string_view start : kRankStarts) {
    if (text.substr(grade).starts_with(start)) return "rank";
  }
  // 个等级 counts levels; without 个 the number is most likely one of them.
  if (ContainsChar(text, U'级') && text.front() != U'个') return "rank";
  // 5G基站, 3D打印: the number belongs to the letter.
  if (text.size() >= 2 && IsLatinLetter(text[0]) && !IsLatinLetter(text[1])) {
    return "number_in_phrase";
  }
  // 6月底, 2020年度, 3季度验收: calendar words, not the units 月, 年 and 季度.
  if (text.size() >= 2 && ContainsChar(U"月年", text.front())) return "number_in_phrase";
  if (text.size() >= 3 && text.starts_with(U"季度")) return "number_in_phrase";
  if (MixesMultipliers(text)) return "multi_part";
  return WhyNoUnit(text);
}

std::u32string_view TakeLetters(std::u32string_view* rest) {
  size_t length = 0;
  while (length < rest->size() && IsUnitLetter((*rest)[length]) && (*rest)[length] != U'每') {
    ++length;
  }
  const std::u32string_view letters = rest->substr(0, length);
  rest->remove_prefix(length);
  return letters;
}

// The digits of a counted denominator, as in 人/10万人.
std::u32string_view TakeCount(std::u32string_view* rest) {
  size_t length = 0;
  while (length < rest->size() && IsDecimalDigit((*rest)[length])) ++length;
  const std::u32string_view count = rest->substr(0, length);
  rest->remove_prefix(length);
  return count;
}

// Reads one denominator behind its separator.
bool ReadDenominator(std::u32string_view* rest, TargetUnit* unit, std::string* why) {
  const std::u32string_view count = TakeCount(rest);
  const std::u32string_view letters = TakeLetters(rest);
  // The one period with a half in its name.
  *why = letters == U"半年" ? "" : WhyNoUnit(letters);
  if (!why->empty()) return false;
  if (letters.empty()) {
    *why = count.empty() ? "unknown_unit_symbol" : "multi_part";
    return false;
  }
  // 5/10万人 has no unit above the line: that is a fraction or a lost word.
  if (!count.empty() && (unit->base.empty() || count.front() == U'0')) {
    *why = "fraction";
    return false;
  }
  unit->denominators += unit->denominators.empty() ? U"/" : U"·";
  unit->denominators += count;
  unit->denominators += letters;
  return true;
}

}  // namespace

std::optional<TargetUnit> ReadTargetUnit(std::u32string_view text, std::string* why) {
  TargetUnit unit;
  std::u32string_view rest = text;
  if (EatFront(&rest, U"%")) {
    unit.base = U"%";
  } else if (EatFront(&rest, U"‰")) {
    unit.base = U"‰";
  } else {
    unit.base = TakeLetters(&rest);
    *why = WhyNoBase(unit.base);
    if (!why->empty()) return std::nullopt;
  }
  for (int count = 0; !rest.empty(); ++count) {
    const char32_t mark = rest.front();
    const bool first = unit.denominators.empty();
    const bool separator =
        mark == U'每' || (first ? mark == U'/' : ContainsChar(kSeparators, mark));
    if (!separator || count == kMaxDenominators) {
      const bool phrase = IsUnitLetter(mark) || ContainsChar(U"()[]", mark);
      *why = phrase                  ? "number_in_phrase"
             : HasDecimalDigit(rest) ? "multi_part"
                                     : "unknown_unit_symbol";
      return std::nullopt;
    }
    rest.remove_prefix(1);
    if (mark != U'每') EatFront(&rest, U"每");
    if (!ReadDenominator(&rest, &unit, why)) return std::nullopt;
  }
  return unit;
}

std::vector<std::u32string_view> Denominators(const TargetUnit& unit) {
  std::vector<std::u32string_view> found;
  std::u32string_view rest = unit.denominators;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    found.push_back(rest.substr(0, rest.find(U'·')));
    rest.remove_prefix(found.back().size());
  }
  return found;
}

void AddDenominator(std::u32string_view denominator, TargetUnit* unit) {
  for (const std::u32string_view present : Denominators(*unit)) {
    if (present == denominator) return;
  }
  unit->denominators += unit->denominators.empty() ? U"/" : U"·";
  unit->denominators += denominator;
}

int EatMultiplier(std::u32string_view* rest) {
  std::u32string_view behind = *rest;
  const int places = EatTenThousands(&behind);
  if (places == 0 || StartsWithCurrency(behind)) return 0;
  *rest = behind;
  return places;
}

}  // namespace budgetwatch
