#include "domain/warning.h"

#include <algorithm>

#include "base/check.h"

namespace budgetwatch {
namespace {

constexpr std::string_view kEscapedMark = "%23";
constexpr std::string_view kEscapedPercent = "%25";

std::string_view SubjectKindName(SubjectKind kind) {
  switch (kind) {
    case SubjectKind::kProject: return "project";
    case SubjectKind::kDepartment: return "department";
    case SubjectKind::kSuspense: return "suspense";
    case SubjectKind::kIndicator: return "indicator";
  }
  return "";
}

// Takes over what an event changes.
void AddEvent(const WarningEvent& event, Warning* warning) {
  switch (event.change) {
    case WarningChange::kReopened: ++warning->reopen_count; [[fallthrough]];
    case WarningChange::kOpened:
      warning->open = true;
      warning->resolved_date.reset();
      warning->figures = event.figures;
      break;
    case WarningChange::kResolved:
    case WarningChange::kSuperseded:
      warning->open = false;
      warning->resolved_date = event.date;
      break;
    case WarningChange::kExplained: warning->explanation = event.explanation; break;
  }
  warning->history.push_back(event);
}

}  // namespace

std::string IndicatorSubject(std::string_view project_code, std::string_view indicator_id) {
  std::string subject(project_code);
  subject += '#';
  for (size_t i = 0; i < indicator_id.size(); ++i) {
    const std::string_view rest = indicator_id.substr(i);
    if (rest.front() == '#') {
      subject += kEscapedMark;
    } else if (rest.starts_with(kEscapedMark) || rest.starts_with(kEscapedPercent)) {
      subject += kEscapedPercent;
    } else {
      subject += rest.front();
    }
  }
  return subject;
}

std::string_view ProjectOfSubject(std::string_view indicator_subject) {
  return indicator_subject.substr(0, indicator_subject.rfind('#'));
}

Warning WarningAsOf(const Warning& warning, Sequence sequence) {
  Warning past;
  past.id = warning.id;
  past.department_code = warning.department_code;
  past.subject_name = warning.subject_name;
  past.severity = warning.severity;
  past.opened_date = warning.opened_date;
  for (const WarningEvent& event : warning.history) {
    if (event.sequence > sequence) break;
    AddEvent(event, &past);
  }
  return past;
}

std::string_view RuleName(Rule rule) {
  switch (rule) {
    case Rule::kBehindPlan: return "behind_plan";
    case Rule::kSeverelyBehindPlan: return "severely_behind_plan";
    case Rule::kBehindTimeProgress: return "behind_time_progress";
    case Rule::kBelowFloor: return "below_floor";
    case Rule::kNoSpending: return "no_spending";
    case Rule::kOverspent: return "overspent";
    case Rule::kAheadOfPlan: return "ahead_of_plan";
    case Rule::kSuspensePending: return "suspense_pending";
    case Rule::kRefundUnmatched: return "refund_unmatched";
    case Rule::kPlanBackloaded: return "plan_backloaded";
    case Rule::kTargetMissed: return "target_missed";
    case Rule::kTargetUnobserved: return "target_unobserved";
    case Rule::kMoneyOutpacesResults: return "money_outpaces_results";
    case Rule::kResultsOutpaceMoney: return "results_outpace_money";
    case Rule::kForecastShortfall: return "forecast_shortfall";
    case Rule::kYearEndRush: return "year_end_rush";
  }
  return "";
}

std::optional<Rule> RuleFromName(std::string_view name) {
  for (const Rule rule : kAllRules) {
    if (RuleName(rule) == name) return rule;
  }
  return std::nullopt;
}

std::string WarningId::ToString() const {
  std::string text(RuleName(rule));
  text += '/' + std::to_string(fiscal_year) + '/';
  text += SubjectKindName(subject_kind);
  if (!subject_code.empty()) text += ':' + subject_code;
  if (checkpoint) text += '/' + checkpoint->ToString();
  return text;
}

std::string WarningBook::WhyNot(const WarningEntry& entry) const {
  const Warning* warning = Find(entry.id.ToString());
  const bool open = warning != nullptr && warning->open;
  switch (entry.change) {
    case WarningChange::kOpened:
      return warning == nullptr ? "" : "opens a warning for the second time";
    case WarningChange::kReopened:
      return warning != nullptr && !open ? "" : "reopens a warning that is not resolved";
    case WarningChange::kResolved:
    case WarningChange::kSuperseded: return open ? "" : "resolves a warning that is not open";
    case WarningChange::kExplained:
      return warning != nullptr && entry.explanation ? "" : "explains a warning that is not there";
  }
  return "changes a warning in an unknown way";
}

void WarningBook::Apply(Sequence sequence, WallMicros recorded_time, const WarningEntry& entry) {
  BW_CHECK(WhyNot(entry).empty());
  const auto position = warnings_.try_emplace(entry.id.ToString()).first;
  Warning& warning = position->second;
  if (entry.change == WarningChange::kOpened) {
    warning.id = entry.id;
    warning.opened_date = entry.date;
  }
  if (entry.change == WarningChange::kOpened || entry.change == WarningChange::kReopened) {
    warning.department_code = entry.department_code;
    warning.subject_name = entry.subject_name;
    warning.severity = entry.severity;
  }
  AddEvent({entry.change, sequence, recorded_time, entry.date, entry.figures, entry.explanation},
           &warning);
  changes_.emplace_back(sequence, &position->first);
}

std::vector<const Warning*> WarningBook::FindOpen(const WarningId& id) const {
  WarningId any = id;
  any.checkpoint.reset();
  // The ids of all checkpoints start with the id without one.
  const std::string prefix = any.ToString();
  std::vector<const Warning*> open;
  for (auto position = warnings_.lower_bound(prefix);
       position != warnings_.end() && position->first.starts_with(prefix); ++position) {
    const Warning& warning = position->second;
    if (warning.open && warning.id.subject_code == id.subject_code) open.push_back(&warning);
  }
  return open;
}

const Warning* WarningBook::Find(const std::string& warning_id) const {
  const auto position = warnings_.find(warning_id);
  return position == warnings_.end() ? nullptr : &position->second;
}

std::vector<std::pair<Sequence, std::string>> WarningBook::ChangesAfter(Sequence sequence,
                                                                        size_t limit) const {
  auto position =
      std::upper_bound(changes_.begin(), changes_.end(), sequence,
                       [](Sequence value, const auto& change) { return value < change.first; });
  std::vector<std::pair<Sequence, std::string>> changes;
  for (; position != changes_.end() && changes.size() < limit; ++position) {
    changes.emplace_back(position->first, *position->second);
  }
  return changes;
}

}  // namespace budgetwatch
