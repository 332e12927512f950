#include "telemetry/department_roll_up.h"

#include <limits>
#include <map>
#include <string_view>

#include "base/check.h"

namespace budgetwatch {
namespace {

constexpr size_t kNone = std::numeric_limits<size_t>::max();

}  // namespace

std::vector<DepartmentTotal> RollUpDepartments(const std::vector<DepartmentLines>& departments) {
  std::map<std::string_view, size_t> index_of;  // into totals, which is in the same order
  for (const DepartmentLines& department : departments) {
    BW_CHECK(index_of.emplace(department.department_code, 0).second);
  }
  for (const DepartmentLines& department : departments) {
    if (!department.parent_department_code.empty()) {
      index_of.try_emplace(department.parent_department_code, 0);
    }
  }
  std::vector<DepartmentTotal> totals;
  totals.reserve(index_of.size());
  for (auto& [code, index] : index_of) {
    index = totals.size();
    totals.push_back({std::string(code), "", {}});
  }

  std::vector<size_t> parents(totals.size(), kNone);
  for (const DepartmentLines& department : departments) {
    const size_t index = index_of.at(department.department_code);
    totals[index].department_name = department.department_name;
    if (!department.parent_department_code.empty()) {
      parents[index] = index_of.at(department.parent_department_code);
    }
  }

  std::vector<size_t> visited_by(totals.size(), kNone);
  for (size_t i = 0; i < departments.size(); ++i) {
    size_t index = index_of.at(departments[i].department_code);
    while (index != kNone && visited_by[index] != i) {
      visited_by[index] = i;
      totals[index].figures += departments[i].own;
      index = parents[index];
    }
  }
  return totals;
}

}  // namespace budgetwatch
