#include "domain/review_content.h"

#include <map>

namespace budgetwatch {
namespace {

// The line by the first revision of the year that was known; null when it had none.
const Project* InitialLine(const PlanRevisionPtr& first, const std::string& project_code) {
  if (first == nullptr || !first->Carries(project_code)) return nullptr;
  return &first->plan().projects[first->project_index.at(project_code)];
}

LineReview ReviewLine(const Project& project, const Project* initial, const LineResults& results) {
  LineReview line;
  line.project_code = project.project_code;
  std::map<FundingSource, FundingReview> by_source;
  if (initial != nullptr) {
    line.initial_budget_fen = initial->budget_fen;
    for (const SourceFigures& part : SplitBySource(*initial, {initial->budget_fen, 0, 0})) {
      by_source[part.source].initial_budget_fen = part.figures.budget_fen;
    }
  }
  // What is expected is split like what is paid.
  const ExecutionFigures figures{project.budget_fen, results.figures.disbursed_fen,
                                 results.forecast.disbursed_fen.value_or(0)};
  for (const SourceFigures& part : SplitBySource(project, figures)) {
    FundingReview& funding = by_source[part.source];
    funding.budget_fen = part.figures.budget_fen;
    funding.disbursed_fen = part.figures.disbursed_fen;
    if (results.forecast.disbursed_fen) funding.expected_disbursed_fen = part.figures.planned_fen;
  }
  for (auto& [source, funding] : by_source) {
    funding.source = source;
    line.fundings.push_back(funding);
  }
  return line;
}

}  // namespace

std::string PeriodUpTo(Date as_of) {
  const bool whole_month = as_of == Date::LastOfMonth(as_of.year(), as_of.month());
  const std::string month = std::to_string(as_of.month());
  if (!whole_month) return "1月1日至" + month + "月" + std::to_string(as_of.day()) + "日";
  return as_of.month() == 1 ? "1月" : "1-" + month + "月";
}

Result<ReviewContent> MakeReviewContent(const std::string& department_code, int fiscal_year,
                                        Date as_of, const ResultBasis& basis) {
  auto execution = MakeExecutionReport(department_code, fiscal_year, as_of, basis.money);
  if (!execution.ok()) return execution.error();
  auto performance = MakePerformanceReport(department_code, fiscal_year, as_of, basis);
  if (!performance.ok()) return performance.error();
  ReviewContent content;
  content.execution = std::move(execution).value();
  content.performance = std::move(performance).value();
  content.profile = *basis.money.profile;
  content.period = PeriodUpTo(as_of);
  content.scorecard = MakeScorecard(content.performance, content.profile);
  PlanRevisionPtr first;
  for (const PlanRevisionPtr& revision :
       basis.money.plans->Revisions(department_code, fiscal_year)) {
    if (first == nullptr && revision->sequence <= basis.money.known_at) first = revision;
  }
  for (const LineResults& line : content.performance.lines) {
    content.lines.push_back(
        ReviewLine(*line.project, InitialLine(first, line.project->project_code), line));
  }
  return content;
}

}  // namespace budgetwatch
