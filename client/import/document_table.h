#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/money.h"

namespace budgetwatch {

// The parts that a project's table (绩效目标表) has, in the order in which they
// stand in it. Each begins with a cell that holds its label.
enum class TablePart {
  kHead,        // department and 单位：万元
  kCode,        // 项目编码
  kName,        // 项目名称, 专项资金名称
  kBudget,      // 预算规模及资金用途
  kSchedule,    // 资金支出计划
  kGoal,        // 绩效目标
  kIndicators,  // 一级指标 …
};

struct DocumentCell {
  std::string text;               // as written, its lines joined by '\n'
  std::string label;              // CompactForm of the text
  int line = 0;                   // of the file, from 1
  int row = 0;                    // rises with every row of the document
  std::optional<TablePart> part;  // that this cell is the label of
};

// The cells of one project's table in their order.
struct PlanTable {
  int number = 0;       // among the tables of this kind, from 1
  std::string heading;  // project's name in the heading above, or empty
  std::string name;     // of the project as the table gives it, or empty
  std::string code;     // of the project, or empty
  int last_line = 0;
  std::vector<DocumentCell> cells;
};

// A line outside of all tables that speaks of 预算 or 项目支出.
struct ProseLine {
  std::string text;  // CompactForm
  int line = 0;
};

struct DocumentParts {
  std::vector<ProseLine> prose;
  std::vector<PlanTable> tables;
  // First lines of tables that list indicators without any sign of a project.
  std::vector<int> indicator_only_lines;
  // Whether cells were dropped because there were too many of them.
  bool truncated = false;
};

// Splits a document into prose and the tables of projects. A table goes from its
// first label to the next table, to a heading or to prose; rows may be broken by
// blank lines and cells by line breaks. Linear in the text.
DocumentParts SplitDocument(std::string_view text);

// The unit in a cell such as 单位：万元; nothing when the cell gives none.
std::optional<MoneyUnit> UnitOfLabel(std::string_view label);

// Code and name in a head cell such as "990001示例局"; nothing in any other cell.
struct DepartmentName {
  std::string code;
  std::string name;
};
std::optional<DepartmentName> DepartmentOfLabel(std::string_view label);

}  // namespace budgetwatch
