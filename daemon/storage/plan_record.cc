#include "storage/plan_record.h"

#include "domain/money.h"
#include "domain/score_rules.h"

namespace budgetwatch {
namespace {

bool InRange(int value, int first, int last) { return value >= first && value <= last; }

void EncodeTarget(const Target& target, storage::v1::StoredTarget* stored) {
  stored->set_kind(static_cast<int>(target.kind));
  if (target.comparator) stored->set_comparator(static_cast<int>(*target.comparator));
  stored->set_value(target.value);
  stored->set_upper_value(target.upper_value);
  stored->set_unit(target.unit);
  stored->set_comparator_written(target.comparator_written);
  for (const std::string& note : target.notes) stored->add_notes(note);
}

bool DecodeTarget(const storage::v1::StoredTarget& stored, Target* target) {
  if (!InRange(stored.kind(), 0, static_cast<int>(TargetKind::kDate))) return false;
  target->kind = static_cast<TargetKind>(stored.kind());
  if (stored.has_comparator()) {
    if (!InRange(stored.comparator(), 0, static_cast<int>(Comparator::kRange))) return false;
    target->comparator = static_cast<Comparator>(stored.comparator());
  }
  target->value = stored.value();
  target->upper_value = stored.upper_value();
  target->unit = stored.unit();
  target->comparator_written = stored.comparator_written();
  target->notes.assign(stored.notes().begin(), stored.notes().end());
  return true;
}

void EncodeIndicator(const Indicator& indicator, storage::v1::StoredIndicator* stored) {
  stored->set_indicator_id(indicator.indicator_id);
  stored->set_level1(indicator.level1);
  stored->set_level2(indicator.level2);
  stored->set_level3(indicator.level3);
  stored->set_description(indicator.description);
  stored->set_target_text(indicator.target_text);
  stored->set_basis(indicator.basis);
  stored->set_weight(indicator.weight);
  EncodeTarget(indicator.target, stored->mutable_target());
}

bool DecodeIndicator(const storage::v1::StoredIndicator& stored, Indicator* indicator) {
  indicator->indicator_id = stored.indicator_id();
  indicator->level1 = stored.level1();
  indicator->level2 = stored.level2();
  indicator->level3 = stored.level3();
  indicator->description = stored.description();
  indicator->target_text = stored.target_text();
  indicator->basis = stored.basis();
  indicator->weight = stored.weight();
  return DecodeTarget(stored.target(), &indicator->target);
}

bool IsKind(int kind) { return InRange(kind, 1, static_cast<int>(ProjectKind::kThreePublic)); }

bool IsSource(int source) { return InRange(source, 1, static_cast<int>(FundingSource::kOther)); }

void EncodeProject(const Project& project, storage::v1::StoredProject* stored) {
  stored->set_project_code(project.project_code);
  stored->set_project_name(project.project_name);
  stored->set_kind(static_cast<int>(project.kind));
  stored->set_budget_fen(project.budget_fen);
  for (const Funding& funding : project.fundings) {
    auto* stored_funding = stored->add_fundings();
    stored_funding->set_source(static_cast<int>(funding.source));
    stored_funding->set_amount_fen(funding.amount_fen);
  }
  for (const Checkpoint& checkpoint : project.checkpoints) {
    auto* stored_checkpoint = stored->add_checkpoints();
    stored_checkpoint->set_day(checkpoint.date.day_number());
    if (checkpoint.cumulative_ppm) {
      stored_checkpoint->set_cumulative_ppm(*checkpoint.cumulative_ppm);
    }
  }
  for (const Indicator& indicator : project.indicators) {
    EncodeIndicator(indicator, stored->add_indicators());
  }
}

bool DecodeProject(const storage::v1::StoredProject& stored, Project* project) {
  if (!IsKind(stored.kind()) || stored.budget_fen() < 0) return false;
  project->project_code = stored.project_code();
  project->project_name = stored.project_name();
  project->kind = static_cast<ProjectKind>(stored.kind());
  project->budget_fen = stored.budget_fen();
  for (const auto& funding : stored.fundings()) {
    if (!IsSource(funding.source())) return false;
    project->fundings.push_back(
        {static_cast<FundingSource>(funding.source()), funding.amount_fen()});
  }
  for (const auto& checkpoint : stored.checkpoints()) {
    project->checkpoints.push_back({Date::FromDayNumber(checkpoint.day()), std::nullopt});
    if (checkpoint.has_cumulative_ppm()) {
      if (!InRange(checkpoint.cumulative_ppm(), 0, kFullSharePpm)) return false;
      project->checkpoints.back().cumulative_ppm = checkpoint.cumulative_ppm();
    }
  }
  for (const auto& indicator : stored.indicators()) {
    project->indicators.emplace_back();
    if (!DecodeIndicator(indicator, &project->indicators.back())) return false;
  }
  return true;
}

}  // namespace

void EncodePlan(const Plan& plan, storage::v1::StoredPlan* stored) {
  stored->set_department_code(plan.department_code);
  stored->set_department_name(plan.department_name);
  stored->set_parent_department_code(plan.parent_department_code);
  stored->set_fiscal_year(plan.fiscal_year);
  for (const Project& project : plan.projects) EncodeProject(project, stored->add_projects());
  for (const StatedTotal& total : plan.stated_totals) {
    auto* stored_total = stored->add_stated_totals();
    if (total.kind) stored_total->set_kind(static_cast<int>(*total.kind));
    if (total.source) stored_total->set_source(static_cast<int>(*total.source));
    stored_total->set_amount_fen(total.amount_fen);
  }
}

bool DecodePlan(const storage::v1::StoredPlan& stored, Plan* plan) {
  plan->department_code = stored.department_code();
  plan->department_name = stored.department_name();
  plan->parent_department_code = stored.parent_department_code();
  plan->fiscal_year = stored.fiscal_year();
  if (!InRange(plan->fiscal_year, kFirstYear, kLastYear)) return false;
  Int128 budget_fen = 0;
  for (const auto& project : stored.projects()) {
    plan->projects.emplace_back();
    if (!DecodeProject(project, &plan->projects.back())) return false;
    // The limit that CheckPlan sets for the whole; sums rely on it.
    budget_fen += project.budget_fen();
    if (budget_fen > kMaxAmountFen) return false;
  }
  for (const auto& stored_total : stored.stated_totals()) {
    StatedTotal total;
    if (stored_total.has_kind()) {
      if (!IsKind(stored_total.kind())) return false;
      total.kind = static_cast<ProjectKind>(stored_total.kind());
    }
    if (stored_total.has_source()) {
      if (!IsSource(stored_total.source())) return false;
      total.source = static_cast<FundingSource>(stored_total.source());
    }
    total.amount_fen = stored_total.amount_fen();
    plan->stated_totals.push_back(total);
  }
  return true;
}

namespace {

void EncodeDay(int month, int day, storage::v1::StoredDay* stored) {
  stored->set_month(month);
  stored->set_day(day);
}

bool IsDay(const storage::v1::StoredDay& day) {
  return InRange(day.month(), 1, 12) && InRange(day.day(), 1, 31);
}

bool DecodeDays(const google::protobuf::RepeatedPtrField<storage::v1::StoredDay>& stored,
                std::vector<MonitoringDay>* days) {
  days->clear();
  for (const auto& day : stored) {
    if (!IsDay(day)) return false;
    days->push_back({day.month(), day.day()});
  }
  return true;
}

void EncodeResults(const Profile& profile, storage::v1::StoredResultRules* stored) {
  stored->set_rush_ppm(profile.rush_ppm);
  stored->set_shortfall_ppm(profile.shortfall_ppm);
  stored->set_divergence_ppm(profile.divergence_ppm);
  for (const ReviewDay& day : profile.review_days) {
    EncodeDay(day.month, day.day, stored->add_review_days());
  }
  const ScoreRules& rules = profile.score;
  stored->set_execution_weight_centi(rules.execution_weight_centi);
  for (const ScoreSection& section : rules.sections) {
    auto* stored_section = stored->add_sections();
    stored_section->set_name(section.name);
    for (const std::string& word : section.words) stored_section->add_words(word);
    stored_section->set_weight_centi(section.weight_centi);
  }
  stored->set_achieved_from_percent(rules.achieved_from_percent);
  stored->set_partly_from_percent(rules.partly_from_percent);
  for (const Grade& grade : rules.grades) {
    auto* stored_grade = stored->add_grades();
    stored_grade->set_name(grade.name);
    stored_grade->set_from_centi(grade.from_centi);
  }
  stored->set_monitoring_title(profile.wording.monitoring_title);
  stored->set_evaluation_title(profile.wording.evaluation_title);
  stored->set_impossible(profile.wording.impossible);
}

bool DecodeResults(const storage::v1::StoredResultRules& stored, Profile* profile) {
  for (const int share : {stored.rush_ppm(), stored.shortfall_ppm(), stored.divergence_ppm()}) {
    if (!InRange(share, 0, kFullSharePpm)) return false;
  }
  profile->rush_ppm = stored.rush_ppm();
  profile->shortfall_ppm = stored.shortfall_ppm();
  profile->divergence_ppm = stored.divergence_ppm();
  if (!DecodeDays(stored.review_days(), &profile->review_days)) return false;
  ScoreRules& rules = profile->score;
  rules.execution_weight_centi = stored.execution_weight_centi();
  rules.sections.clear();
  for (const auto& section : stored.sections()) {
    rules.sections.push_back(
        {section.name(), {section.words().begin(), section.words().end()}, section.weight_centi()});
  }
  rules.achieved_from_percent = stored.achieved_from_percent();
  rules.partly_from_percent = stored.partly_from_percent();
  rules.grades.clear();
  for (const auto& grade : stored.grades()) {
    rules.grades.push_back({grade.name(), grade.from_centi()});
  }
  profile->wording = {stored.monitoring_title(), stored.evaluation_title(), stored.impossible()};
  // Scores rely on it.
  return CheckScoreRules(rules).empty();
}

}  // namespace

void EncodeProfile(const Profile& profile, storage::v1::ProfileEntry* stored) {
  stored->set_name(profile.name);
  stored->set_tolerance_ppm(profile.tolerance_ppm);
  stored->set_severe_ppm(profile.severe_ppm);
  stored->set_backloaded_ppm(profile.backloaded_ppm);
  EncodeDay(profile.backloaded_after.month, profile.backloaded_after.day,
            stored->mutable_backloaded_after());
  for (const MonitoringDay& day : profile.monitoring_days) {
    EncodeDay(day.month, day.day, stored->add_monitoring_days());
  }
  for (const Floor& floor : profile.floors) {
    auto* stored_floor = stored->add_floors();
    EncodeDay(floor.month, floor.day, stored_floor->mutable_day());
    stored_floor->set_share_ppm(floor.share_ppm);
  }
  EncodeResults(profile, stored->mutable_results());
}

bool DecodeProfile(const storage::v1::ProfileEntry& stored, Profile* profile) {
  profile->name = stored.name();
  profile->tolerance_ppm = stored.tolerance_ppm();
  profile->severe_ppm = stored.severe_ppm();
  profile->backloaded_ppm = stored.backloaded_ppm();
  if (!IsDay(stored.backloaded_after())) return false;
  profile->backloaded_after = {stored.backloaded_after().month(), stored.backloaded_after().day()};
  if (!DecodeDays(stored.monitoring_days(), &profile->monitoring_days)) return false;
  for (const auto& floor : stored.floors()) {
    if (!IsDay(floor.day()) || !InRange(floor.share_ppm(), 0, kFullSharePpm)) return false;
    profile->floors.push_back({floor.day().month(), floor.day().day(), floor.share_ppm()});
  }
  // An older record leaves the profile as it was built in when results came.
  return !stored.has_results() || DecodeResults(stored.results(), profile);
}

}  // namespace budgetwatch
