#include "support/compare.h"

#include "support/builders.h"
#include "support/random_events.h"

namespace budgetwatch {
namespace {

const char* StatusText(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::kOverspent: return "overspent";
    case ExecutionStatus::kSeverelyBehind: return "severely behind";
    case ExecutionStatus::kBehind: return "behind";
    case ExecutionStatus::kAhead: return "ahead";
    case ExecutionStatus::kCompleted: return "completed";
    case ExecutionStatus::kNotDue: return "not due";
    case ExecutionStatus::kOnTrack: return "on track";
  }
  return "";
}

void CompareCells(const ReferenceLedger::Cells& ledger, const ReferenceLedger::Cells& reference,
                  Differences* found) {
  ReferenceLedger::Cells all = reference;
  all.insert(ledger.begin(), ledger.end());
  const auto text = [](const ReferenceLedger::Cells& cells, const auto& key) {
    const auto cell = cells.find(key);
    if (cell == cells.end()) return std::string("nothing");
    return std::to_string(cell->second.amount_fen) + "/" + std::to_string(cell->second.count);
  };
  for (const auto& [key, sum] : all) {
    Compare("total of " + std::get<1>(key) + " on " + std::get<2>(key), text(ledger, key),
            text(reference, key), found);
  }
}

ReferenceLedger::PlanRevision AsReference(const PlanRevision& revision) {
  ReferenceLedger::PlanRevision plan;
  plan.department = revision.plan().department_code;
  plan.parent = revision.plan().parent_department_code;
  plan.effective_date = revision.entry.effective_date.ToString();
  plan.sequence = revision.sequence;
  for (const Project& project : revision.plan().projects) {
    ReferenceLedger::Line& line = plan.lines.emplace_back();
    line.code = project.project_code;
    line.budget_fen = project.budget_fen;
    for (const Checkpoint& checkpoint : project.checkpoints) {
      line.checkpoints.emplace_back(checkpoint.date.ToString(),
                                    checkpoint.cumulative_ppm.value_or(-1));
    }
  }
  return plan;
}

}  // namespace

Differences CompareState(const LedgerState& state, const ReferenceLedger& reference) {
  Differences found;
  Compare("sequence", state.sequence(), reference.sequence(), &found);
  ReferenceLedger::Cells booked;
  for (const auto& [year, projects] : state.totals().years()) {
    for (const auto& [code, totals] : projects) {
      for (const ProjectTotals::Day& day : totals.days()) {
        booked[{std::to_string(year), code, day.date.ToString()}] = {day.total.amount_fen,
                                                                     day.total.payment_count};
      }
    }
  }
  CompareCells(booked, reference.Booked(INT64_MAX), &found);
  size_t unmatched = 0;
  for (const auto& [original, refunds] : state.unmatched_refunds()) unmatched += refunds.size();
  Compare("number of unmatched refunds", unmatched, reference.UnmatchedCount(), &found);
  for (const std::string year : kRandomYears) {
    const int number = Day(year + "-01-01").year();
    Compare("closing of " + year, state.IsClosed(number), reference.IsClosed(year), &found);
    for (const char* department : kRandomDepartments) {
      std::vector<ReferenceLedger::PlanRevision> revisions;
      for (const PlanRevisionPtr& revision : state.plans().Revisions(department, number)) {
        revisions.push_back(AsReference(*revision));
      }
      if (revisions == reference.Revisions(department, year)) continue;
      found.push_back("the plans of " + std::string(department) + " for " + year + " differ");
    }
  }
  const ReferenceLedger::Thresholds thresholds = reference.ThresholdsAt(INT64_MAX);
  Compare("tolerance", state.ProfileAt(kKnownNow).tolerance_ppm, thresholds.tolerance, &found);
  Compare("severe", state.ProfileAt(kKnownNow).severe_ppm, thresholds.severe, &found);
  return found;
}

Differences CompareReport(const ExecutionReport& report, const ReferenceLedger::Report& expected) {
  Differences found;
  Compare("budget", report.totals.budget_fen, expected.budget_fen, &found);
  Compare("disbursed", report.totals.disbursed_fen, expected.disbursed_fen, &found);
  Compare("planned", report.totals.planned_fen, expected.planned_fen, &found);
  Compare("suspense", report.suspense.amount_fen, expected.suspense.amount_fen, &found);
  Compare("suspended count", report.suspense.payment_count, expected.suspense.count, &found);
  Compare("number of lines", report.projects.size(), expected.own_lines.size(), &found);
  if (!found.empty()) return found;
  for (size_t i = 0; i < report.projects.size(); ++i) {
    const ProjectReport& line = report.projects[i];
    const ReferenceLedger::LineReport& other = expected.own_lines[i];
    const std::string of = " of line " + other.code;
    Compare("code" + of, line.project->project_code, other.code, &found);
    Compare("budget" + of, line.execution.figures.budget_fen, other.budget_fen, &found);
    Compare("planned" + of, line.execution.figures.planned_fen, other.planned_fen, &found);
    Compare("disbursed" + of, line.execution.figures.disbursed_fen, other.disbursed.amount_fen,
            &found);
    Compare("payment count" + of, line.execution.payment_count, other.disbursed.count, &found);
    Compare("status" + of, StatusText(line.execution.status), other.status, &found);
  }
  return found;
}

Differences ComparePayment(const RecordedPayment& payment,
                           const ReferenceLedger::Booking& expected) {
  Differences found;
  const std::string of = " of " + expected.source + " " + expected.id;
  Compare("source" + of, payment.entry.source, expected.source, &found);
  Compare("id" + of, payment.entry.event.payment_id, expected.id, &found);
  Compare("sequence" + of, payment.sequence, expected.sequence, &found);
  Compare("project" + of, payment.booked_project_code, expected.project, &found);
  Compare("date" + of, payment.booked_date.ToString(), expected.date, &found);
  Compare("effect" + of, payment.effect_fen, expected.effect_fen, &found);
  Compare("what is left" + of, payment.remaining_fen, expected.remaining_fen, &found);
  Compare("suspense" + of, payment.suspended, expected.suspended, &found);
  Compare("lack of an original" + of, payment.unmatched, expected.unmatched, &found);
  return found;
}

}  // namespace budgetwatch
