#include "domain/department_tree.h"

#include <set>

namespace budgetwatch {

DepartmentTree::DepartmentTree(const std::vector<PlanRevisionPtr>& in_force) {
  for (const PlanRevisionPtr& revision : in_force) {
    departments_.emplace(revision->plan().department_code, revision);
    by_parent_.emplace(revision->plan().parent_department_code, revision);
  }
}

const PlanRevision* DepartmentTree::Find(std::string_view department_code) const {
  const auto position = departments_.find(department_code);
  return position == departments_.end() ? nullptr : position->second.get();
}

std::vector<PlanRevisionPtr> DepartmentTree::Subtree(std::string_view root) const {
  std::vector<PlanRevisionPtr> subtree;
  if (const auto own = departments_.find(root); own != departments_.end()) {
    subtree.push_back(own->second);
  }
  std::set<std::string_view> visited = {root};
  std::vector<std::string_view> open = {root};
  while (!open.empty()) {
    const auto [first, last] = by_parent_.equal_range(open.back());
    open.pop_back();
    for (auto child = first; child != last; ++child) {
      const std::string_view code = child->second->plan().department_code;
      if (!visited.insert(code).second) continue;
      subtree.push_back(child->second);
      open.push_back(code);
    }
  }
  return subtree;
}

}  // namespace budgetwatch
