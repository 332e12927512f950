#pragma once

#include <cstdint>
#include <string>

#include "domain/score.h"

namespace budgetwatch {

// The sentences of a score, apart from its formulas.

// Why the item of this indicator lost points, with the figures; for items that did.
std::string DescribeLossZh(const ScoreItem& item, const Attainment& attainment);
std::string DescribeLossEn(const ScoreItem& item, const Attainment& attainment);

// The same of the execution's item.
std::string DescribeExecutionLossZh(const ScoreItem& item, int64_t budget_fen,
                                    int64_t disbursed_fen);
std::string DescribeExecutionLossEn(const ScoreItem& item, int64_t budget_fen,
                                    int64_t disbursed_fen);

}  // namespace budgetwatch
