#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/scorecard.h"

namespace budgetwatch {

// Money of one source of a line, as the official forms show it.
struct FundingReview {
  FundingSource source = FundingSource::kGeneral;
  int64_t initial_budget_fen = 0;
  int64_t budget_fen = 0;
  int64_t disbursed_fen = 0;
  std::optional<int64_t> expected_disbursed_fen;
};

struct LineReview {
  std::string project_code;
  int64_t initial_budget_fen = 0;  // by the first plan of the year
  std::vector<FundingReview> fundings;
};

// All that a review freezes. Points into the revision that its execution report holds.
struct ReviewContent {
  ExecutionReport execution;
  PerformanceReport performance;
  Scorecard scorecard;
  std::vector<LineReview> lines;  // own lines, in the order of the plan
  Profile profile;
  std::string period;  // "1-6月"
};

// Errors: PLAN_NOT_FOUND, as MakeExecutionReport.
Result<ReviewContent> MakeReviewContent(const std::string& department_code, int fiscal_year,
                                        Date as_of, const ResultBasis& basis);

// "1-6月" up to the last day of a month, else "1月1日至6月15日".
std::string PeriodUpTo(Date as_of);

}  // namespace budgetwatch
