#include "example_results.h"

namespace budgetwatch {
namespace {

constexpr char kCode[] = "990-0601-JBN-ABCD";
constexpr char kName[] = "某市城区道路及附属设施日常养护和维修工程";

void AddCount(v1::ProjectPerformance* project) {
  v1::IndicatorPerformance* indicator = project->add_indicators();
  indicator->set_indicator_id("1");
  indicator->set_level1("产出指标");
  indicator->set_level3("需换装辅警人数");
  indicator->set_target_text("253个");
  indicator->mutable_target()->set_kind(v1::TARGET_KIND_QUANTITATIVE);
  indicator->mutable_target()->set_comparator(v1::COMPARATOR_GE);
  indicator->mutable_target()->set_value("253");
  indicator->mutable_target()->set_unit("个");
  indicator->set_comparator_assumed(true);
  v1::ObservationEvent* event = indicator->mutable_latest()->mutable_event();
  indicator->mutable_latest()->set_source("csv");
  event->set_observation_id("o1");
  event->set_observed_date("2020-06-15");
  event->set_number("169");
  event->set_evidence("发放登记");
  indicator->set_age_days(15);
  indicator->set_observed_text("169 个");
  indicator->set_attainment_ratio(169.0 / 253);
  indicator->set_attainment_fraction("169/253");
  indicator->set_state(v1::TARGET_STATE_NOT_MET);
  indicator->set_attainable(true);
  indicator->set_trend(v1::TREND_IMPROVING);
  indicator->set_likelihood(v1::LIKELIHOOD_POSSIBLE);
  indicator->set_reason_zh("还差 84 个。");
  indicator->set_reason_en("84 are missing.");
}

void AddSurvey(v1::ProjectPerformance* project) {
  v1::IndicatorPerformance* indicator = project->add_indicators();
  indicator->set_indicator_id("2");
  indicator->set_level3("受访着装人员和沿线居民的总体满意程度");
  indicator->set_target_text("≥95%");
  v1::ObservationEvent* event = indicator->mutable_latest()->mutable_event();
  event->set_observation_id("o2");
  event->set_observed_date("2020-06-30");
  event->mutable_survey()->set_satisfied_count(57);
  event->mutable_survey()->set_asked_count(60);
  indicator->set_observed_text("95.00 %（57/60）");
  indicator->set_attainment_ratio(1);
  indicator->set_attainment_fraction("1");
  indicator->set_state(v1::TARGET_STATE_MET);
  indicator->set_likelihood(v1::LIKELIHOOD_IMPOSSIBLE);
  indicator->mutable_survey()->set_share_ratio(0.95);
  indicator->mutable_survey()->set_low_ratio(0.8630);
  indicator->mutable_survey()->set_high_ratio(0.9829);
}

void AddUnobserved(v1::ProjectPerformance* project) {
  v1::IndicatorPerformance* indicator = project->add_indicators();
  indicator->set_indicator_id("3");
  indicator->set_level3("是否提高工作效率");
  indicator->set_target_text("是");
  indicator->set_state(v1::TARGET_STATE_UNKNOWN);
}

void AddForecast(v1::ProjectPerformance* project) {
  v1::SpendingForecast* forecast = project->mutable_forecast();
  forecast->set_disbursed_fen(80'000'000);
  forecast->set_low_disbursed_fen(70'000'000);
  forecast->set_high_disbursed_fen(100'460'000);
  forecast->set_late_disbursed_fen(20'000'000);
  forecast->set_likelihood(v1::LIKELIHOOD_POSSIBLE);
  forecast->set_basis_zh("按资金支出计划和上半年实际进度推算。");
  forecast->set_basis_en("From the schedule and the pace so far.");
}

void SetFigures(v1::PerformanceFigures* figures) {
  figures->set_indicator_count(3);
  figures->set_met_count(1);
  figures->set_not_met_count(1);
  figures->set_unknown_count(1);
  figures->set_unobserved_count(1);
  figures->set_attainment_ratio(0.834);
  figures->set_execution_ratio(0.1);
}

}  // namespace

v1::PerformanceReport ExamplePerformance() {
  v1::PerformanceReport report;
  report.set_department_code("990002");
  report.set_department_name("示例局");
  report.set_fiscal_year(2020);
  report.set_as_of_date("2020-06-30");
  report.set_known_at_sequence(42);
  report.set_plan_revision_number(1);
  report.set_time_progress_ratio(0.5);
  v1::ProjectPerformance* project = report.add_projects();
  project->set_project_code(kCode);
  project->set_project_name(kName);
  AddCount(project);
  AddSurvey(project);
  AddUnobserved(project);
  AddForecast(project);
  SetFigures(project->mutable_figures());
  v1::ExecutionFinding* finding = project->add_findings();
  finding->set_rule("results_outpace_money");
  finding->set_severity(v1::SEVERITY_WARNING);
  finding->set_message_zh("目标实现 83.40%，支出 10.00%。");
  finding->set_message_en("83.40% attained, 10.00% paid.");
  report.add_projects()->set_project_code("990002-RY");
  SetFigures(report.mutable_totals());
  v1::DepartmentPerformance* department = report.add_departments();
  department->set_department_code("990002001");
  department->set_department_name("示例所");
  department->mutable_figures()->set_indicator_count(4);
  report.set_suspended_count(2);
  return report;
}

v1::Scorecard ExampleScorecard() {
  v1::Scorecard scorecard;
  scorecard.set_department_code("990002");
  scorecard.set_department_name("示例局");
  scorecard.set_fiscal_year(2020);
  scorecard.set_as_of_date("2020-06-30");
  scorecard.set_known_at_sequence(42);
  scorecard.set_profile_name("default");
  v1::ProjectScore* project = scorecard.add_projects();
  project->set_project_code(kCode);
  project->set_project_name(kName);
  project->set_score("61.00");
  project->set_full_score("100.00");
  project->set_grade("中");
  project->set_unobserved_count(1);
  project->set_weights_zh("计划没有权重，平均分配。");
  project->set_weights_en("The plan gives no weights; spread evenly.");
  v1::ScoreItem* item = project->add_items();
  item->set_kind(v1::SCORE_ITEM_KIND_EXECUTION);
  item->set_full_score("10.00");
  item->set_score("1.00");
  item->set_lost_reason_zh("执行率 10.00%。");
  item->set_lost_reason_en("10.00% paid.");
  item = project->add_items();
  item->set_kind(v1::SCORE_ITEM_KIND_INDICATOR);
  item->set_section("产出指标");
  item->set_indicator_id("1");
  item->set_name("需换装辅警人数");
  item->set_full_score("90.00");
  item->set_score("60.00");
  item->set_target_text("253个");
  item->set_observed_text("169 个");
  item->set_lost_reason_zh("完成 169 个，目标 253 个。");
  item->set_lost_reason_en("169 of 253.");
  scorecard.set_score("61.00");
  scorecard.set_grade("中");
  scorecard.add_notes_zh("未监测的指标计 0 分。");
  scorecard.add_notes_en("Unobserved indicators count as 0.");
  return scorecard;
}

v1::GetReviewResponse ExampleReview() {
  v1::GetReviewResponse response;
  v1::ReviewSummary* summary = response.mutable_summary();
  summary->set_review_id("2020/990002/2020-06-30/1");
  summary->set_department_code("990002");
  summary->set_fiscal_year(2020);
  summary->set_as_of_date("2020-06-30");
  summary->set_known_at_sequence(42);
  summary->set_sequence(43);
  summary->set_recorded_time("2020-07-01T01:00:00Z");
  summary->set_trigger(v1::REVIEW_TRIGGER_SCHEDULE);
  summary->set_profile_name("default");
  summary->set_content_hash(std::string(64, 'a'));
  v1::Review* review = response.mutable_review();
  review->set_department_code("990002");
  review->set_department_name("示例局");
  review->set_fiscal_year(2020);
  review->set_as_of_date("2020-06-30");
  review->set_known_at_sequence(42);
  v1::ProjectExecution* line = review->mutable_execution()->add_projects();
  line->set_project_code(kCode);
  line->set_project_name(kName);
  line->set_budget_fen(100'460'000);
  line->set_disbursed_fen(10'046'000);
  line->set_execution_ratio(0.1);
  line->set_status(v1::EXECUTION_STATUS_SEVERELY_BEHIND);
  *review->mutable_performance() = ExamplePerformance();
  *review->mutable_scorecard() = ExampleScorecard();
  v1::ReviewProject* money = review->add_projects();
  money->set_project_code(kCode);
  money->set_initial_budget_fen(100'000'000);
  v1::Warning* warning = response.add_warnings();
  warning->set_warning_id("target_missed/2020/indicator:990-0601-JBN-ABCD#1/");
  warning->set_rule("target_missed");
  warning->set_severity(v1::SEVERITY_WARNING);
  warning->mutable_subject()->set_kind(v1::SUBJECT_KIND_INDICATOR);
  warning->mutable_subject()->set_code(std::string(kCode) + "#1");
  warning->set_subject_name("需换装辅警人数");
  warning->set_message_zh("完成 169 个，目标 253 个。");
  warning->set_message_en("169 of 253.");
  warning->mutable_figures()->set_attainment_ratio(0.75);
  warning->mutable_figures()->set_target_text("253个");
  warning->mutable_figures()->set_observed_text("169 个");
  v1::Explanation* explanation = warning->mutable_explanation();
  explanation->set_cause(v1::CAUSE_CLASS_FUNDING);
  explanation->set_text("到货延期");
  explanation->set_measure("催促供货");
  explanation->set_measure_done(true);
  explanation->set_measure_result("已全部到货");
  return response;
}

}  // namespace budgetwatch
