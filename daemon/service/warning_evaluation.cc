#include "service/warning_evaluation.h"

#include <map>

#include "domain/execution_report.h"

namespace budgetwatch {
namespace {

using ProjectSet = std::set<std::string, std::less<>>;

// Evaluates the subjects of one year.
class Evaluation {
 public:
  Evaluation(const LedgerState& state, int fiscal_year, Date business_date)
      : state_(state),
        fiscal_year_(fiscal_year),
        business_date_(business_date),
        profile_(state.ProfileAt(kKnownNow)),
        measure_(MeasureForWarnings(fiscal_year, business_date, profile_)),
        basis_{&state.plans(), state.totals().FindYear(fiscal_year), &profile_, kKnownNow},
        in_force_(state.plans().AllInForce(fiscal_year, measure_.as_of, kKnownNow)) {
    for (const auto& [original, refunds] : state.unmatched_refunds()) {
      for (const UnmatchedRefund& refund : refunds) {
        if (refund.date.year() != fiscal_year || refund.date > measure_.as_of) continue;
        Total& total = unmatched_[refund.project_code];
        total.amount_fen += refund.amount_fen;
        ++total.payment_count;
      }
    }
  }

  std::vector<WarningEntry> WholeYear() {
    ProjectSet projects;
    std::set<std::string> departments;
    for (const PlanRevisionPtr& revision : in_force_) {
      departments.insert(revision->plan().department_code);
      for (const Project& project : revision->plan().projects) {
        projects.insert(project.project_code);
      }
    }
    // Subjects that have left the plan still have to be resolved.
    for (const auto& [id, warning] : state_.warnings().all()) {
      if (!warning.open || warning.id.fiscal_year != fiscal_year_) continue;
      if (warning.id.subject_kind == SubjectKind::kProject) {
        projects.insert(warning.id.subject_code);
      } else if (warning.id.subject_kind == SubjectKind::kDepartment) {
        departments.insert(warning.id.subject_code);
      }
    }
    return Run(projects, departments);
  }

  std::vector<WarningEntry> Projects(const ProjectSet& projects) {
    std::set<std::string> departments;
    for (const std::string& code : projects) {
      if (const PlanRevisionPtr carrier = Carrier(code)) {
        departments.insert(carrier->plan().department_code);
      }
    }
    return Run(projects, departments);
  }

  // What the rule of a warning finds now at its checkpoint.
  std::optional<Figures> CurrentFigures(const WarningId& id) const {
    WarningEntry subject;
    subject.id = id;
    for (const RuleFinding& finding : FindingsAbout(&subject)) {
      if (finding.rule == id.rule && finding.checkpoint == id.checkpoint) return finding.figures;
    }
    return std::nullopt;
  }

 private:
  std::vector<WarningEntry> Run(const ProjectSet& projects, std::set<std::string> departments) {
    for (const std::string& code : projects) Evaluate(SubjectKind::kProject, code);
    AddDepartmentsAbove(&departments);
    for (const std::string& code : departments) Evaluate(SubjectKind::kDepartment, code);
    Evaluate(SubjectKind::kSuspense, "");
    return std::move(entries_);
  }

  PlanRevisionPtr Carrier(const std::string& code) const {
    return state_.plans().Carrier(fiscal_year_, code, measure_.as_of, kKnownNow);
  }

  void AddDepartmentsAbove(std::set<std::string>* departments) const {
    std::map<std::string, std::string> parents;
    for (const PlanRevisionPtr& revision : in_force_) {
      parents[revision->plan().department_code] = revision->plan().parent_department_code;
    }
    const std::set<std::string> below = *departments;
    for (const std::string& start : below) {
      std::string code = start;
      while (true) {
        const auto parent = parents.find(code);
        if (parent == parents.end() || parent->second.empty()) break;
        code = parent->second;
        if (!departments->insert(code).second) break;
      }
    }
  }

  void Evaluate(SubjectKind kind, const std::string& code) {
    WarningEntry subject;
    subject.id.subject_kind = kind;
    subject.id.subject_code = code;
    const std::vector<RuleFinding> findings = FindingsAbout(&subject);
    Compare(std::move(subject), findings);
  }

