#pragma once

#include <string>
#include <vector>

#include "domain/plan.h"
#include "import/document_table.h"
#include "import/finding_list.h"

namespace budgetwatch {

// Reads the indicators in the lower part of a project's table: a header that
// names the columns, in any order, and a row for each indicator.
class IndicatorTableReader {
 public:
  // REQUIRES: `table` and `findings` outlive this.
  IndicatorTableReader(const PlanTable& table, std::string project_code, FindingList* findings);

  // Appends the indicators; a blank 一级指标 repeats the one above, and so does a
  // blank 二级指标 below it. A table without this part has no indicators, which is
  // a warning. False when a row cannot be read, after a finding of severity error.
  bool Read(std::vector<Indicator>* indicators);

 private:
  using Row = std::vector<const DocumentCell*>;

  void Add(std::string id, Severity severity, int line, std::string zh, std::string en);
  bool ReadHeader(const DocumentCell* first, const DocumentCell* end);
  void AddRow(const Row& row);
  void FlushPending();
  void AddIndicator(const DocumentCell* const* cells);

  const PlanTable& table_;
  const std::string project_code_;
  FindingList* const findings_;
  std::vector<std::string Indicator::*> columns_;  // null: a column without a meaning here
  const DocumentCell* first_data_ = nullptr;
  Row pending_;  // cells of a row that blank lines have broken
  std::string level1_;
  std::string level2_;
  std::vector<Indicator> indicators_;
  bool failed_ = false;
};

}  // namespace budgetwatch
