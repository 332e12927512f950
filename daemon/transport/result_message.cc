#include "transport/result_message.h"

#include "transport/convert.h"
#include "transport/plan_message.h"

namespace budgetwatch {
namespace {

using Item = Observations::Item;

ObservationRefusal Refuse(Reason reason, std::string field, std::string message) {
  return {reason, std::move(field), std::move(message)};
}

// The day of a required field.
std::variant<Date, ObservationRefusal> ReadDay(const std::string& text, const char* field) {
  const auto date = OptionalDate(text, field);
  if (date.ok() && date.value()) return *date.value();
  return Refuse(Reason::kInvalidDate, field,
                date.ok() ? std::string(field) + " is empty; write a day like 2020-06-30"
                          : date.error().message);
}

std::variant<ObservedValue, ObservationRefusal> ReadValue(const v1::ObservationEvent& message) {
  using Message = v1::ObservationEvent;
  switch (message.value_case()) {
    case Message::kNumber: return NumberValue{message.number()};
    case Message::kYes: return YesNoValue{message.yes()};
    case Message::kAchievement:
      if (!v1::AchievementDegree_IsValid(message.achievement()) ||
          message.achievement() == v1::ACHIEVEMENT_DEGREE_UNSPECIFIED) {
        return Refuse(Reason::kInvalidValue, "achievement",
                      "achievement must be one of AchievementDegree");
      }
      return AchievementValue{static_cast<AchievementDegree>(message.achievement()),
                              message.achieved_percent()};
    case Message::kSurvey:
      return SurveyValue{message.survey().satisfied_count(), message.survey().asked_count()};
    case Message::kCompletedDate: {
      const auto day = ReadDay(message.completed_date(), "completed_date");
      if (const auto* refusal = std::get_if<ObservationRefusal>(&day)) return *refusal;
      return CompletionValue{std::get<Date>(day)};
    }
    case Message::VALUE_NOT_SET: break;
  }
  return Refuse(Reason::kMissingValue, "value",
                "no value is set; send a number, yes or no, a degree, a survey or a day");
}

void SetValue(const ObservationEvent& event, v1::ObservationEvent* message) {
  if (const auto* number = std::get_if<NumberValue>(&event.value)) {
    message->set_number(number->decimal);
  } else if (const auto* answer = std::get_if<YesNoValue>(&event.value)) {
    message->set_yes(answer->yes);
  } else if (const auto* degree = std::get_if<AchievementValue>(&event.value)) {
    message->set_achievement(static_cast<v1::AchievementDegree>(degree->degree));
    message->set_achieved_percent(degree->percent);
  } else if (const auto* survey = std::get_if<SurveyValue>(&event.value)) {
    message->mutable_survey()->set_satisfied_count(survey->satisfied_count);
    message->mutable_survey()->set_asked_count(survey->asked_count);
  } else {
    message->set_completed_date(std::get<CompletionValue>(event.value).date.ToString());
  }
}

void ToMessage(const ResultFigures& figures, v1::PerformanceFigures* message) {
  message->set_indicator_count(figures.indicator_count);
  message->set_met_count(figures.met_count);
  message->set_not_met_count(figures.not_met_count);
  message->set_unknown_count(figures.unknown_count);
  message->set_unobserved_count(figures.unobserved_count);
  if (const auto attained = figures.Attained()) message->set_attainment_ratio(ToDouble(*attained));
  if (const auto paid = figures.Execution()) message->set_execution_ratio(ToDouble(*paid));
}

void ToMessage(const Attainment& attainment, v1::IndicatorPerformance* message) {
  const Indicator& indicator = *attainment.indicator;
  message->set_indicator_id(indicator.indicator_id);
  message->set_level1(indicator.level1);
  message->set_level2(indicator.level2);
  message->set_level3(indicator.level3);
  message->set_description(indicator.description);
  message->set_target_text(indicator.target_text);
  Target applied = indicator.target;
  if (const auto comparator = ComparatorOf(attainment.requirement)) applied.comparator = comparator;
  *message->mutable_target() = ToMessage(applied);
  message->set_comparator_assumed(attainment.requirement.comparator_assumed);
  if (attainment.latest) *message->mutable_latest() = ToMessage(*attainment.latest, false);
  message->set_age_days(attainment.age_days);
  message->set_observed_text(attainment.observed_text);
  if (attainment.share) {
    message->set_attainment_ratio(ToDouble(*attainment.share));
    message->set_attainment_fraction(FormatFraction(*attainment.share));
  }
  message->set_state(static_cast<v1::TargetState>(attainment.state));
  message->set_attainable(attainment.attainable);
  message->set_trend(static_cast<v1::Trend>(attainment.trend));
  message->set_likelihood(static_cast<v1::Likelihood>(attainment.likelihood));
  if (attainment.survey) {
    v1::SurveyShare* survey = message->mutable_survey();
    survey->set_share_ratio(ToDouble(attainment.survey->share));
    survey->set_low_ratio(attainment.survey->interval.low);
    survey->set_high_ratio(attainment.survey->interval.high);
    survey->set_certain(attainment.survey->certain);
  }
  message->set_reason_zh(DescribeZh(attainment));
  message->set_reason_en(DescribeEn(attainment));
}

void ToMessage(const Forecast& forecast, v1::SpendingForecast* message) {
  if (forecast.disbursed_fen) {
    message->set_disbursed_fen(*forecast.disbursed_fen);
    message->set_low_disbursed_fen(forecast.low_fen);
    message->set_high_disbursed_fen(forecast.high_fen);
    message->set_late_disbursed_fen(forecast.late_fen);
  }
  message->set_likelihood(static_cast<v1::Likelihood>(forecast.likelihood));
  message->set_year_count(forecast.year_count);
  message->set_basis_zh(forecast.basis_zh);
  message->set_basis_en(forecast.basis_en);
}

void ToMessage(const LineResults& line, v1::ProjectPerformance* message) {
  message->set_project_code(line.project->project_code);
  message->set_project_name(line.project->project_name);
  for (const Attainment& attainment : line.attainments) {
    ToMessage(attainment, message->add_indicators());
  }
  ToMessage(line.figures, message->mutable_figures());
  for (const RuleFinding& finding : line.findings) ToMessage(finding, message->add_findings());
  ToMessage(line.forecast, message->mutable_forecast());
}

void ToMessage(const ScoreItem& item, v1::ScoreItem* message) {
  message->set_kind(item.indicator == nullptr ? v1::SCORE_ITEM_KIND_EXECUTION
                                              : v1::SCORE_ITEM_KIND_INDICATOR);
  message->set_section(item.section);
  if (item.indicator != nullptr) {
    message->set_indicator_id(item.indicator->indicator_id);
    message->set_name(item.indicator->level3);
    message->set_target_text(item.indicator->target_text);
  }
  message->set_full_score(FormatDecimal(item.weight, 2));
  message->set_score(FormatDecimal(item.points, 2));
  message->set_weight_from_plan(item.weight_from_plan);
  message->set_observed_text(item.observed_text);
  message->set_lost_reason_zh(item.lost_zh);
  message->set_lost_reason_en(item.lost_en);
}

void ToMessage(const ProjectScore& score, v1::ProjectScore* message) {
  message->set_project_code(score.project->project_code);
  message->set_project_name(score.project->project_name);
  message->set_score(FormatDecimal(score.points, 2));
  message->set_full_score(FormatDecimal(score.full, 2));
  message->set_grade(score.grade);
  for (const ScoreItem& item : score.items) ToMessage(item, message->add_items());
  message->set_weights_zh(score.weights_zh);
  message->set_weights_en(score.weights_en);
  message->set_unobserved_count(score.unobserved_count);
  for (const std::string& note : score.notes_zh) message->add_notes_zh(note);
  for (const std::string& note : score.notes_en) message->add_notes_en(note);
}

}  // namespace

Item FromMessage(const v1::ObservationEvent& message) {
  ObservationEvent event;
  event.observation_id = message.observation_id();
  event.project_code = message.project_code();
  event.indicator_id = message.indicator_id();
  event.unit = message.unit();
  event.evidence = message.evidence();
  event.note = message.note();
  event.observed_by = message.observed_by();
  event.corrects_observation_id = message.corrects_observation_id();
  const auto day = ReadDay(message.observed_date(), "observed_date");
  if (const auto* refusal = std::get_if<ObservationRefusal>(&day)) return *refusal;
  event.observed_date = std::get<Date>(day);
  auto value = ReadValue(message);
  if (auto* refusal = std::get_if<ObservationRefusal>(&value)) return *refusal;
  event.value = std::move(std::get<ObservedValue>(value));
  if (!message.achieved_percent().empty() && !message.has_achievement()) {
    return Refuse(Reason::kInvalidValue, "achieved_percent",
                  "achieved_percent belongs to a degree; leave it out, or set achievement");
  }
  return event;
}

v1::ObservationOutcome ToMessage(const ObservationOutcome& outcome) {
  v1::ObservationOutcome message;
  message.set_outcome(static_cast<v1::ObservationOutcome::Outcome>(outcome.kind));
  message.set_sequence(outcome.sequence);
  if (outcome.refusal) {
    message.set_reason(std::string(ReasonName(outcome.refusal->reason)));
    message.set_field(outcome.refusal->field);
    message.set_message(outcome.refusal->message);
  }
  return message;
}

v1::Observation ToMessage(const RecordedObservation& observation, bool suspended) {
  const ObservationEvent& event = observation.entry->event;
  v1::Observation message;
  message.set_source(observation.entry->source);
  v1::ObservationEvent* item = message.mutable_event();
  item->set_observation_id(event.observation_id);
  item->set_project_code(event.project_code);
  item->set_indicator_id(event.indicator_id);
  item->set_observed_date(event.observed_date.ToString());
  SetValue(event, item);
  item->set_unit(event.unit);
  item->set_evidence(event.evidence);
  item->set_note(event.note);
  item->set_observed_by(event.observed_by);
  item->set_corrects_observation_id(event.corrects_observation_id);
  message.set_sequence(observation.sequence);
  message.set_recorded_time(FormatWallTime(observation.recorded_time));
  message.set_suspended(suspended);
  message.set_corrected_by_sequence(observation.corrected_by);
  return message;
}

v1::PerformanceReport ToMessage(const PerformanceReport& report) {
  v1::PerformanceReport message;
  message.set_department_code(report.department_code);
  message.set_department_name(report.department_name);
  message.set_fiscal_year(report.fiscal_year);
  message.set_as_of_date(report.as_of.ToString());
  message.set_known_at_sequence(report.known_at);
  if (report.revision != nullptr) {
    message.set_plan_revision_number(report.revision->entry.revision_number);
  }
  message.set_time_progress_ratio(ToDouble(report.time_progress));
  for (const LineResults& line : report.lines) ToMessage(line, message.add_projects());
  ToMessage(report.totals, message.mutable_totals());
  for (const DepartmentResults& department : report.departments) {
    v1::DepartmentPerformance* item = message.add_departments();
    item->set_department_code(department.department_code);
    item->set_department_name(department.department_name);
    ToMessage(department.figures, item->mutable_figures());
  }
  message.set_suspended_count(report.suspended_count);
  for (const RuleFinding& finding : report.findings) ToMessage(finding, message.add_findings());
  return message;
}

v1::Scorecard ToMessage(const PerformanceReport& report, const Scorecard& scorecard) {
  v1::Scorecard message;
  message.set_department_code(report.department_code);
  message.set_department_name(report.department_name);
  message.set_fiscal_year(report.fiscal_year);
  message.set_as_of_date(report.as_of.ToString());
  message.set_known_at_sequence(report.known_at);
  message.set_profile_name(scorecard.profile_name);
  int64_t unobserved_count = 0;
  bool all_count = true;
  for (const ProjectScore& score : scorecard.projects) {
    ToMessage(score, message.add_projects());
    all_count = all_count && CountsForDepartment(*score.project);
    unobserved_count += score.unobserved_count;
  }
  if (scorecard.points) {
    message.set_score(FormatDecimal(*scorecard.points, 2));
    message.set_grade(scorecard.grade);
    message.add_notes_zh("部门得分按各项目预算加权平均。");
    message.add_notes_en("The department's score is the mean weighted by budgets.");
  }
  if (!all_count) {
    message.add_notes_zh("没有绩效指标的基本支出和“三公”经费不计入部门得分。");
    message.add_notes_en(
        "Basic expenditure and 三公 lines without indicators do not count in the department's "
        "score.");
  }
  if (unobserved_count > 0) {
    message.add_notes_zh("有 " + std::to_string(unobserved_count) +
                         " 项指标尚无监测数据，按 0 分计，报送后得分会变化。");
    message.add_notes_en(std::to_string(unobserved_count) +
                         " indicators are not observed yet and count as 0; the score will change.");
  }
  return message;
}

v1::Review ToMessage(const ReviewContent& content) {
  v1::Review message;
  const ExecutionReport& execution = content.execution;
  message.set_department_code(execution.department_code);
  message.set_department_name(execution.department_name);
  message.set_fiscal_year(execution.fiscal_year);
  message.set_as_of_date(execution.as_of.ToString());
  message.set_known_at_sequence(execution.known_at);
  message.set_profile_name(content.profile.name);
  v1::FormWording* wording = message.mutable_wording();
  wording->set_monitoring_title(content.profile.wording.monitoring_title);
  wording->set_evaluation_title(content.profile.wording.evaluation_title);
  wording->set_impossible(content.profile.wording.impossible);
  wording->set_period(content.period);
  *message.mutable_execution() = ToMessage(execution);
  *message.mutable_performance() = ToMessage(content.performance);
  *message.mutable_scorecard() = ToMessage(content.performance, content.scorecard);
  for (const LineReview& line : content.lines) {
    v1::ReviewProject* project = message.add_projects();
    project->set_project_code(line.project_code);
    project->set_initial_budget_fen(line.initial_budget_fen);
    for (const FundingReview& funding : line.fundings) {
      v1::ReviewFunding* item = project->add_fundings();
      item->set_source(static_cast<v1::FundingSource>(funding.source));
      item->set_initial_budget_fen(funding.initial_budget_fen);
      item->set_budget_fen(funding.budget_fen);
      item->set_disbursed_fen(funding.disbursed_fen);
      if (funding.expected_disbursed_fen) {
        item->set_expected_disbursed_fen(*funding.expected_disbursed_fen);
      }
    }
  }
  return message;
}

v1::ReviewSummary ToMessage(const RecordedReview& review) {
  v1::ReviewSummary message;
  message.set_review_id(review.entry.id.ToString());
  message.set_department_code(review.entry.id.department_code);
  message.set_fiscal_year(review.entry.id.fiscal_year);
  message.set_as_of_date(review.entry.id.as_of.ToString());
  message.set_known_at_sequence(review.entry.known_at);
  message.set_sequence(review.sequence);
  message.set_recorded_time(FormatWallTime(review.recorded_time));
  message.set_trigger(static_cast<v1::ReviewTrigger>(review.entry.trigger));
  message.set_profile_name(review.entry.profile_name);
  message.set_content_hash(review.entry.content_hash);
  return message;
}

}  // namespace budgetwatch
