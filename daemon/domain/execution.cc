#include "domain/execution.h"

namespace budgetwatch {
namespace {

std::optional<double> Ratio(int64_t part_fen, int64_t whole_fen) {
  if (whole_fen == 0) return std::nullopt;
  return static_cast<double>(part_fen) / static_cast<double>(whole_fen);
}

}  // namespace

ExecutionStatus StatusOf(int64_t budget_fen, int64_t disbursed_fen,
                         const SchedulePosition& position, const Profile& profile) {
  if (disbursed_fen > budget_fen) return ExecutionStatus::kOverspent;
  if (budget_fen > 0) {
    const Due due = DueOf(budget_fen, position.planned);
    if (FallsShort(disbursed_fen, budget_fen, due, profile.severe_ppm)) {
      return ExecutionStatus::kSeverelyBehind;
    }
    if (FallsShort(disbursed_fen, budget_fen, due, profile.tolerance_ppm)) {
      return ExecutionStatus::kBehind;
    }
    if (Exceeds(disbursed_fen, budget_fen, DueOf(budget_fen, position.next),
                profile.tolerance_ppm)) {
      return ExecutionStatus::kAhead;
    }
  }
  if (disbursed_fen == budget_fen) return ExecutionStatus::kCompleted;
  if (position.planned.numerator == 0 && disbursed_fen == 0) return ExecutionStatus::kNotDue;
  return ExecutionStatus::kOnTrack;
}

ExecutionFigures& ExecutionFigures::operator+=(const ExecutionFigures& other) {
  budget_fen += other.budget_fen;
  disbursed_fen += other.disbursed_fen;
  planned_fen += other.planned_fen;
  return *this;
}

std::optional<double> ExecutionFigures::ExecutionRatio() const {
  return Ratio(disbursed_fen, budget_fen);
}

std::optional<double> ExecutionFigures::PlannedRatio() const {
  return Ratio(planned_fen, budget_fen);
}

std::optional<double> ExecutionFigures::DeviationRatio() const {
  return Ratio(disbursed_fen - planned_fen, budget_fen);
}

LineExecution ExecutionOf(const Project& project, int fiscal_year, Date as_of,
                          const Total& disbursed, const Profile& profile) {
  LineExecution line;
  line.position = PositionAt(project, fiscal_year, as_of, profile);
  line.figures.budget_fen = project.budget_fen;
  line.figures.disbursed_fen = disbursed.amount_fen;
  line.figures.planned_fen = RoundDue(DueOf(project.budget_fen, line.position.planned));
  line.payment_count = disbursed.payment_count;
  line.status = StatusOf(project.budget_fen, disbursed.amount_fen, line.position, profile);
  return line;
}

}  // namespace budgetwatch
