#include "service/warning_evaluation.h"

#include <map>

#include "domain/execution_report.h"

namespace budgetwatch {
namespace {

using ProjectSet = std::set<std::string, std::less<>>;

// The rules about one kind of subject; the order is that of their findings.
std::vector<Rule> RulesAbout(SubjectKind kind) {
  if (kind == SubjectKind::kIndicator) return {Rule::kTargetMissed};
  if (kind == SubjectKind::kSuspense) return {Rule::kSuspensePending};
  std::vector<Rule> rules;
  for (const Rule rule : kAllRules) {
    if (rule != Rule::kTargetMissed && rule != Rule::kSuspensePending) rules.push_back(rule);
  }
  return rules;
}

// Evaluates the subjects of one year.
class Evaluation {
 public:
  // `cache` may be null.
  Evaluation(const LedgerState& state, int fiscal_year, Date business_date, ResultsCache* cache)
      : state_(state),
        fiscal_year_(fiscal_year),
        business_date_(business_date),
        cache_(cache == nullptr ? own_cache_[fiscal_year] : (*cache)[fiscal_year]),
        profile_(state.ProfileAt(kKnownNow)),
        measure_(MeasureForWarnings(fiscal_year, business_date, profile_)),
        basis_{&state.plans(), state.totals().FindYear(fiscal_year), &profile_, kKnownNow},
        results_{basis_, &state.observations(), EarlierTotals(state, fiscal_year)},
        in_force_(state.plans().AllInForce(fiscal_year, measure_.as_of, kKnownNow)),
        departments_(in_force_) {
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
    cache_.clear();
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
      } else if (warning.id.subject_kind == SubjectKind::kIndicator) {
        projects.emplace(ProjectOfSubject(warning.id.subject_code));
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
  std::optional<Figures> CurrentFigures(const WarningId& id) {
    WarningEntry subject;
    subject.id = id;
    for (const RuleFinding& finding : FindingsAbout(&subject)) {
      if (finding.rule == id.rule && finding.checkpoint == id.checkpoint) return finding.figures;
    }
    return std::nullopt;
  }

 private:
  std::vector<WarningEntry> Run(const ProjectSet& projects, std::set<std::string> departments) {
    for (const std::string& code : projects) {
      Evaluate(SubjectKind::kProject, code);
      for (const std::string& indicator : IndicatorSubjects(code)) {
        Evaluate(SubjectKind::kIndicator, indicator);
      }
    }
    AddDepartmentsAbove(&departments);
    for (const std::string& code : departments) Evaluate(SubjectKind::kDepartment, code);
    Evaluate(SubjectKind::kSuspense, "");
    return std::move(entries_);
  }

  PlanRevisionPtr Carrier(const std::string& code) const {
    return state_.plans().Carrier(fiscal_year_, code, measure_.as_of, kKnownNow);
  }

  void AddDepartmentsAbove(std::set<std::string>* departments) const {
    const std::set<std::string> below = *departments;
    for (const std::string& start : below) {
      std::string code = start;
      while (const PlanRevision* revision = departments_.Find(code)) {
        code = revision->plan().parent_department_code;
        if (code.empty() || !departments->insert(code).second) break;
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
  std::vector<RuleFinding> FindingsAbout(WarningEntry* subject) {
    const std::string& code = subject->id.subject_code;
    switch (subject->id.subject_kind) {
      case SubjectKind::kProject: return FindingsAboutProject(code, subject);
      case SubjectKind::kDepartment: return FindingsAboutDepartment(code, subject);
      case SubjectKind::kIndicator: return FindingsAboutIndicator(code, subject);
      case SubjectKind::kSuspense:
        return SuspenseFindings(SuspenseAt(fiscal_year_, measure_.as_of, basis_));
    }
    return {};
  }

  std::vector<RuleFinding> FindingsAboutProject(const std::string& code, WarningEntry* subject) {
    const PlanRevisionPtr carrier = Carrier(code);
    if (carrier == nullptr) {
      cache_.erase(code);
      return {};
    }
    const Project& project = carrier->plan().projects[carrier->project_index.at(code)];
    subject->department_code = carrier->plan().department_code;
    subject->subject_name = project.project_name;
    const auto unmatched = unmatched_.find(code);
    std::vector<RuleFinding> findings =
        ProjectFindings(project, measure_, DisbursedUpTo(basis_.totals, code, measure_.as_of),
                        unmatched == unmatched_.end() ? Total() : unmatched->second, profile_);
    const auto day = ResultsDayOf(subject->department_code);
    if (!day) return findings;
    const LineResults line = MeasureResults(project, fiscal_year_, measure_.as_of, results_);
    cache_[code] = line.figures;
    Append(LineResultFindings(line.figures, day, profile_), &findings);
    Append(
        ForecastFindings(project, fiscal_year_, ForecastLine(project, fiscal_year_, *day, results_),
                         DisbursedUpTo(basis_.totals, code, *day).amount_fen, day, profile_),
        &findings);
    return findings;
  }

  std::vector<RuleFinding> FindingsAboutIndicator(const std::string& code,
                                                  WarningEntry* subject) const {
    const std::string project_code(ProjectOfSubject(code));
    const PlanRevisionPtr carrier = Carrier(project_code);
    if (carrier == nullptr) return {};
    const Project& project = carrier->plan().projects[carrier->project_index.at(project_code)];
    const Indicator* indicator = nullptr;
    for (const Indicator& candidate : project.indicators) {
      if (IndicatorSubject(project_code, candidate.indicator_id) == code) indicator = &candidate;
    }
    if (indicator == nullptr) return {};
    subject->department_code = carrier->plan().department_code;
    subject->subject_name = indicator->level3.empty() ? indicator->description : indicator->level3;
    const auto observations = state_.observations().Of(
        fiscal_year_, project_code, indicator->indicator_id, measure_.as_of, kKnownNow);
    if (observations.empty()) return {};
    return IndicatorFindings(
        Attain(*indicator, fiscal_year_, measure_.as_of, observations, profile_),
        ResultsDayOf(subject->department_code));
  }

  // The indicators of a project that are observed, or have an open warning.
  ProjectSet IndicatorSubjects(const std::string& project_code) const {
    ProjectSet subjects;
    const auto& places = state_.observations().places();
    for (auto position = places.lower_bound({fiscal_year_, project_code, "", Date(), 0});
         position != places.end() && position->first.fiscal_year == fiscal_year_ &&
         position->first.project_code == project_code;
         ++position) {
      subjects.insert(IndicatorSubject(project_code, position->first.indicator_id));
    }
    WarningId id{
        Rule::kTargetMissed, SubjectKind::kIndicator, project_code + '#', fiscal_year_, {}};
    const std::string prefix = id.ToString();
    const auto& all = state_.warnings().all();
    for (auto position = all.lower_bound(prefix);
         position != all.end() && position->first.starts_with(prefix); ++position) {
      const Warning& warning = position->second;
      // The code of another project may begin in the same way, up to a mark of its own.
      if (warning.open && ProjectOfSubject(warning.id.subject_code) == project_code) {
        subjects.insert(warning.id.subject_code);
      }
    }
    return subjects;
  }

  static void Append(std::vector<RuleFinding> more, std::vector<RuleFinding>* findings) {
    for (RuleFinding& finding : more) findings->push_back(std::move(finding));
  }

  static std::map<int, const YearTotals*> EarlierTotals(const LedgerState& state, int fiscal_year) {
    std::map<int, const YearTotals*> totals;
    for (int year = fiscal_year - kEarlierYears; year < fiscal_year; ++year) {
      if (const YearTotals* booked = state.totals().FindYear(year)) totals[year] = booked;
    }
    return totals;
  }

  std::optional<Date> ResultsDayOf(const std::string& department_code) const {
    std::set<Date> reviewed;
    const auto& reviews = state_.reviews().all();
    for (auto position = reviews.lower_bound({fiscal_year_, department_code, Date(), 0});
         position != reviews.end() && position->first.fiscal_year == fiscal_year_ &&
         position->first.department_code == department_code;
         ++position) {
      if (position->second.entry.trigger == ReviewTrigger::kByHand) {
        reviewed.insert(position->first.as_of);
      }
    }
    return ResultsDay(profile_, fiscal_year_, measure_.as_of, reviewed);
  }

  ResultFigures DepartmentResultFigures(const std::string& department_code) {
    ResultFigures sum;
    for (const PlanRevisionPtr& revision : departments_.Subtree(department_code)) {
      for (const Project& project : revision->plan().projects) {
        auto cached = cache_.find(project.project_code);
        if (cached == cache_.end()) {
          cached =
              cache_
                  .emplace(project.project_code,
                           MeasureResults(project, fiscal_year_, measure_.as_of, results_).figures)
                  .first;
        }
        sum += cached->second;
      }
    }
    return sum;
  }

  std::vector<RuleFinding> FindingsAboutDepartment(const std::string& code, WarningEntry* subject) {
    subject->department_code = code;
    if (const PlanRevision* revision = departments_.Find(code)) {
      subject->subject_name = revision->plan().department_name;
    }
    const DepartmentMeasure department = MeasureDepartment(code, departments_, measure_, basis_);
    std::vector<RuleFinding> findings = DepartmentFindings(
        department.figures, department.planned_before_backload_fen, measure_, profile_);
    const auto day = ResultsDayOf(code);
    if (!day) return findings;
    ResultFigures figures = DepartmentResultFigures(code);
    // What is paid changes with every payment, what is attained does not.
    figures.budget_fen = department.figures.budget_fen;
    figures.disbursed_fen = department.figures.disbursed_fen;
    Append(DepartmentResultFindings(figures, day, profile_), &findings);
    return findings;
  }

  // Brings the warnings about one subject in line with what the rules found.
  void Compare(WarningEntry subject, const std::vector<RuleFinding>& findings) {
    subject.id.fiscal_year = fiscal_year_;
    subject.date = business_date_;
    for (const Rule rule : RulesAbout(subject.id.subject_kind)) {
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
  ResultsCache own_cache_;  // where no other is given
  StringMap<ResultFigures>& cache_;
  const Profile& profile_;
  const Measure measure_;
  const ReportBasis basis_;
  const ResultBasis results_;
  const std::vector<PlanRevisionPtr> in_force_;
  const DepartmentTree departments_;
  std::map<std::string, Total, std::less<>> unmatched_;  // by project
  std::vector<WarningEntry> entries_;
};

}  // namespace

std::vector<WarningEntry> EvaluateWarnings(const LedgerState& state, const EvaluationScope& scope,
                                           Date business_date, ResultsCache* cache) {
  // A year's warnings stay as they were when it was closed.
  if (state.IsClosed(scope.fiscal_year)) return {};
  Evaluation evaluation(state, scope.fiscal_year, business_date, cache);
  return scope.whole_year ? evaluation.WholeYear() : evaluation.Projects(scope.project_codes);
}

void FillCurrentFigures(const LedgerState& state, Date business_date,
                        std::vector<Warning>* warnings) {
  std::map<int, Evaluation> evaluations;
  for (Warning& warning : *warnings) {
    const int year = warning.id.fiscal_year;
    if (!warning.open || state.IsClosed(year)) continue;
    const auto evaluation =
        evaluations.try_emplace(year, state, year, business_date, nullptr).first;
    warning.current_figures = evaluation->second.CurrentFigures(warning.id);
  }
}

}  // namespace budgetwatch
