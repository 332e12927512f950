#include "domain/rules.h"

namespace budgetwatch {
namespace {

RuleFinding MakeFinding(Rule rule, std::optional<Date> checkpoint) {
  RuleFinding finding;
  finding.rule = rule;
  finding.severity = SeverityOf(rule);
  finding.checkpoint = checkpoint;
  return finding;
}

RuleFinding MoneyFinding(Rule rule, std::optional<Date> checkpoint, int64_t budget_fen,
                         int64_t disbursed_fen, const Share& expected, int64_t gap_fen) {
  RuleFinding finding = MakeFinding(rule, checkpoint);
  finding.figures.budget_fen = budget_fen;
  finding.figures.disbursed_fen = disbursed_fen;
  finding.figures.expected = expected;
  finding.figures.gap_fen = gap_fen;
  return finding;
}

}  // namespace

std::optional<std::pair<Date, Share>> LastFloor(const Profile& profile, const Measure& measure) {
  std::optional<std::pair<Date, Share>> last;
  for (const Floor& floor : profile.floors) {
    const Date date = DayInYear(floor.month, floor.day, measure.fiscal_year);
    if (date <= measure.as_of && (!last || date > last->first)) {
      last = {date, ShareFromPpm(floor.share_ppm)};
    }
  }
  return last;
}

namespace {

// Collects the findings about one budget, whether of a line or a department.
class FindingCollector {
 public:
  FindingCollector(int64_t budget_fen, int64_t disbursed_fen, const Profile& profile)
      : budget_fen_(budget_fen), disbursed_fen_(disbursed_fen), profile_(profile) {}

  void Behind(const Due& due, const Share& planned, std::optional<Date> checkpoint) {
    if (FallsShort(disbursed_fen_, budget_fen_, due, profile_.severe_ppm)) {
      AddShortfall(Rule::kSeverelyBehindPlan, due, planned, checkpoint);
    }
    if (FallsShort(disbursed_fen_, budget_fen_, due, profile_.tolerance_ppm)) {
      AddShortfall(Rule::kBehindPlan, due, planned, checkpoint);
    }
  }

  void BehindTimeProgress(Date day) {
    const Share progress = TimeProgress(day);
    const Due due = DueOf(budget_fen_, progress);
    if (FallsShort(disbursed_fen_, budget_fen_, due, profile_.tolerance_ppm)) {
      AddShortfall(Rule::kBehindTimeProgress, due, progress, day);
    }
  }

  void BelowFloor(const Measure& measure) {
    const auto floor = LastFloor(profile_, measure);
    if (!floor) return;
    const Due due = DueOf(budget_fen_, floor->second);
    if (FallsShort(disbursed_fen_, budget_fen_, due, 0)) {
      AddShortfall(Rule::kBelowFloor, due, floor->second, floor->first);
    }
  }

  void Overspent() {
    if (disbursed_fen_ <= budget_fen_) return;
    findings_.push_back(MoneyFinding(Rule::kOverspent, std::nullopt, budget_fen_, disbursed_fen_,
                                     {1, 1}, disbursed_fen_ - budget_fen_));
  }

  void Backloaded(int64_t planned_before_fen) {
    const int64_t late_fen = budget_fen_ - planned_before_fen;
    if (!Exceeds(late_fen, budget_fen_, DueOf(budget_fen_, ShareFromPpm(profile_.backloaded_ppm)),
                 0)) {
      return;
    }
    RuleFinding finding = MakeFinding(Rule::kPlanBackloaded, std::nullopt);
    finding.figures.budget_fen = budget_fen_;
    finding.figures.expected = ShareFromPpm(profile_.backloaded_ppm);
    finding.figures.gap_fen = late_fen;
    findings_.push_back(finding);
  }

  void Add(RuleFinding finding) { findings_.push_back(std::move(finding)); }

  std::vector<RuleFinding> Take() { return std::move(findings_); }

 private:
  void AddShortfall(Rule rule, const Due& due, const Share& expected,
                    std::optional<Date> checkpoint) {
    findings_.push_back(MoneyFinding(rule, checkpoint, budget_fen_, disbursed_fen_, expected,
                                     RoundDue(due) - disbursed_fen_));
  }

