#include "domain/score.h"

#include <algorithm>

#include "base/check.h"
#include "domain/money.h"
#include "domain/score_text.h"
#include "domain/score_weights.h"

namespace budgetwatch {
namespace {

Rational WithinOne(const Rational& share) {
  return std::max(Rational(0), std::min(share, Rational(1)));
}

void Note(std::string zh, std::string en, ProjectScore* score) {
  score->notes_zh.push_back(std::move(zh));
  score->notes_en.push_back(std::move(en));
}

// Share of the execution's weight that is earned.
Rational ExecutionShare(int64_t budget_fen, int64_t disbursed_fen) {
  if (budget_fen == 0) return disbursed_fen > 0 ? 0 : 1;
  return WithinOne(Rational(disbursed_fen) / budget_fen);
}

void ScoreExecution(const Project& project, int64_t disbursed_fen, const Rational& weight,
                    ProjectScore* score) {
  const int64_t budget_fen = project.budget_fen;
  ScoreItem item;
  item.section = kExecutionSection;
  item.weight = weight;
  item.points = weight * ExecutionShare(budget_fen, disbursed_fen);
  item.observed_text = budget_fen == 0 ? "-" : SharePercent(Rational(disbursed_fen) / budget_fen);
  if (item.points < item.weight) {
    item.lost_zh = DescribeExecutionLossZh(item, budget_fen, disbursed_fen);
    item.lost_en = DescribeExecutionLossEn(item, budget_fen, disbursed_fen);
  }
  if (budget_fen == 0 && disbursed_fen <= 0) {
    Note("预算数为 0 且无支出，预算执行率按满分计。",
         "There is no budget and nothing was spent: the execution has its full points.", score);
  }
  if (budget_fen > 0 && disbursed_fen > budget_fen) {
    Note("执行数 " + FormatYuan(disbursed_fen, true) + " 元超过预算数 " +
             FormatYuan(budget_fen, true) + " 元，预算执行率以满分为限；超预算支出另行预警。",
         FormatYuan(disbursed_fen, true) + " yuan were paid of " + FormatYuan(budget_fen, true) +
             ": the execution earns no more than its full points, and overspending has a warning "
             "of its own.",
         score);
  }
  score->items.push_back(std::move(item));
}

// Share of the indicator's weight that is earned.
Rational IndicatorShare(const Attainment& attainment) {
  if (attainment.state == TargetState::kUnknown) return 0;
  const bool in_words = std::holds_alternative<DegreeRequirement>(attainment.requirement.ask);
  if (attainment.state == TargetState::kMet && !in_words) return 1;
  return WithinOne(attainment.share.value_or(Rational(0)));
}

void ScoreIndicator(const Indicator& indicator, const Attainment& attainment,
                    const IndicatorWeight& weight, const std::string& section,
                    ProjectScore* score) {
  ScoreItem item;
  item.indicator = &indicator;
  item.section = section;
  item.weight = weight.weight;
  item.weight_from_plan = weight.from_plan;
  item.points = weight.weight * IndicatorShare(attainment);
  item.observed_text = attainment.observed_text;
  if (item.points < item.weight) {
    item.lost_zh = DescribeLossZh(item, attainment);
    item.lost_en = DescribeLossEn(item, attainment);
  } else if (attainment.state == TargetState::kNotMet && sgn(item.weight) > 0) {
    // A target of more than 5 with an actual of 5: not met, and yet the whole proportion.
    Note("指标 " + indicator.indicator_id + " 未达到目标，但完成比例为 100%，按比例得满分。",
         "Indicator " + indicator.indicator_id +
             " misses its target by nothing but equality; its proportion of 100% has full points.",
         score);
  }
  const bool unobserved = attainment.state == TargetState::kUnknown &&
                          attainment.unknown_cause == UnknownCause::kUnobserved;
  if (unobserved) ++score->unobserved_count;
  score->items.push_back(std::move(item));
}

}  // namespace

ProjectScore ScoreProject(const Project& project, int64_t disbursed_fen,
                          const std::vector<Attainment>& attainments, const ScoreRules& rules) {
  BW_CHECK(attainments.size() == project.indicators.size());
  ScoreWeights weights = WeightsOf(project, rules);
  ProjectScore score;
  score.project = &project;
  score.full = 100;
  score.weights_zh = std::move(weights.text_zh);
  score.weights_en = std::move(weights.text_en);
  ScoreExecution(project, disbursed_fen, weights.execution, &score);
  for (size_t i = 0; i < attainments.size(); ++i) {
    const IndicatorWeight& weight = weights.indicators[i];
    ScoreIndicator(project.indicators[i], attainments[i], weight,
                   rules.sections[weight.section].name, &score);
  }
  for (const ScoreItem& item : score.items) score.points += item.points;
  score.grade = GradeOf(score.points, rules);
  if (score.unobserved_count > 0) {
    const std::string count = std::to_string(score.unobserved_count);
    Note("有 " + count + " 个指标尚无完成值，按 0 分计。",
         "Indicators without an observation, which earn nothing: " + count + ".", &score);
  }
  return score;
}

bool CountsForDepartment(const Project& project) {
  return project.kind == ProjectKind::kProject || !project.indicators.empty();
}

std::optional<Rational> MeanPoints(const std::vector<ProjectScore>& scores) {
  Rational weighted;
  Rational budgets;
  Rational sum;
  unsigned long count = 0;
  for (const ProjectScore& score : scores) {
    if (!CountsForDepartment(*score.project)) continue;
    ++count;
    weighted += score.points * score.project->budget_fen;
    budgets += score.project->budget_fen;
    sum += score.points;
  }
  if (count == 0) return std::nullopt;
  if (sgn(budgets) > 0) return Rational(weighted / budgets);
  return Rational(sum / count);
}

std::string GradeOf(const Rational& points, const ScoreRules& rules) {
  const Rational displayed_centi = *ParseDecimal(FormatDecimal(points, 2)) * 100;
  for (const Grade& grade : rules.grades) {
    if (displayed_centi >= grade.from_centi) return grade.name;
  }
  return rules.grades.empty() ? "" : rules.grades.back().name;
}

}  // namespace budgetwatch
