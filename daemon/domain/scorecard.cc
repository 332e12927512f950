#include "domain/scorecard.h"

namespace budgetwatch {

Scorecard MakeScorecard(const PerformanceReport& report, const Profile& profile) {
  Scorecard scorecard;
  scorecard.profile_name = profile.name;
  for (const LineResults& line : report.lines) {
    scorecard.projects.push_back(
        ScoreProject(*line.project, line.figures.disbursed_fen, line.attainments, profile.score));
  }
  const auto points = MeanPoints(scorecard.projects);
  if (!points) return scorecard;
  scorecard.points = *points;
  scorecard.grade = GradeOf(scorecard.points, profile.score);
  return scorecard;
}

}  // namespace budgetwatch