  const int64_t budget_fen_;
  const int64_t disbursed_fen_;
  const Profile& profile_;
  std::vector<RuleFinding> findings_;
};

}  // namespace

Severity SeverityOf(Rule rule) {
  switch (rule) {
    case Rule::kSeverelyBehindPlan:
    case Rule::kOverspent: return Severity::kCritical;
    case Rule::kBehindPlan:
    case Rule::kBelowFloor:
    case Rule::kNoSpending:
    case Rule::kAheadOfPlan:
    case Rule::kSuspensePending:
    case Rule::kRefundUnmatched:
    case Rule::kTargetMissed:
    case Rule::kTargetUnobserved:
    case Rule::kMoneyOutpacesResults:
    case Rule::kForecastShortfall:
    case Rule::kYearEndRush: return Severity::kWarning;
    case Rule::kBehindTimeProgress:
    case Rule::kPlanBackloaded:
    case Rule::kResultsOutpaceMoney: return Severity::kInfo;
  }
  return Severity::kInfo;
}

Measure MeasureForReport(int fiscal_year, Date as_of) { return {fiscal_year, as_of, as_of}; }

Measure MeasureForWarnings(int fiscal_year, Date business_date, const Profile& profile) {
  const Date as_of = std::min(business_date, Date::LastOfYear(fiscal_year));
  return {fiscal_year, as_of, LastMonitoringDay(profile, fiscal_year, as_of)};
}

std::vector<RuleFinding> ProjectFindings(const Project& project, const Measure& measure,
                                         const Total& disbursed, const Total& unmatched,
                                         const Profile& profile) {
  const int64_t budget_fen = project.budget_fen;
  FindingCollector findings(budget_fen, disbursed.amount_fen, profile);
  findings.Overspent();
  if (budget_fen > 0) {
    SchedulePosition position = PositionAt(project, measure.fiscal_year, measure.as_of, profile);
    const bool scheduled = !project.checkpoints.empty();
    if (!scheduled) {
      // The line's plan is time progress, measured at the measuring day.
      position.last_checkpoint = measure.day;
      position.planned = measure.day ? TimeProgress(*measure.day) : Share{0, 1};
    }
    const Due due = DueOf(budget_fen, position.planned);
    findings.Behind(due, position.planned, position.last_checkpoint);
    if (scheduled && measure.day) findings.BehindTimeProgress(*measure.day);
    findings.BelowFloor(measure);
    if (disbursed.payment_count == 0 && position.planned.numerator > 0) {
      findings.Add(MoneyFinding(Rule::kNoSpending, position.last_checkpoint, budget_fen,
                                disbursed.amount_fen, position.planned, RoundDue(due)));
    }
    const Due next_due = DueOf(budget_fen, position.next);
    if (Exceeds(disbursed.amount_fen, budget_fen, next_due, profile.tolerance_ppm)) {
      findings.Add(MoneyFinding(Rule::kAheadOfPlan, position.next_checkpoint, budget_fen,
                                disbursed.amount_fen, position.next,
                                disbursed.amount_fen - RoundDue(next_due)));
    }
    const Date backload_day = DayInYear(profile.backloaded_after.month,
                                        profile.backloaded_after.day, measure.fiscal_year);
    findings.Backloaded(
        RoundDue(DueOf(budget_fen, PlannedShare(project, measure.fiscal_year, backload_day))));
  }
  if (unmatched.payment_count > 0) {
    RuleFinding finding = MakeFinding(Rule::kRefundUnmatched, std::nullopt);
    finding.figures.gap_fen = unmatched.amount_fen;
    finding.figures.payment_count = unmatched.payment_count;
    findings.Add(finding);
  }
  return findings.Take();
}

std::vector<RuleFinding> DepartmentFindings(const ExecutionFigures& figures,
                                            int64_t planned_before_backload_fen,
                                            const Measure& measure, const Profile& profile) {
  FindingCollector findings(figures.budget_fen, figures.disbursed_fen, profile);
  findings.Overspent();
  if (figures.budget_fen > 0) {
    if (measure.day) {
      // A department's share is money over money: the due sum is already in fen.
      findings.Behind({figures.planned_fen, 1}, {figures.planned_fen, figures.budget_fen},
                      measure.day);
      findings.BehindTimeProgress(*measure.day);
    }
    findings.BelowFloor(measure);
    findings.Backloaded(planned_before_backload_fen);
  }
  return findings.Take();
}

std::vector<RuleFinding> SuspenseFindings(const Total& suspense) {
  if (suspense.payment_count == 0) return {};
  RuleFinding finding = MakeFinding(Rule::kSuspensePending, std::nullopt);
  finding.figures.gap_fen = suspense.amount_fen;
  finding.figures.payment_count = suspense.payment_count;
  return {finding};
}

}  // namespace budgetwatch
