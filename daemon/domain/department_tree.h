#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/plan_book.h"

namespace budgetwatch {

// Which departments are below which, of the plans in force at one moment. Made once for all
// that is asked of it: making it takes time with the number of plans. Immutable.
class DepartmentTree {
 public:
  explicit DepartmentTree(const std::vector<PlanRevisionPtr>& in_force);

  // Null for a department without a plan.
  const PlanRevision* Find(std::string_view department_code) const;

  // The department itself, when it has a plan, and every one below it. A department that is
  // above itself is visited once. Takes time with the number of those returned.
  std::vector<PlanRevisionPtr> Subtree(std::string_view root) const;

 private:
  // The keys are those of the plans.
  std::map<std::string_view, PlanRevisionPtr> departments_;
  std::multimap<std::string_view, PlanRevisionPtr> by_parent_;
};

}  // namespace budgetwatch
