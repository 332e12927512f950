#pragma once

#include <string>
#include <vector>

#include "domain/execution.h"

namespace budgetwatch {

// A department as its own plan has it.
struct DepartmentLines {
  std::string department_code;
  std::string department_name;
  std::string parent_department_code;  // empty: none
  ExecutionFigures own;                // sum of its own lines
};

// A department with everything below it.
struct DepartmentTotal {
  std::string department_code;
  std::string department_name;  // empty for one that only has others below it
  ExecutionFigures figures;
};

// Totals of the departments and of every department above one of them, by code:
// the same figures as MakeExecutionReport gives for each, but for all at once. The
// cost follows the number of departments times the depth of the tree. Where
// departments are above each other in a circle, each is counted once in each.
// REQUIRES: codes are unique. Pure.
std::vector<DepartmentTotal> RollUpDepartments(const std::vector<DepartmentLines>& departments);

}  // namespace budgetwatch
