#include "service/plans.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace budgetwatch {
namespace {

constexpr size_t kMaxReasonBytes = 1024;
constexpr size_t kMaxDocumentNumberBytes = 256;

Status CheckText(const std::string& text, size_t limit_bytes, const char* field) {
  if (text.size() <= limit_bytes && IsValidUtf8(text)) return {};
  return Refusal(
      Reason::kInvalidField, field,
      std::string(field) + " must be UTF-8 of at most " + std::to_string(limit_bytes) + " bytes");
}

// The first day of the plan, and every later one on which it would be in force and
// some plan changes: who carries a code meanwhile carries it on one of these.
std::set<Date> DaysToCompare(const LedgerState& state, const Plan& plan, Date effective_date) {
  Date last = Date::LastOfYear(plan.fiscal_year);
  for (const auto& own : state.plans().Revisions(plan.department_code, plan.fiscal_year)) {
    const Date next = own->entry.effective_date;
    if (next > effective_date) last = std::min(last, next.AddDays(-1));
  }
  std::set<Date> days = {effective_date};
  for (const std::string& department : state.plans().Departments(plan.fiscal_year)) {
    for (const auto& revision : state.plans().Revisions(department, plan.fiscal_year)) {
      const Date day = revision->entry.effective_date;
      if (day > effective_date && day <= last) days.insert(day);
    }
  }
  return days;
}

// Codes that another department's plan carries at the same time: a payment could
// not tell the two apart.
void CheckCodesOfOthers(const LedgerState& state, const Plan& plan, Date effective_date,
                        std::vector<Finding>* findings) {
  const std::set<Date> days = DaysToCompare(state, plan, effective_date);
  for (size_t i = 0; i < plan.projects.size(); ++i) {
    const std::string& code = plan.projects[i].project_code;
    for (const Date day : days) {
      const PlanRevisionPtr carrier = state.plans().Carrier(plan.fiscal_year, code, day, kKnownNow);
      if (carrier == nullptr || carrier->plan().department_code == plan.department_code) continue;
      const std::string& other = carrier->plan().department_code;
      findings->push_back(
          {"project_of_other_department", Severity::kError, code,
           "projects[" + std::to_string(i) + "].project_code",
           "项目编码已在部门 " + other + " 的预算中。请核对编码。",
           "department " + other + " has the code in its plan; give each line a code of its own."});
      break;
    }
  }
}

// Whether the department would come to stand above itself on one of the days.
void CheckTree(const LedgerState& state, const Plan& plan, Date effective_date,
               std::vector<Finding>* findings) {
  for (const Date day : DaysToCompare(state, plan, effective_date)) {
    std::set<std::string> seen = {plan.department_code};
    std::string above = plan.parent_department_code;
    while (!above.empty()) {
      if (!seen.insert(above).second) {
        findings->push_back({"department_above_itself", Severity::kError, "",
                             "parent_department_code",
                             "上级部门关系成环（" + above + "）。请核对。",
                             "the departments above form a circle through " + above +
                                 "; correct one of their parents."});
        return;
      }
      const PlanRevisionPtr parent = state.plans().InForce(above, plan.fiscal_year, day, kKnownNow);
      above = parent == nullptr ? "" : parent->plan().parent_department_code;
    }
  }
}

}  // namespace

std::vector<Finding> Plans::Validate(Plan* plan) const {
  FillIndicators(plan);
  const Profile profile =
      ledger_.View([](const LedgerState& state) { return state.ProfileAt(kKnownNow); });
  return CheckPlan(*plan, profile);
}

Result<Plans::ApplyResult> Plans::Apply(ApplyRequest request) {
  if (Status status = CheckText(request.reason, kMaxReasonBytes, "reason"); !status.ok()) {
    return status.error();
  }
  if (Status status =
          CheckText(request.document_number, kMaxDocumentNumberBytes, "document_number");
      !status.ok()) {
    return status.error();
  }
  ApplyResult result;
  result.findings = Validate(&request.plan);
  if (HasError(result.findings)) return result;

  const int fiscal_year = request.plan.fiscal_year;
  const Date effective_date = request.effective_date.value_or(Date::FirstOfYear(fiscal_year));
  if (effective_date.year() != fiscal_year) {
    return Refusal(Reason::kDateOutsideFiscalYear, "effective_date",
                   "effective_date " + effective_date.ToString() +
                       " must lie in the plan's fiscal year " + std::to_string(fiscal_year));
  }
  const auto decide = [&](const LedgerState& state) -> Result<std::vector<JournalEntry>> {
    if (state.IsClosed(fiscal_year)) {
      return Refusal(Reason::kFiscalYearClosed, "fiscal_year",
                     "fiscal year " + std::to_string(fiscal_year) + " is closed");
    }
    CheckCodesOfOthers(state, request.plan, effective_date, &result.findings);
    CheckTree(state, request.plan, effective_date, &result.findings);
    if (HasError(result.findings)) return std::vector<JournalEntry>();
    result.applied = true;
    // A copy: the plan moves into the entry.
    const std::string department = request.plan.department_code;
    result.revision = state.plans().InForce(department, fiscal_year, effective_date, kKnownNow);
    result.unchanged = result.revision != nullptr && result.revision->plan() == request.plan;
    if (result.unchanged) return std::vector<JournalEntry>();
    PlanEntry entry;
    entry.plan = std::move(request.plan);
    entry.effective_date = effective_date;
    entry.reason = std::move(request.reason);
    entry.document_number = std::move(request.document_number);
    entry.revision_number =
        static_cast<int>(state.plans().Revisions(department, fiscal_year).size()) + 1;
    std::vector<JournalEntry> entries;
    entries.emplace_back(std::move(entry));
    return entries;
  };
  const std::string department = request.plan.department_code;
  const Result<Committed> committed = committer_.Run(decide);
  if (!committed.ok()) return committed.error();
  if (result.applied && !result.unchanged) {
    result.revision = ledger_.View([&](const LedgerState& state) {
      for (const PlanRevisionPtr& revision : state.plans().Revisions(department, fiscal_year)) {
        if (revision->sequence == committed.value().first_sequence) return revision;
      }
      return PlanRevisionPtr();
    });
  }
  return result;
}

Result<PlanRevisionPtr> Plans::InForce(const std::string& department_code, int fiscal_year,
                                       Date as_of, Sequence known_at) const {
  PlanRevisionPtr revision = ledger_.View([&](const LedgerState& state) {
    return state.plans().InForce(department_code, fiscal_year, as_of, known_at);
  });
  if (revision == nullptr) {
    return Refusal(Reason::kPlanNotFound, "department_code",
                   "no plan of department \"" + department_code + "\" for " +
                       std::to_string(fiscal_year) + " is in force on " + as_of.ToString());
  }
  return revision;
}

std::vector<PlanRevisionPtr> Plans::Revisions(const std::string& department_code,
                                              int fiscal_year) const {
  return ledger_.View([&](const LedgerState& state) {
    return state.plans().Revisions(department_code, fiscal_year);
  });
}

}  // namespace budgetwatch
