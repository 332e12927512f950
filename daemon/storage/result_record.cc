#include "storage/result_record.h"

namespace budgetwatch {
namespace {

void EncodeValue(const ObservedValue& value, storage::v1::ObservationEntry* stored) {
  if (const auto* number = std::get_if<NumberValue>(&value)) {
    stored->set_number(number->decimal);
  } else if (const auto* answer = std::get_if<YesNoValue>(&value)) {
    stored->set_yes(answer->yes);
  } else if (const auto* degree = std::get_if<AchievementValue>(&value)) {
    stored->mutable_degree()->set_degree(static_cast<int>(degree->degree));
    stored->mutable_degree()->set_percent(degree->percent);
  } else if (const auto* survey = std::get_if<SurveyValue>(&value)) {
    stored->mutable_survey()->set_satisfied_count(survey->satisfied_count);
    stored->mutable_survey()->set_asked_count(survey->asked_count);
  } else {
    stored->set_completed_day(std::get<CompletionValue>(value).date.day_number());
  }
}

bool DecodeValue(const storage::v1::ObservationEntry& stored, ObservedValue* value) {
  using Stored = storage::v1::ObservationEntry;
  switch (stored.value_case()) {
    case Stored::kNumber: *value = NumberValue{stored.number()}; return true;
    case Stored::kYes: *value = YesNoValue{stored.yes()}; return true;
    case Stored::kDegree: {
      const int degree = stored.degree().degree();
      if (degree < 1 || degree > static_cast<int>(AchievementDegree::kNotAchieved)) return false;
      *value = AchievementValue{static_cast<AchievementDegree>(degree), stored.degree().percent()};
      return true;
    }
    case Stored::kSurvey: {
      const SurveyValue survey{stored.survey().satisfied_count(), stored.survey().asked_count()};
      *value = survey;
      return survey.asked_count > 0 && survey.satisfied_count >= 0 &&
             survey.satisfied_count <= survey.asked_count;
    }
    case Stored::kCompletedDay:
      *value = CompletionValue{Date::FromDayNumber(stored.completed_day())};
      return true;
    case Stored::VALUE_NOT_SET: return false;
  }
  return false;
}

}  // namespace

void EncodeObservation(const ObservationEntry& entry, storage::v1::ObservationEntry* stored) {
  const ObservationEvent& event = entry.event;
  stored->set_source(entry.source);
  stored->set_observation_id(event.observation_id);
  stored->set_project_code(event.project_code);
  stored->set_indicator_id(event.indicator_id);
  stored->set_observed_day(event.observed_date.day_number());
  EncodeValue(event.value, stored);
  stored->set_unit(event.unit);
  stored->set_evidence(event.evidence);
  stored->set_note(event.note);
  stored->set_observed_by(event.observed_by);
  stored->set_corrects_observation_id(event.corrects_observation_id);
}

bool DecodeObservation(const storage::v1::ObservationEntry& stored, ObservationEntry* entry) {
  ObservationEvent& event = entry->event;
  entry->source = stored.source();
  event.observation_id = stored.observation_id();
  event.project_code = stored.project_code();
  event.indicator_id = stored.indicator_id();
  event.observed_date = Date::FromDayNumber(stored.observed_day());
  event.unit = stored.unit();
  event.evidence = stored.evidence();
  event.note = stored.note();
  event.observed_by = stored.observed_by();
  event.corrects_observation_id = stored.corrects_observation_id();
  return DecodeValue(stored, &event.value);
}

void EncodeReview(const ReviewEntry& entry, storage::v1::ReviewEntry* stored) {
  stored->set_fiscal_year(entry.id.fiscal_year);
  stored->set_department_code(entry.id.department_code);
  stored->set_as_of_day(entry.id.as_of.day_number());
  stored->set_number(entry.id.number);
  stored->set_known_at(entry.known_at);
  stored->set_trigger(static_cast<int>(entry.trigger));
  stored->set_profile_name(entry.profile_name);
  stored->set_content_hash(entry.content_hash);
  stored->set_content(entry.content);
}

bool DecodeReview(const storage::v1::ReviewEntry& stored, ReviewEntry* entry) {
  if (stored.trigger() < 1 || stored.trigger() > static_cast<int>(ReviewTrigger::kByHand)) {
    return false;
  }
  entry->id = {stored.fiscal_year(), stored.department_code(),
               Date::FromDayNumber(stored.as_of_day()), stored.number()};
  entry->known_at = stored.known_at();
  entry->trigger = static_cast<ReviewTrigger>(stored.trigger());
  entry->profile_name = stored.profile_name();
  entry->content_hash = stored.content_hash();
  entry->content = stored.content();
  return stored.number() >= 1;
}

}  // namespace budgetwatch
