#pragma once

#include <string_view>

#include "import/plan_reading.h"

namespace budgetwatch {

// Reads a published budget document (部门预算公开) in its text form: one table
// cell per line with a leading tab, rows parted by blank lines, an empty cell a
// lone tab. Every table of a project's performance goals (绩效目标表) becomes a
// project; other tables are left alone.
//
// Department, fiscal year and unit are taken from the tables' headers and from
// the prose. Never fails: what is wrong is a finding that names table, row, cell
// and line. A table with an error costs its own project and no other.
PlanReading ReadDisclosure(std::string_view text);

}  // namespace budgetwatch
