#include "domain/scorecard.h"

namespace budgetwatch {

Scorecard MakeScorecard(const PerformanceReport& report, const Profile& profile) {
  Scorecard scorecard;
  scorecard.profile_name = profile.name;
  for (const LineResults& line : report.lines) {
    scorecard.projects.push_back(
        ScoreProject(*line.project, line.figures.disbursed_fen, line.attainments, profile.score));
  }
  scorecard.points = MeanPoints(scorecard.projects);
  if (scorecard.points) scorecard.grade = GradeOf(*scorecard.points, profile.score);
  return scorecard;
}

}  // namespace budgetwatch
