#include "domain/scorecard.h"

namespace budgetwatch {

Scorecard MakeScorecard(const PerformanceReport& report, const Profile& profile) {
  Scorecard scorecard;
  scorecard.profile_name = profile.name;
  Rational weighted;
  Rational evenly;
  Rational budget_fen;
  for (const LineResults& line : report.lines) {
    const ProjectScore& score = scorecard.projects.emplace_back(
        ScoreProject(*line.project, line.figures.disbursed_fen, line.attainments, profile.score));
    weighted += score.points * line.project->budget_fen;
    evenly += score.points;
    budget_fen += line.project->budget_fen;
  }
  if (scorecard.projects.empty()) return scorecard;
  scorecard.points = sgn(budget_fen) > 0 ? Rational(weighted / budget_fen)
                                         : Rational(evenly / scorecard.projects.size());
  scorecard.grade = GradeOf(scorecard.points, profile.score);
  return scorecard;
}

}  // namespace budgetwatch
