#include "forms/review_view.h"

#include <algorithm>
#include <set>

#include "forms/amount.h"
#include "forms/form_text.h"

namespace budgetwatch::forms {
namespace {

// Projects of a review by code, in the order in which they are first named.
class ProjectTable {
 public:
  ProjectView* Named(const std::string& code) {
    const auto [found, is_new] = places_.try_emplace(code, projects_.size());
    if (is_new) {
      projects_.emplace_back();
      projects_.back().code = code;
    }
    return &projects_[found->second];
  }

  ProjectView* Find(std::string_view code) {
    const auto found = places_.find(code);
    return found == places_.end() ? nullptr : &projects_[found->second];
  }

  std::vector<ProjectView> Take() { return std::move(projects_); }

 private:
  std::vector<ProjectView> projects_;
  std::map<std::string, size_t, std::less<>> places_;
};

// Files `each` under its project, the first one to stay, and its name.
template <typename Message>
void Join(const Message& each, const Message* ProjectView::*member, ProjectTable* table) {
  ProjectView* project = table->Named(each.project_code());
  if (project->*member == nullptr) project->*member = &each;
  if constexpr (requires { each.project_name(); }) {
    if (project->name.empty()) project->name = each.project_name();
  }
}

// The id as the plan has it, of one in a subject's code; see v1::SubjectKind.
std::string IndicatorIdOf(std::string_view escaped) {
  std::string id;
  for (size_t i = 0; i < escaped.size(); ++i) {
    const std::string_view part = escaped.substr(i, 3);
    const bool is_escape = part == "%23" || part == "%25";
    id += part == "%23" ? '#' : escaped[i];
    if (is_escape) i += 2;
  }
  return id;
}

// Files a warning under its project; false when it belongs to none.
bool JoinWarning(const v1::Warning& warning, ProjectTable* table) {
  const std::string_view code = warning.subject().code();
  if (warning.subject().kind() == v1::SUBJECT_KIND_PROJECT) {
    ProjectView* project = table->Find(code);
    if (project != nullptr) project->warnings.push_back(&warning);
    return project != nullptr;
  }
  if (warning.subject().kind() != v1::SUBJECT_KIND_INDICATOR) return false;
  const size_t mark = code.rfind('#');
  if (mark == std::string_view::npos) return false;
  ProjectView* project = table->Find(code.substr(0, mark));
  if (project == nullptr) return false;
  project->indicator_warnings[IndicatorIdOf(code.substr(mark + 1))].push_back(&warning);
  return true;
}

bool HasForm(const ProjectView& project) {
  if (project.performance != nullptr && project.performance->indicators_size() > 0) return true;
  return project.execution == nullptr || project.execution->kind() == v1::PROJECT_KIND_PROJECT ||
         project.execution->kind() == v1::PROJECT_KIND_UNSPECIFIED;
}

void AddLine(const std::string& line, std::set<std::string>* seen, std::string* lines) {
  if (line.empty() || !seen->insert(line).second) return;
  if (!lines->empty()) *lines += '\n';
  *lines += line;
}

std::string MeasureLine(const v1::Explanation& explanation) {
  std::string line = CleanText(explanation.measure());
  if (!explanation.due_date().empty()) {
    line += (line.empty() ? "完成时限：" : "（完成时限：") + ChineseDate(explanation.due_date()) +
            (line.empty() ? "" : "）");
  }
  const std::string result = CleanText(explanation.measure_result());
  if (explanation.measure_done() || !result.empty()) {
    if (!line.empty()) line += '\n';
    line += explanation.measure_done() ? "整改已完成" : "整改情况";
    if (!result.empty()) line += "：" + result;
  }
  return line;
}

}  // namespace

ReviewView ViewOf(const v1::GetReviewResponse& response) {
  const v1::Review& review = response.review();
  ProjectTable table;
  for (const auto& each : review.projects()) Join(each, &ProjectView::money, &table);
  for (const auto& each : review.execution().projects()) {
    Join(each, &ProjectView::execution, &table);
  }
  for (const auto& each : review.performance().projects()) {
    Join(each, &ProjectView::performance, &table);
  }
  for (const auto& each : review.scorecard().projects()) Join(each, &ProjectView::score, &table);

  ReviewView view{.response = &response, .projects = {}, .other_warnings = {}};
  for (const v1::Warning& warning : response.warnings()) {
    if (!JoinWarning(warning, &table)) view.other_warnings.push_back(&warning);
  }
  for (ProjectView& project : table.Take()) {
    if (HasForm(project)) {
      view.projects.push_back(std::move(project));
      continue;
    }
    view.other_warnings.insert(view.other_warnings.end(), project.warnings.begin(),
                               project.warnings.end());
  }
  return view;
}

void Money::Add(const Money& other) {
  initial = Plus(initial, other.initial);
  budget = Plus(budget, other.budget);
  disbursed = Plus(disbursed, other.disbursed);
  expected = Plus(expected, other.expected);
}

Money TotalMoney(const ProjectView& project) {
  Money money;
  if (project.money != nullptr) money.initial = project.money->initial_budget_fen();
  if (project.execution != nullptr) {
    money.budget = project.execution->budget_fen();
    money.disbursed = project.execution->disbursed_fen();
  }
  if (project.performance != nullptr && project.performance->forecast().has_disbursed_fen()) {
    money.expected = project.performance->forecast().disbursed_fen();
  }
  return money;
}

Money MoneyOfSources(const ProjectView& project, std::initializer_list<v1::FundingSource> sources) {
  if (project.money == nullptr || project.money->fundings().empty()) return Money();
  Money money{.initial = 0, .budget = 0, .disbursed = 0, .expected = std::nullopt};
  // Nothing is said about the year's end of a source while nothing is about the whole.
  if (TotalMoney(project).expected) money.expected = 0;
  for (const v1::ReviewFunding& funding : project.money->fundings()) {
    if (std::find(sources.begin(), sources.end(), funding.source()) == sources.end()) continue;
    Money part{.initial = funding.initial_budget_fen(),
               .budget = funding.budget_fen(),
               .disbursed = funding.disbursed_fen(),
               .expected = std::nullopt};
    if (funding.has_expected_disbursed_fen()) part.expected = funding.expected_disbursed_fen();
    money.Add(part);
  }
  return money;
}

bool Deviation::has_cause() const {
  return std::any_of(causes.begin(), causes.end(), [](bool cause) { return cause; });
}

Deviation DeviationOf(const std::vector<const v1::Warning*>& warnings) {
  Deviation deviation;
  std::set<std::string> reasons;
  std::set<std::string> measures;
  for (const v1::Warning* warning : warnings) {
    if (!warning->has_explanation()) continue;
    const v1::Explanation& explanation = warning->explanation();
    const int cause = explanation.cause() - v1::CAUSE_CLASS_FUNDING;
    if (cause >= 0 && cause < static_cast<int>(Deviation::kCauseCount)) {
      deviation.causes[static_cast<size_t>(cause)] = true;
    }
    AddLine(CleanText(explanation.text()), &reasons, &deviation.reasons);
    AddLine(MeasureLine(explanation), &measures, &deviation.measures);
  }
  return deviation;
}

bool IsDoubtful(const v1::IndicatorPerformance& indicator) {
  return indicator.state() != v1::TARGET_STATE_MET &&
         indicator.likelihood() != v1::LIKELIHOOD_CERTAIN;
}

Deviation DeviationOf(const ProjectView& project, const v1::IndicatorPerformance& indicator) {
  const auto found = project.indicator_warnings.find(indicator.indicator_id());
  if (found != project.indicator_warnings.end()) {
    Deviation own = DeviationOf(found->second);
    if (own.explained()) return own;
  }
  return IsDoubtful(indicator) ? DeviationOf(project.warnings) : Deviation();
}

std::string_view CauseName(v1::CauseClass cause) {
  switch (cause) {
    case v1::CAUSE_CLASS_FUNDING: return "经费保障";
    case v1::CAUSE_CLASS_INSTITUTION: return "制度保障";
    case v1::CAUSE_CLASS_PERSONNEL: return "人员保障";
    case v1::CAUSE_CLASS_FACILITY: return "硬件条件保障";
    case v1::CAUSE_CLASS_OTHER: return "其他";
    default: return "";
  }
}

}  // namespace budgetwatch::forms
