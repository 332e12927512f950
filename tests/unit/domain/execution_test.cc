// Goal: a status is the first that holds of law 13, decided without rounding.
// Method: tables at each edge and one fen beside it.

#include "domain/execution.h"

#include <gtest/gtest.h>

#include "support/builders.h"

namespace budgetwatch {
namespace {

using S = ExecutionStatus;

constexpr int64_t kBudget = 1'000'000;

// Status with the planned and the next share in percent.
S At(int64_t budget_fen, int64_t disbursed_fen, int planned, int next) {
  SchedulePosition position;
  position.planned = {planned, 100};
  position.next = {next, 100};
  return StatusOf(budget_fen, disbursed_fen, position, Profile());
}

TEST(ExecutionStatus, ChangesExactlyAtItsEdges) {
  const struct {
    int64_t disbursed_fen;
    int planned, next;
    S expected;
  } cases[] = {{kBudget + 1, 100, 100, S::kOverspent},
               {kBudget, 100, 100, S::kCompleted},
               {kBudget - 1, 100, 100, S::kOnTrack},
               // 20 points short is not yet severe, one fen more is.
               {300'000, 50, 70, S::kBehind},
               {299'999, 50, 70, S::kSeverelyBehind},
               // 5 points short is within the tolerance, one fen more is not.
               {450'000, 50, 70, S::kOnTrack},
               {449'999, 50, 70, S::kBehind},
               // 5 points past the next checkpoint.
               {750'000, 50, 70, S::kOnTrack},
               {750'001, 50, 70, S::kAhead},
               // Ahead comes before completed.
               {kBudget, 50, 70, S::kAhead},
               {kBudget, 50, 95, S::kCompleted},
               {kBudget + 1, 0, 0, S::kOverspent},
               // Nothing is due and nothing was paid.
               {0, 0, 50, S::kNotDue},
               {1, 0, 50, S::kOnTrack},
               {0, 5, 50, S::kOnTrack},
               {0, 6, 50, S::kBehind},
               // More came back than was paid.
               {-50'000, 0, 50, S::kOnTrack},
               {-50'001, 0, 50, S::kBehind},
               {-200'001, 0, 50, S::kSeverelyBehind}};
  for (const auto& test : cases) {
    EXPECT_EQ(At(kBudget, test.disbursed_fen, test.planned, test.next), test.expected)
        << test.disbursed_fen << " of plan " << test.planned;
  }
}

TEST(ExecutionStatus, WithoutABudgetThereIsNoRatio) {
  EXPECT_EQ(At(0, 1, 50, 70), S::kOverspent);
  EXPECT_EQ(At(0, 0, 50, 70), S::kCompleted);
  EXPECT_EQ(At(0, 0, 0, 70), S::kCompleted);
  EXPECT_EQ(At(0, -1, 50, 70), S::kOnTrack);
  const ExecutionFigures figures{0, 5, 0};
  EXPECT_FALSE(figures.ExecutionRatio().has_value());
  EXPECT_FALSE(figures.PlannedRatio().has_value());
  EXPECT_FALSE(figures.DeviationRatio().has_value());
}

TEST(ExecutionStatus, TheMarginsAreThoseOfTheProfile) {
  Profile strict;
  strict.tolerance_ppm = 0;
  strict.severe_ppm = 1;
  SchedulePosition position;
  position.planned = {1, 3};
  position.next = {1, 3};
  EXPECT_EQ(StatusOf(3'000'000, 1'000'000, position, strict), S::kOnTrack);
  EXPECT_EQ(StatusOf(3'000'000, 999'999, position, strict), S::kBehind);
  EXPECT_EQ(StatusOf(3'000'000, 999'997, position, strict), S::kBehind);
  EXPECT_EQ(StatusOf(3'000'000, 999'996, position, strict), S::kSeverelyBehind);
  EXPECT_EQ(StatusOf(3'000'000, 1'000'001, position, strict), S::kAhead);
}

TEST(Execution, FiguresOfALineAndTheirRatios) {
  const Project project = MakeProject("P", 1001, {"", "50", "80", "100"});
  const LineExecution line = ExecutionOf(project, 2020, Day("2020-07-01"), {501, 3}, Profile());
  EXPECT_EQ(line.figures.budget_fen, 1001);
  EXPECT_EQ(line.figures.disbursed_fen, 501);
  EXPECT_EQ(line.figures.planned_fen, 501);  // 500.5, half up
  EXPECT_EQ(line.payment_count, 3);
  EXPECT_EQ(line.status, S::kOnTrack);
  EXPECT_DOUBLE_EQ(*line.figures.ExecutionRatio(), 501.0 / 1001);
  EXPECT_DOUBLE_EQ(*line.figures.DeviationRatio(), 0.0);
  ExecutionFigures sum = line.figures;
  sum += {10, -5, 2};
  EXPECT_EQ(sum.budget_fen, 1011);
  EXPECT_EQ(sum.disbursed_fen, 496);
  EXPECT_EQ(sum.planned_fen, 503);
}

}  // namespace
}  // namespace budgetwatch
