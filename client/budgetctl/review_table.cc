#include "budgetctl/review_table.h"

#include <map>
#include <string>
#include <utility>

#include "budgetctl/csv.h"
#include "budgetctl/display_width.h"
#include "budgetctl/performance_table.h"
#include "budgetctl/report_table.h"
#include "budgetctl/score_table.h"
#include "budgetctl/table.h"
#include "budgetctl/warning_text.h"
#include "domain/money.h"

namespace budgetwatch::ctl {
namespace {

void PrintHeading(std::ostream& out, const std::string& heading) {
  out << '\n' << "【" << heading << "】\n";
}

// The lines of a part of the review by their code.
template <typename Lines>
std::map<std::string, const typename Lines::value_type*> ByCode(const Lines& lines) {
  std::map<std::string, const typename Lines::value_type*> by_code;
  for (const auto& line : lines) by_code.emplace(line.project_code(), &line);
  return by_code;
}

// The line, or the default one when the part leaves it out.
template <typename Line>
const Line& LineOf(const std::map<std::string, const Line*>& by_code, const std::string& code) {
  const auto found = by_code.find(code);
  return found == by_code.end() ? Line::default_instance() : *found->second;
}

// Open warnings about each line or one of its indicators.
std::map<std::string, int64_t> WarningCounts(const v1::GetReviewResponse& response) {
  std::map<std::string, int64_t> counts;
  for (const v1::Warning& warning : response.warnings()) {
    const v1::WarningSubject& subject = warning.subject();
    if (subject.kind() == v1::SUBJECT_KIND_PROJECT) ++counts[subject.code()];
    if (subject.kind() == v1::SUBJECT_KIND_INDICATOR) {
      ++counts[subject.code().substr(0, subject.code().rfind('#'))];
    }
  }
  return counts;
}

}  // namespace

void PrintReviewSummary(std::ostream& out, const Speech& say, const v1::ReviewSummary& summary) {
  const std::pair<std::string, std::string> lines[] = {
      {say("编号", "Review"), summary.review_id()},
      {say("部门", "Department"), summary.department_code()},
      {say("年度", "Year"), std::to_string(summary.fiscal_year())},
      {say("截至", "As of"), summary.as_of_date()},
      {say("账本序号", "Known at"), std::to_string(summary.known_at_sequence())},
      {say("生成方式", "Made"), Word(say, summary.trigger())},
      {say("规则", "Profile"), summary.profile_name()},
      {say("生成时间", "Recorded"), summary.recorded_time()},
      {say("内容哈希", "SHA-256"), summary.content_hash()}};
  for (const auto& [name, value] : lines) PrintField(out, name, value, 12);
}

void PrintReview(std::ostream& out, const Speech& say, const v1::GetReviewResponse& response,
                 std::optional<int> width) {
  const v1::Review& review = response.review();
  out << say("绩效运行监控  ", "Review  ")
      << OneLine(review.department_code() + " " + review.department_name()) << "\n\n";
  PrintReviewSummary(out, say, response.summary());
  PrintHeading(out, say("预算执行", "Money"));
  PrintExecution(out, say, review.execution(), width);
  PrintHeading(out, say("绩效目标实现", "Results"));
  PrintPerformanceCounts(out, say, review.performance(), width);
  PrintHeading(out, say("得分", "Scores"));
  PrintScores(out, say, review.scorecard(), width);
  PrintHeading(out, say("当日未解除的预警", "Warnings open at that date"));
  for (const v1::Warning& warning : response.warnings()) PrintWarning(out, say, warning);
  const std::string count = std::to_string(response.warnings_size());
  out << (response.warnings().empty() ? say("没有预警。", "No warnings.")
                                      : say("共 " + count + " 条。", count + " warnings."))
      << '\n';
}

void WriteReviewCsv(std::ostream& out, const v1::GetReviewResponse& response) {
  WriteCsvRecord(out,
                 {"review_id",         "department_code", "fiscal_year",     "as_of_date",
                  "known_at_sequence", "project_code",    "project_name",    "initial_budget_yuan",
                  "budget_yuan",       "disbursed_yuan",  "execution_ratio", "status",
                  "indicator_count",   "met_count",       "not_met_count",   "unknown_count",
                  "attainment_ratio",  "score",           "grade",           "warning_count"});
  const v1::Review& review = response.review();
  const auto performances = ByCode(review.performance().projects());
  const auto scores = ByCode(review.scorecard().projects());
  const auto monies = ByCode(review.projects());
  std::map<std::string, int64_t> warning_counts = WarningCounts(response);
  for (const v1::ProjectExecution& line : review.execution().projects()) {
    const std::string& code = line.project_code();
    const v1::PerformanceFigures& figures = LineOf(performances, code).figures();
    const v1::ProjectScore& score = LineOf(scores, code);
    WriteCsvRecord(out, {response.summary().review_id(),
                         review.department_code(),
                         std::to_string(review.fiscal_year()),
                         review.as_of_date(),
                         std::to_string(review.known_at_sequence()),
                         code,
                         line.project_name(),
                         FormatYuan(LineOf(monies, code).initial_budget_fen()),
                         FormatYuan(line.budget_fen()),
                         FormatYuan(line.disbursed_fen()),
                         line.has_execution_ratio() ? CsvRatio(line.execution_ratio()) : "",
                         v1::ExecutionStatus_Name(line.status()),
                         std::to_string(figures.indicator_count()),
                         std::to_string(figures.met_count()),
                         std::to_string(figures.not_met_count()),
                         std::to_string(figures.unknown_count()),
                         figures.has_attainment_ratio() ? CsvRatio(figures.attainment_ratio()) : "",
                         score.score(),
                         score.grade(),
                         std::to_string(warning_counts[code])});
  }
}

void PrintReviews(std::ostream& out, const Speech& say, const ReviewSummaries& reviews,
                  std::optional<int> width) {
  if (reviews.empty()) {
    out << say("没有运行监控；用 review run 生成。", "No reviews; review run makes one.") << '\n';
    return;
  }
  Table table({{say("编号", "Review"), Align::kLeft, 0},
               {say("截至", "As of"), Align::kLeft, 0},
               {say("账本序号", "Known at"), Align::kRight, 0},
               {say("生成方式", "Made"), Align::kLeft, 0},
               {say("规则", "Profile"), Align::kLeft, 6},
               {say("生成时间", "Recorded"), Align::kLeft, 10}});
  for (const v1::ReviewSummary& review : reviews) {
    table.AddRow({review.review_id(), review.as_of_date(),
                  std::to_string(review.known_at_sequence()), Word(say, review.trigger()),
                  review.profile_name(), review.recorded_time()});
  }
  out << table.Render(width);
  const std::string count = std::to_string(reviews.size());
  out << say("共 " + count + " 次。", count + " reviews.") << '\n';
}

void WriteReviewsCsv(std::ostream& out, const ReviewSummaries& reviews) {
  WriteCsvRecord(out,
                 {"review_id", "department_code", "fiscal_year", "as_of_date", "known_at_sequence",
                  "sequence", "recorded_time", "trigger", "profile_name", "content_hash"});
  for (const v1::ReviewSummary& review : reviews) {
    WriteCsvRecord(
        out,
        {review.review_id(), review.department_code(), std::to_string(review.fiscal_year()),
         review.as_of_date(), std::to_string(review.known_at_sequence()),
         std::to_string(review.sequence()), review.recorded_time(),
         v1::ReviewTrigger_Name(review.trigger()), review.profile_name(), review.content_hash()});
  }
}

}  // namespace budgetwatch::ctl