  // The findings about the subject; fills in its name and department.
  std::vector<RuleFinding> FindingsAbout(WarningEntry* subject) const {
    const std::string& code = subject->id.subject_code;
    switch (subject->id.subject_kind) {
      case SubjectKind::kProject: return FindingsAboutProject(code, subject);
      case SubjectKind::kDepartment: return FindingsAboutDepartment(code, subject);
      case SubjectKind::kSuspense:
        return SuspenseFindings(SuspenseAt(fiscal_year_, measure_.as_of, basis_));
    }
    return {};
  }

  std::vector<RuleFinding> FindingsAboutProject(const std::string& code,
                                                WarningEntry* subject) const {
    const PlanRevisionPtr carrier = Carrier(code);
    if (carrier == nullptr) return {};
    const Project& project = carrier->plan().projects[carrier->project_index.at(code)];
    subject->department_code = carrier->plan().department_code;
    subject->subject_name = project.project_name;
    const auto unmatched = unmatched_.find(code);
    return ProjectFindings(project, measure_, DisbursedUpTo(basis_.totals, code, measure_.as_of),
                           unmatched == unmatched_.end() ? Total() : unmatched->second, profile_);
  }

  std::vector<RuleFinding> FindingsAboutDepartment(const std::string& code,
                                                   WarningEntry* subject) const {
    subject->department_code = code;
    for (const PlanRevisionPtr& revision : in_force_) {
      if (revision->plan().department_code == code) {
        subject->subject_name = revision->plan().department_name;
      }
    }
    const DepartmentMeasure department = MeasureDepartment(code, in_force_, measure_, basis_);
    return DepartmentFindings(department.figures, department.planned_before_backload_fen, measure_,
                              profile_);
  }

  // Brings the warnings about one subject in line with what the rules found.
  void Compare(WarningEntry subject, const std::vector<RuleFinding>& findings) {
    subject.id.fiscal_year = fiscal_year_;
    subject.date = business_date_;
    for (const Rule rule : kAllRules) {
      subject.id.rule = rule;
      const RuleFinding* found = nullptr;
      for (const RuleFinding& finding : findings) {
        if (finding.rule == rule) found = &finding;
      }
      WarningId id = subject.id;
      if (found != nullptr) id.checkpoint = found->checkpoint;
      bool open = false;
      for (const Warning* warning : state_.warnings().FindOpen(subject.id)) {
        if (found != nullptr && warning->id == id) {
          open = true;
          continue;
        }
        WarningEntry entry = subject;
        entry.id = warning->id;
        entry.change = found == nullptr ? WarningChange::kResolved : WarningChange::kSuperseded;
        entry.severity = warning->severity;
        entries_.push_back(std::move(entry));
      }
      if (found == nullptr || open) continue;
      WarningEntry entry = subject;
      entry.id = id;
      entry.change = state_.warnings().Find(id.ToString()) == nullptr ? WarningChange::kOpened
                                                                      : WarningChange::kReopened;
      entry.severity = found->severity;
      entry.figures = found->figures;
      entries_.push_back(std::move(entry));
    }
  }

  const LedgerState& state_;
  const int fiscal_year_;
  const Date business_date_;
  const Profile& profile_;
  const Measure measure_;
  const ReportBasis basis_;
  const std::vector<PlanRevisionPtr> in_force_;
  std::map<std::string, Total, std::less<>> unmatched_;  // by project
  std::vector<WarningEntry> entries_;
};

}  // namespace

std::vector<WarningEntry> EvaluateWarnings(const LedgerState& state, const EvaluationScope& scope,
                                           Date business_date) {
  // A year's warnings stay as they were when it was closed.
  if (state.IsClosed(scope.fiscal_year)) return {};
  Evaluation evaluation(state, scope.fiscal_year, business_date);
  return scope.whole_year ? evaluation.WholeYear() : evaluation.Projects(scope.project_codes);
}

void FillCurrentFigures(const LedgerState& state, Date business_date,
                        std::vector<Warning>* warnings) {
  std::map<int, Evaluation> evaluations;
  for (Warning& warning : *warnings) {
    const int year = warning.id.fiscal_year;
    if (!warning.open || state.IsClosed(year)) continue;
    const auto evaluation = evaluations.try_emplace(year, state, year, business_date).first;
    warning.current_figures = evaluation->second.CurrentFigures(warning.id);
  }
}

}  // namespace budgetwatch
