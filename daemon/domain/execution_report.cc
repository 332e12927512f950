#include "domain/execution_report.h"

#include <algorithm>
#include <map>

namespace budgetwatch {
namespace {

// Sums lines by kind and by funding source.
class Subtotals {
 public:
  void Add(const Project& project, const ExecutionFigures& figures) {
    by_kind_[project.kind] += figures;
    for (const SourceFigures& part : SplitBySource(project, figures)) {
      by_source_[part.source] += part.figures;
    }
  }

  std::vector<SubtotalReport> Take() const {
    std::vector<SubtotalReport> subtotals;
    for (const auto& [kind, figures] : by_kind_) {
      subtotals.push_back({kind, std::nullopt, figures});
    }
    for (const auto& [source, figures] : by_source_) {
      subtotals.push_back({std::nullopt, source, figures});
    }
    return subtotals;
  }

 private:
  std::map<ProjectKind, ExecutionFigures> by_kind_;
  std::map<FundingSource, ExecutionFigures> by_source_;
};

// Findings that a report shows: about spending, not about the plan; a line that is
// severely behind is not listed as behind as well.
std::vector<RuleFinding> ShownFindings(std::vector<RuleFinding> findings) {
  const bool severe = std::any_of(findings.begin(), findings.end(), [](const RuleFinding& finding) {
    return finding.rule == Rule::kSeverelyBehindPlan;
  });
  std::erase_if(findings, [severe](const RuleFinding& finding) {
    return finding.rule == Rule::kPlanBackloaded || (severe && finding.rule == Rule::kBehindPlan);
  });
  return findings;
}

}  // namespace

Error NoPlanInForce(const std::string& department_code, int fiscal_year, Date as_of) {
  return Refusal(Reason::kPlanNotFound, "department_code",
                 "no plan of department \"" + department_code + "\" for " +
                     std::to_string(fiscal_year) + " is in force on " + as_of.ToString() +
                     "; apply one with an effective date up to then");
}

std::vector<SourceFigures> SplitBySource(const Project& project, const ExecutionFigures& figures) {
  if (project.fundings.empty()) return {{FundingSource::kGeneral, figures}};
  std::vector<SourceFigures> parts;
  int64_t budget_fen = 0;
  ExecutionFigures given;
  for (size_t i = 0; i < project.fundings.size(); ++i) {
    budget_fen += project.fundings[i].amount_fen;
    const bool last = i + 1 == project.fundings.size() || figures.budget_fen == 0;
    const ExecutionFigures upto =
        last ? figures
             : ExecutionFigures{
                   budget_fen,
                   MulDivRoundHalfUp(figures.disbursed_fen, budget_fen, figures.budget_fen),
                   MulDivRoundHalfUp(figures.planned_fen, budget_fen, figures.budget_fen)};
    parts.push_back({project.fundings[i].source,
                     {upto.budget_fen - given.budget_fen, upto.disbursed_fen - given.disbursed_fen,
                      upto.planned_fen - given.planned_fen}});
    given = upto;
    if (last) break;
  }
  return parts;
}

Total DisbursedUpTo(const YearTotals* totals, std::string_view project_code, Date as_of) {
  if (totals == nullptr) return {};
  const auto position = totals->find(project_code);
  return position == totals->end() ? Total() : position->second.SumUpTo(as_of);
}

Total SuspenseAt(int fiscal_year, Date as_of, const ReportBasis& basis) {
  Total suspense;
  if (basis.totals == nullptr) return suspense;
  for (const auto& [project_code, totals] : *basis.totals) {
    if (basis.plans->Carrier(fiscal_year, project_code, as_of, basis.known_at) != nullptr) continue;
    const Total total = totals.SumUpTo(as_of);
    suspense.amount_fen += total.amount_fen;
    suspense.payment_count += total.payment_count;
  }
  return suspense;
}

DepartmentMeasure MeasureDepartment(const std::string& department_code, const DepartmentTree& tree,
                                    const Measure& measure, const ReportBasis& basis) {
  DepartmentMeasure result;
  const int fiscal_year = measure.fiscal_year;
  const Date backload_day = DayInYear(basis.profile->backloaded_after.month,
                                      basis.profile->backloaded_after.day, fiscal_year);
  const auto planned_by = [fiscal_year](const Project& project, Date day) {
    return RoundDue(DueOf(project.budget_fen, PlannedShare(project, fiscal_year, day)));
  };
  for (const PlanRevisionPtr& revision : tree.Subtree(department_code)) {
    for (const Project& project : revision->plan().projects) {
      result.figures +=
          {project.budget_fen,
           DisbursedUpTo(basis.totals, project.project_code, measure.as_of).amount_fen,
           measure.day ? planned_by(project, *measure.day) : 0};
      result.planned_before_backload_fen += planned_by(project, backload_day);
    }
  }
  return result;
}

Result<ExecutionReport> MakeExecutionReport(const std::string& department_code, int fiscal_year,
                                            Date as_of, const ReportBasis& basis) {
  const DepartmentTree tree(basis.plans->AllInForce(fiscal_year, as_of, basis.known_at));
  const std::vector<PlanRevisionPtr> subtree = tree.Subtree(department_code);
  if (subtree.empty()) return NoPlanInForce(department_code, fiscal_year, as_of);
  ExecutionReport report;
  report.department_code = department_code;
  report.fiscal_year = fiscal_year;
  report.as_of = as_of;
  report.known_at = basis.known_at;
  report.time_progress = TimeProgressInYear(fiscal_year, as_of);
  const Measure measure = MeasureForReport(fiscal_year, as_of);
  Subtotals subtotals;
  for (const PlanRevisionPtr& revision : subtree) {
    const bool own = revision->plan().department_code == department_code;
    if (own) {
      report.revision = revision;
      report.department_name = revision->plan().department_name;
    } else if (revision->plan().parent_department_code == department_code) {
      const std::string& code = revision->plan().department_code;
      report.departments.push_back({code, revision->plan().department_name,
                                    MeasureDepartment(code, tree, measure, basis).figures});
    }
    for (const Project& project : revision->plan().projects) {
      const Total disbursed = DisbursedUpTo(basis.totals, project.project_code, as_of);
      const LineExecution line =
          ExecutionOf(project, fiscal_year, as_of, disbursed, *basis.profile);
      report.totals += line.figures;
      subtotals.Add(project, line.figures);
      if (!own) continue;
      report.projects.push_back(
          {&project, line,
           ShownFindings(ProjectFindings(project, measure, disbursed, Total(), *basis.profile))});
    }
  }
  report.subtotals = subtotals.Take();
  report.suspense = SuspenseAt(fiscal_year, as_of, basis);
  const DepartmentMeasure all = MeasureDepartment(department_code, tree, measure, basis);
  report.findings = ShownFindings(
      DepartmentFindings(all.figures, all.planned_before_backload_fen, measure, *basis.profile));
  return report;
}

}  // namespace budgetwatch
