#include "domain/plan_book.h"

namespace budgetwatch {

void PlanBook::Apply(Sequence sequence, WallMicros recorded_time, const PlanEntry& entry) {
  auto revision = std::make_shared<PlanRevision>();
  revision->entry = entry;
  revision->sequence = sequence;
  revision->recorded_time = recorded_time;
  revision->budget_fen = TotalBudgetFen(entry.plan);
  Year& year = years_[entry.plan.fiscal_year];
  const std::vector<Project>& projects = entry.plan.projects;
  for (size_t i = 0; i < projects.size(); ++i) {
    revision->project_index.emplace(projects[i].project_code, i);
    revision->indicator_count += projects[i].indicators.size();
    year.carriers[projects[i].project_code].insert(entry.plan.department_code);
  }
  std::vector<PlanRevisionPtr>& revisions = year.departments[entry.plan.department_code];
  const Date year_end = Date::LastOfYear(entry.plan.fiscal_year);
  const PlanRevisionPtr before = InForce(revisions, year_end, kKnownNow);
  revisions.push_back(revision);
  if (before != nullptr) UpdateCarried(entry.plan.fiscal_year, before);
  UpdateCarried(entry.plan.fiscal_year, revision);
}

// For the projects of a revision that may have come into force, or gone out of it.
void PlanBook::UpdateCarried(int fiscal_year, const PlanRevisionPtr& revision) {
  StringSet& carried = years_[fiscal_year].carried;
  for (const Project& project : revision->plan().projects) {
    if (Carrier(fiscal_year, project.project_code, Date::LastOfYear(fiscal_year), kKnownNow)) {
      carried.insert(project.project_code);
    } else {
      carried.erase(project.project_code);
    }
  }
}

bool PlanBook::IsCarried(int fiscal_year, std::string_view project_code) const {
  const auto year = years_.find(fiscal_year);
  return year != years_.end() && year->second.carried.contains(project_code);
}

PlanRevisionPtr PlanBook::InForce(const std::vector<PlanRevisionPtr>& revisions, Date as_of,
                                  Sequence known_at) {
  PlanRevisionPtr best;
  for (const PlanRevisionPtr& revision : revisions) {
    if (revision->sequence > known_at) break;
    if (revision->entry.effective_date > as_of) continue;
    if (best == nullptr || revision->entry.effective_date >= best->entry.effective_date) {
      best = revision;
    }
  }
  return best;
}

PlanRevisionPtr PlanBook::InForce(std::string_view department_code, int fiscal_year, Date as_of,
                                  Sequence known_at) const {
  const auto year = years_.find(fiscal_year);
  if (year == years_.end()) return nullptr;
  const auto department = year->second.departments.find(department_code);
  if (department == year->second.departments.end()) return nullptr;
  return InForce(department->second, as_of, known_at);
}

std::vector<PlanRevisionPtr> PlanBook::Revisions(std::string_view department_code,
                                                 int fiscal_year) const {
  const auto year = years_.find(fiscal_year);
  if (year == years_.end()) return {};
  const auto department = year->second.departments.find(department_code);
  if (department == year->second.departments.end()) return {};
  return department->second;
}

std::vector<PlanRevisionPtr> PlanBook::AllInForce(int fiscal_year, Date as_of,
                                                  Sequence known_at) const {
  std::vector<PlanRevisionPtr> all;
  const auto year = years_.find(fiscal_year);
  if (year == years_.end()) return all;
  for (const auto& [code, revisions] : year->second.departments) {
    if (PlanRevisionPtr revision = InForce(revisions, as_of, known_at)) {
      all.push_back(std::move(revision));
    }
  }
  return all;
}

PlanRevisionPtr PlanBook::Carrier(int fiscal_year, std::string_view project_code, Date as_of,
                                  Sequence known_at) const {
  const auto year = years_.find(fiscal_year);
  if (year == years_.end()) return nullptr;
  const auto carriers = year->second.carriers.find(project_code);
  if (carriers == year->second.carriers.end()) return nullptr;
  for (const std::string& department_code : carriers->second) {
    const auto department = year->second.departments.find(department_code);
    PlanRevisionPtr revision = InForce(department->second, as_of, known_at);
    if (revision != nullptr && revision->Carries(project_code)) return revision;
  }
  return nullptr;
}

std::vector<std::string> PlanBook::Departments(int fiscal_year) const {
  std::vector<std::string> codes;
  const auto year = years_.find(fiscal_year);
  if (year == years_.end()) return codes;
  for (const auto& [code, revisions] : year->second.departments) codes.push_back(code);
  return codes;
}

std::set<int> PlanBook::FiscalYears() const {
  std::set<int> years;
  for (const auto& [year, departments] : years_) years.insert(year);
  return years;
}

}  // namespace budgetwatch
