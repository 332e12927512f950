#include "domain/target.h"

#include <algorithm>

#include "base/text.h"
#include "domain/target_date.h"
#include "domain/target_quantity.h"
#include "domain/target_text.h"

// The grammar, after the text was put into normal form and lost its white space and
// the stops and quotes around it. The readers are tried in this order; each one takes
// the whole text or nothing, and what none takes is qualitative.
//
//   target    = word | zero | date | period | quantity
//   word      = 是 | 否
//   zero      = 零 (投诉 | 事故 | ...)                      equal to 0
//
//   date      = [每年] day [前 | 之前 | 以前] [remark]       until the last day named
//   period    = [每年] months [remark]                     from the first to the last day
//   day       = Y-M-D | Y/M/D | Y.M.D
//             | [Y年] (M月 [份] [底 | 末] | M月D日 | Q季度末 | 年底 | 年末)
//             | Y年 [底 | 末]
//   months    = [Y年] M [月 [份]] to [Y年] M月 [份] [底 | 末]
//   remark    = one to eight letters that name no number, time, bound or negation
//
//   quantity  = opening (measure | span | bounds | ± measure)
//   opening   = [半年 | {每 period}] [[同比 | ...] change] [完成 | 实现]    at most two periods
//   measure   = {comparator} number [unit] [verb] [share] [trailing comparator] [(含)]
//   span      = measure to measure                         no comparator on either side
//   bounds    = measure (且 | , | 、) measure               at least a and at most b
//   to        = - | – | — | ~ | 至 | 到
//   number    = decimal with or without groups of three | 百分之 han | han
//   han       = a Han numeral; outside 百分之 only beside a written comparator
//   unit      = (% | ‰ | [万 | 亿] letters) [below {below}]
//   below     = (/ | 每) [count] letters                    later ones also after * × . · •
//   verb      = 完成 | 到位 | ...                            behind a plain % only
//   share     = ( decimal )                                 the percentage once more
//
// `letters` is one to four Han or Latin letters. Short phrases look the same, and so
// words that compare, link or act, ranks, halves and second numerals are no units.

namespace budgetwatch {
namespace {

// Longer texts are descriptions, not targets.
constexpr size_t kMaxTextBytes = 1024;

constexpr std::u32string_view kZeroObjects[] = {U"投诉", U"事故", U"差错", U"上访",
                                                U"违规", U"伤亡", U"案件", U"复发"};
constexpr std::u32string_view kGrades[] = {U"优",   U"良",   U"中",   U"差",
                                           U"优秀", U"优良", U"良好", U"合格"};

Target Qualitative(std::string note) {
  Target target;
  if (!note.empty()) target.notes.push_back(std::move(note));
  return target;
}

bool IsPlaceholder(std::u32string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char32_t c) { return ContainsChar(U"/-‐‑–—―−~_", c); }) ||
         text == U"是/否" || text == U"否/是";
}

bool IsGrade(std::u32string_view text) {
  EatBack(&text, U"以上");
  EatBack(&text, U"及");
  return std::find(std::begin(kGrades), std::end(kGrades), text) != std::end(kGrades);
}

// Ranks are told by their first character; 第3 may hold a number that must not be read.
bool IsRank(std::u32string_view text) {
  return text.size() >= 2 && (text.front() == U'第' || text.front() == U'前') &&
         (IsDecimalDigit(text[1]) || IsHanNumeral(text[1]));
}

bool IsApproximate(std::u32string_view text) {
  for (const std::u32string_view start : {U"约", U"近", U"大约", U"大概", U"基本", U"预计"}) {
    if (text.starts_with(start)) return true;
  }
  for (const std::u32string_view end : {U"左右", U"上下", U"前后"}) {
    if (text.ends_with(end)) return true;
  }
  return false;
}

bool IsZeroTarget(std::u32string_view text) {
  return EatFront(&text, U"零") && std::find(std::begin(kZeroObjects), std::end(kZeroObjects),
                                             text) != std::end(kZeroObjects);
}

Target Boolean(std::u32string_view text) {
  Target target;
  target.kind = TargetKind::kBoolean;
  target.value = EncodeTargetText(text);
  return target;
}

Target ZeroTarget() {
  Target target;
  target.kind = TargetKind::kQuantitative;
  target.comparator = Comparator::kEq;
  target.comparator_written = true;
  target.value.assign(1, '0');
  target.notes.emplace_back("zero_target");
  return target;
}

// How many separate runs of digits there are.
int CountNumbers(std::u32string_view text) {
  int count = 0;
  bool inside = false;
  for (const char32_t c : text) {
    const bool digit = IsDecimalDigit(c) || (inside && c == U'.');
    if (digit && !inside) ++count;
    inside = digit;
  }
  return count;
}

// The note of a text that no reader took; `why` is what the last of them met.
std::string RefusalNote(std::u32string_view text, const std::string& why) {
  if (text.starts_with(U"不超")) return HasDecimalDigit(text) ? why : "comparator_without_number";
  if (!HasDecimalDigit(text)) {
    // 达标, 不到位 and 不满意 are words of their own, not comparators that lost a number.
    for (const std::u32string_view word : {U"达", U"不到", U"不满"}) {
      if (text.starts_with(word)) return "";
    }
    const bool telling = why == "contradictory" || why == "comparator_without_number" ||
                         why == "han_numeral" || why == "rank" || why == "fraction";
    return telling ? why : "";
  }
  const bool list =
      std::any_of(text.begin(), text.end(), [](char32_t c) { return ContainsChar(U",;、", c); });
  const bool general = why.empty() || why == "number_in_phrase" || why == "unknown_unit_symbol";
  if (list && general && CountNumbers(text) > 1) return "multi_part";
  return why.empty() ? "number_in_phrase" : why;
}

}  // namespace

Target ReadTarget(std::string_view text) {
  if (text.size() > kMaxTextBytes) return Qualitative("text_too_long");
  if (!IsValidUtf8(text)) return Qualitative("invalid_text");
  if (HasDecoratedDigit(DecodeTargetText(text))) return Qualitative("unknown_unit_symbol");
  const std::u32string plain = NormalizeTargetText(text);
  if (IsPlaceholder(plain)) return Qualitative("placeholder");
  if (plain == U"是" || plain == U"否") return Boolean(plain);
  if (ContainsWord(plain, U"是否")) return Qualitative("question_as_target");
  if (IsGrade(plain)) return Qualitative("grade");
  if (IsRank(plain)) return Qualitative("rank");
  if (IsApproximate(plain)) {
    const bool number = std::any_of(plain.begin(), plain.end(), [](char32_t c) {
      return IsDecimalDigit(c) || IsHanNumeral(c);
    });
    return Qualitative(number ? "approximate" : "");
  }
  if (IsZeroTarget(plain)) return ZeroTarget();
  // 零 names what must not happen; only the short list above is sure to be counted.
  if (plain.starts_with(U"零")) return Qualitative("");

  Target target;
  if (ReadTargetDate(plain, &target) != DateReading::kNoDate) return target;
  std::string why;
  if (ReadTargetQuantity(plain, &target, &why)) return target;
  return Qualitative(RefusalNote(plain, why));
}

}  // namespace budgetwatch
