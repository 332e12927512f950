#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "domain/date.h"
#include "domain/finding.h"
#include "domain/sequence.h"
#include "domain/share.h"

namespace budgetwatch {

// Rules that open warnings. The names are stable; values are on disk, never reuse
// one.
enum class Rule {
  kBehindPlan = 1,
  kSeverelyBehindPlan = 2,
  kBehindTimeProgress = 3,
  kBelowFloor = 4,
  kNoSpending = 5,
  kOverspent = 6,
  kAheadOfPlan = 7,
  kSuspensePending = 8,
  kRefundUnmatched = 9,
  kPlanBackloaded = 10,
  kTargetMissed = 11,
  kTargetUnobserved = 12,
  kMoneyOutpacesResults = 13,
  kResultsOutpaceMoney = 14,
  kForecastShortfall = 15,
  kYearEndRush = 16,
};
inline constexpr Rule kAllRules[] = {
    Rule::kBehindPlan,           Rule::kSeverelyBehindPlan,  Rule::kBehindTimeProgress,
    Rule::kBelowFloor,           Rule::kNoSpending,          Rule::kOverspent,
    Rule::kAheadOfPlan,          Rule::kSuspensePending,     Rule::kRefundUnmatched,
    Rule::kPlanBackloaded,       Rule::kTargetMissed,        Rule::kTargetUnobserved,
    Rule::kMoneyOutpacesResults, Rule::kResultsOutpaceMoney, Rule::kForecastShortfall,
    Rule::kYearEndRush};

std::string_view RuleName(Rule rule);
std::optional<Rule> RuleFromName(std::string_view name);

// What a warning is about. Values are on disk: never reuse one.
enum class SubjectKind {
  kProject = 1,
  kDepartment = 2,
  kSuspense = 3,   // the payments of a year that no plan carries
  kIndicator = 4,  // its code is IndicatorSubject(project, indicator)
};

// "<project code>#<indicator id>". A "#" of the id is written "%23", so that the last one
// parts the two whatever they hold, and the "%" of an id's own "%23" or "%25" is "%25".
std::string IndicatorSubject(std::string_view project_code, std::string_view indicator_id);
// The project of such a code.
std::string_view ProjectOfSubject(std::string_view indicator_subject);

// The identity of a warning: one rule, one subject, one year, one checkpoint.
struct WarningId {
  Rule rule = Rule::kBehindPlan;
  SubjectKind subject_kind = SubjectKind::kProject;
  std::string subject_code;  // empty for suspense
  int fiscal_year = 0;
  std::optional<Date> checkpoint;  // absent for rules of the whole year

  // "behind_plan/2020/project:122-0501-JBN-4MTX/2020-06-30".
  std::string ToString() const;

  friend auto operator<=>(const WarningId&, const WarningId&) = default;
};

// The figures behind a finding; those that its rule does not use are absent.
struct Figures {
  std::optional<int64_t> budget_fen;
  std::optional<int64_t> disbursed_fen;
  std::optional<Share> expected;   // share asked for; a department's is money / budget
  std::optional<int64_t> gap_fen;  // missing, or too much, to satisfy the rule
  std::optional<int64_t> payment_count;
  std::optional<int64_t> attained_ppm = {};  // share of the target or targets, in millionths
  std::optional<int64_t> indicator_count = {};
  std::string target_text = {};
  std::string observed_text = {};

  friend bool operator==(const Figures&, const Figures&) = default;
};

// Class of a cause in the official form. Values are on disk: never reuse one.
enum class CauseClass {
  kFunding = 1,      // 经费保障
  kInstitution = 2,  // 制度保障
  kPersonnel = 3,    // 人员保障
  kFacility = 4,     // 硬件条件保障
  kOther = 5,        // 其他
};

// What a person says about a warning.
struct Explanation {
  CauseClass cause = CauseClass::kOther;
  std::string text;
  std::string measure;
  std::optional<Date> due_date;
  std::string explained_by;
  bool measure_done = false;  // 整改完成
  std::string measure_result = {};

  friend bool operator==(const Explanation&, const Explanation&) = default;
};

// What can happen to a warning. Values are on disk: never reuse one.
enum class WarningChange {
  kOpened = 1,
  kResolved = 2,
  kReopened = 3,
  kExplained = 4,
  kSuperseded = 5,  // a later checkpoint took its place
};

// A change of a warning, as the journal holds it.
struct WarningEntry {
  WarningId id;
  WarningChange change = WarningChange::kOpened;
  Date date;  // business date
  std::string department_code;
  std::string subject_name;
  Severity severity = Severity::kWarning;
  Figures figures;                         // of an opening
  std::optional<Explanation> explanation;  // of an explanation

  friend bool operator==(const WarningEntry&, const WarningEntry&) = default;
};

// A change in a warning's history.
struct WarningEvent {
  WarningChange change = WarningChange::kOpened;
  Sequence sequence = 0;
  WallMicros recorded_time = 0;
  Date date;
  Figures figures;
  std::optional<Explanation> explanation;
};

// A warning with its history.
struct Warning {
  WarningId id;
  std::string department_code;
  std::string subject_name;
  Severity severity = Severity::kWarning;
  bool open = false;
  Date opened_date;
  std::optional<Date> resolved_date;
  int reopen_count = 0;
  Figures figures;                         // of the last opening
  std::optional<Figures> current_figures;  // of an open one when it is listed; not stored
  std::optional<Explanation> explanation;
  std::vector<WarningEvent> history;
};

// The warning as it was right after the change of that sequence.
// REQUIRES: its history holds that sequence.
Warning WarningAsOf(const Warning& warning, Sequence sequence);

// Every warning there ever was. Thread-compatible.
class WarningBook {
 public:
  // Why the change does not fit the state (what opens is open already, and so on);
  // empty when it does.
  std::string WhyNot(const WarningEntry& entry) const;

  // REQUIRES: WhyNot(entry) is empty.
  void Apply(Sequence sequence, WallMicros recorded_time, const WarningEntry& entry);

  // Null when there is none; valid until the next Apply.
  const Warning* Find(const std::string& warning_id) const;

  const std::map<std::string, Warning>& all() const { return warnings_; }

  // Open warnings of one rule about one subject in one year, at any checkpoint.
  // The checkpoint of `id` does not matter.
  std::vector<const Warning*> FindOpen(const WarningId& id) const;

  // Sequences of changes after `sequence`, with the warning each changed, rising;
  // at most `limit`.
  std::vector<std::pair<Sequence, std::string>> ChangesAfter(Sequence sequence, size_t limit) const;

  Sequence last_change() const { return changes_.empty() ? 0 : changes_.back().first; }

 private:
  std::map<std::string, Warning> warnings_;                       // by WarningId::ToString()
  std::vector<std::pair<Sequence, const std::string*>> changes_;  // keys of warnings_
};

}  // namespace budgetwatch
