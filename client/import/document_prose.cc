#include "import/document_prose.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "domain/date.h"
#include "domain/money.h"

namespace budgetwatch {
namespace {

constexpr std::string_view kYear = "年";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

template <size_t N>
bool EndsWithAny(std::string_view text, const std::string_view (&words)[N]) {
  return std::any_of(std::begin(words), std::end(words),
                     [text](std::string_view word) { return text.ends_with(word); });
}

template <size_t N>
bool ContainsAny(std::string_view text, const std::string_view (&words)[N]) {
  return std::any_of(std::begin(words), std::end(words), [text](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

// A year that a line speaks of, other than to compare with.
struct YearMention {
  int year = 0;
  size_t end = 0;  // offset behind 年
};

std::vector<YearMention> FindYears(std::string_view text) {
  static constexpr std::string_view kComparing[] = {"较", "比", "与", "同"};
  std::vector<YearMention> mentions;
  for (size_t at = text.find(kYear); at != std::string_view::npos;
       at = text.find(kYear, at + kYear.size())) {
    const std::string_view before = text.substr(0, at);
    size_t digits = 0;
    while (digits < before.size() && IsDigit(before[before.size() - 1 - digits])) ++digits;
    if (digits != 4) continue;
    int year = 0;
    for (const char c : before.substr(before.size() - 4)) year = year * 10 + (c - '0');
    if (year < kFirstYear || year > kLastYear) continue;
    if (EndsWithAny(before.substr(0, before.size() - 4), kComparing)) continue;
    mentions.push_back({year, at + kYear.size()});
  }
  return mentions;
}

// How surely the text behind a year makes it the year of the budget, 0 to 4.
int RankOfYear(std::string_view behind) {
  if (behind.starts_with("度")) behind.remove_prefix(std::string_view("度").size());
  for (const std::string_view word : {"部门预算公开", "单位预算公开", "预算公开"}) {
    if (behind.starts_with(word)) return 4;
  }
  for (const std::string_view word : {"部门预算", "单位预算"}) {
    if (behind.starts_with(word)) return 3;
  }
  // How the budget of a year was executed is said of an earlier one.
  if (behind.starts_with("预算执行")) return 0;
  for (const std::string_view word : {"预算", "收支预算", "收入预算", "支出预算"}) {
    if (behind.starts_with(word)) return 2;
  }
  size_t end = behind.size();
  for (const std::string_view mark : {"。", ";", ",", "，", "；"}) {
    end = std::min(end, behind.find(mark));
  }
  // Fifteen characters: further on the year belongs to something else.
  constexpr size_t kNearBytes = 45;
  const size_t budget = behind.find("预算");
  return budget < std::min(end, kNearBytes) ? 1 : 0;
}

// The amount at the front of `text`, such as "1,004.60万元".
std::optional<int64_t> TakeAmount(std::string_view text) {
  size_t length = 0;
  while (length < text.size() &&
         (IsDigit(text[length]) || text[length] == '.' || text[length] == ',')) {
    ++length;
  }
  const std::string_view number = text.substr(0, length);
  const std::string_view unit = text.substr(length);
  const bool wan = unit.starts_with("万元");
  if (number.empty() || (!wan && !unit.starts_with("元"))) return std::nullopt;
  const auto amount = ParseMoney(number, wan ? MoneyUnit::kTenThousandYuan : MoneyUnit::kYuan);
  if (!amount.ok()) return std::nullopt;
  return amount.value();
}

// The clause that ends where `before` does.
std::string_view ClauseBefore(std::string_view before) {
  for (const std::string_view mark : {"。", ";", ",", ":", "、", "(", ")"}) {
    const size_t at = before.rfind(mark);
    if (at != std::string_view::npos) before.remove_prefix(at + mark.size());
  }
  return before;
}

// Whether 项目支出 behind `before` means all projects of this year.
bool IsWholeOfYear(std::string_view before, int fiscal_year) {
  static constexpr std::string_view kPartial[] = {"公共",   "基金", "拨款", "国有",
                                                  "财政专", "上年", "去年", "非财政"};
  static constexpr std::string_view kJoining[] = {"和", "及", "与", "非", "较", "比"};
  if (ContainsAny(ClauseBefore(before), kPartial) || EndsWithAny(before, kJoining)) return false;
  const std::vector<YearMention> years = FindYears(before);
  return years.empty() || fiscal_year == 0 || years.back().year == fiscal_year;
}

}  // namespace

int FindFiscalYear(const std::vector<ProseLine>& prose) {
  int best_rank = 0;
  int best_year = 0;
  for (const ProseLine& line : prose) {
    for (const YearMention& mention : FindYears(line.text)) {
      const int rank = RankOfYear(std::string_view(line.text).substr(mention.end));
      if (rank <= best_rank) continue;
      best_rank = rank;
      best_year = mention.year;
    }
  }
  return best_year;
}

std::vector<ProseTotal> FindProjectTotals(const std::vector<ProseLine>& prose, int fiscal_year) {
  static constexpr std::string_view kWord = "项目支出";
  std::vector<ProseTotal> totals;
  for (const ProseLine& line : prose) {
    const std::string_view text = line.text;
    for (size_t at = text.find(kWord); at != std::string_view::npos;
         at = text.find(kWord, at + kWord.size())) {
      std::string_view behind = text.substr(at + kWord.size());
      for (const std::string_view filler : {"预算", "安排", "共计", "合计", "总计", "为", ":"}) {
        if (behind.starts_with(filler)) behind.remove_prefix(filler.size());
      }
      const auto amount_fen = TakeAmount(behind);
      if (!amount_fen || !IsWholeOfYear(text.substr(0, at), fiscal_year)) continue;
      totals.push_back({*amount_fen, line.line});
    }
  }
  return totals;
}

}  // namespace budgetwatch
