#pragma once

#include <cstdint>
#include <vector>

#include "import/document_table.h"

namespace budgetwatch {

// The year that the document is the budget of, 0 when it does not say. "2020年部门
// 预算公开" counts for more than a budget of the year (2020年度预算收入), and that
// for more than a year in the same clause as 预算. Years that are only compared
// with (较2019年) do not count.
int FindFiscalYear(const std::vector<ProseLine>& prose);

// A total that the prose states.
struct ProseTotal {
  int64_t amount_fen = 0;
  int line = 0;
};

// Every statement of what is spent on projects (项目支出…万元) in the fiscal year.
// Statements about one source of money or about another year are left out.
std::vector<ProseTotal> FindProjectTotals(const std::vector<ProseLine>& prose, int fiscal_year);

}  // namespace budgetwatch
