#include "domain/observation.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace budgetwatch {
namespace {

constexpr size_t kMaxIdBytes = 64;
constexpr size_t kMaxUnitBytes = 64;
constexpr size_t kMaxEvidenceBytes = 1024;
constexpr size_t kMaxNoteBytes = 4096;
constexpr size_t kMaxObservedByBytes = 256;
constexpr int64_t kMaxAsked = 1'000'000'000;

ObservationRefusal Refuse(Reason reason, std::string_view field, std::string message) {
  return {reason, std::string(field), std::move(message)};
}

std::optional<ObservationRefusal> CheckTexts(const ObservationEvent& event) {
  struct Field {
    std::string_view name;
    const std::string& text;
    size_t limit_bytes;
    bool identifier;
  };
  const Field fields[] = {
      {"observation_id", event.observation_id, kMaxIdBytes, true},
      {"project_code", event.project_code, kMaxIdBytes, true},
      {"indicator_id", event.indicator_id, kMaxIdBytes, true},
      {"corrects_observation_id", event.corrects_observation_id, kMaxIdBytes, true},
      {"unit", event.unit, kMaxUnitBytes, true},
      {"observed_by", event.observed_by, kMaxObservedByBytes, false},
      {"evidence", event.evidence, kMaxEvidenceBytes, false},
      {"note", event.note, kMaxNoteBytes, false},
  };
  for (const Field& field : fields) {
    const std::string name(field.name);
    if (field.text.size() > field.limit_bytes) {
      return Refuse(Reason::kFieldTooLong, field.name,
                    name + " has " + std::to_string(field.text.size()) + " bytes; at most " +
                        std::to_string(field.limit_bytes) + " are taken");
    }
    if (!IsValidUtf8(field.text)) {
      return Refuse(Reason::kInvalidUtf8, field.name,
                    name + " is not UTF-8; convert it before sending");
    }
    if (field.identifier && HasControlCharacter(field.text)) {
      return Refuse(Reason::kControlCharacter, field.name,
                    name + " holds a control character; remove it");
    }
  }
  return std::nullopt;
}

std::optional<ObservationRefusal> CheckDay(Date date, std::string_view field, Date today) {
  const std::string name(field);
  if (date.year() < kFirstYear || date.year() > kLastYear) {
    return Refuse(Reason::kYearOutOfRange, field,
                  name + " has the year " + std::to_string(date.year()) +
                      "; years from 1950 to 2199 are taken");
  }
  if (date > today) {
    return Refuse(Reason::kDateInFuture, field,
                  name + " " + date.ToString() + " lies after the business date " +
                      today.ToString() + "; send it when it has been measured");
  }
  return std::nullopt;
}

std::optional<ObservationRefusal> CheckSurvey(const SurveyValue& survey) {
  const std::string counts =
      std::to_string(survey.satisfied_count) + " of " + std::to_string(survey.asked_count);
  if (survey.asked_count <= 0 || survey.asked_count > kMaxAsked) {
    return Refuse(Reason::kInvalidSurvey, "survey",
                  "asked_count is " + std::to_string(survey.asked_count) +
                      "; a survey has 1 to 1,000,000,000 answers");
  }
  if (survey.satisfied_count < 0 || survey.satisfied_count > survey.asked_count) {
    return Refuse(Reason::kInvalidSurvey, "survey",
                  counts + " cannot be satisfied; satisfied_count is part of asked_count");
  }
  return std::nullopt;
}

std::optional<ObservationRefusal> CheckDegree(const AchievementValue& value,
                                              const ScoreRules& rules) {
  if (value.percent.empty()) return std::nullopt;
  const auto percent = ParseDecimal(value.percent);
  const auto [low, high] = TierOf(value.degree, rules);
  if (percent && *percent >= low && *percent <= high) return std::nullopt;
  return Refuse(Reason::kInvalidValue, "achieved_percent",
                "achieved_percent \"" + Abbreviate(value.percent, 20) +
                    "\" is no percentage of the degree's tier, " + std::to_string(low) + " to " +
                    std::to_string(high));
}

}  // namespace

std::pair<int, int> TierOf(AchievementDegree degree, const ScoreRules& rules) {
  switch (degree) {
    case AchievementDegree::kAchieved: return {rules.achieved_from_percent, 100};
    case AchievementDegree::kPartly:
      return {rules.partly_from_percent, rules.achieved_from_percent};
    case AchievementDegree::kNotAchieved: return {0, rules.partly_from_percent};
  }
  return {0, 100};
}

std::optional<ObservationRefusal> CheckObservation(const ObservationEvent& event, Date today,
                                                   const ScoreRules& rules) {
  if (event.observation_id.empty()) {
    return Refuse(Reason::kMissingObservationId, "observation_id",
                  "observation_id is empty; without it a repeated observation cannot be told "
                  "from a new one");
  }
  if (auto refusal = CheckTexts(event)) return refusal;
  if (event.project_code.empty()) {
    return Refuse(Reason::kMissingProjectCode, "project_code",
                  "project_code is empty; name the project of the indicator");
  }
  if (event.indicator_id.empty()) {
    return Refuse(Reason::kMissingIndicatorId, "indicator_id",
                  "indicator_id is empty; `plan show` lists the indicators of a project");
  }
  if (auto refusal = CheckDay(event.observed_date, "observed_date", today)) return refusal;
  if (event.corrects_observation_id == event.observation_id) {
    return Refuse(Reason::kCorrectedNotFound, "corrects_observation_id",
                  "the observation names itself; name the one that it corrects");
  }
  if (const auto* survey = std::get_if<SurveyValue>(&event.value)) return CheckSurvey(*survey);
  if (const auto* degree = std::get_if<AchievementValue>(&event.value)) {
    return CheckDegree(*degree, rules);
  }
  if (const auto* completion = std::get_if<CompletionValue>(&event.value)) {
    return CheckDay(completion->date, "completed_date", today);
  }
  const auto* number = std::get_if<NumberValue>(&event.value);
  if (number != nullptr && !ParseDecimal(number->decimal)) {
    return Refuse(Reason::kInvalidValue, "number",
                  "\"" + Abbreviate(number->decimal, 40) +
                      "\" is not a decimal number such as 92.5, with at most 18 digits before and "
                      "9 behind the point");
  }
  return std::nullopt;
}

std::string ObservationBook::WhyNot(const ObservationEntry& entry) const {
  if (Find(entry.source, entry.event.observation_id) != nullptr) {
    return "records an observation for the second time";
  }
  if (entry.event.corrects_observation_id.empty()) return "";
  const RecordedObservation* corrected = Find(entry.source, entry.event.corrects_observation_id);
  if (corrected == nullptr) return "corrects an observation that is not there";
  if (corrected->corrected_by != 0) return "corrects an observation that was corrected already";
  return "";
}

void ObservationBook::Apply(Sequence sequence, WallMicros recorded_time,
                            const ObservationEntry& entry) {
  BW_CHECK(WhyNot(entry).empty());
  const ObservationEvent& event = entry.event;
  const auto position =
      observations_
          .emplace(Key{entry.source, event.observation_id},
                   RecordedObservation{std::make_shared<const ObservationEntry>(entry), sequence,
                                       recorded_time, 0})
          .first;
  if (!event.corrects_observation_id.empty()) {
    observations_.find(Key{entry.source, event.corrects_observation_id})->second.corrected_by =
        sequence;
  }
  places_.emplace(Place{event.observed_date.year(), event.project_code, event.indicator_id,
                        event.observed_date, sequence},
                  &position->second);
}

const RecordedObservation* ObservationBook::Find(std::string_view source,
                                                 std::string_view observation_id) const {
  const auto position = observations_.find(Key{std::string(source), std::string(observation_id)});
  return position == observations_.end() ? nullptr : &position->second;
}

std::vector<RecordedObservation> ObservationBook::Of(int fiscal_year, std::string_view project_code,
                                                     std::string_view indicator_id, Date as_of,
                                                     Sequence known_at) const {
  std::vector<RecordedObservation> found;
  const Place first{fiscal_year, std::string(project_code), std::string(indicator_id),
                    Date::FirstOfYear(fiscal_year), 0};
  for (auto position = places_.lower_bound(first); position != places_.end(); ++position) {
    const Place& place = position->first;
    if (place.fiscal_year != fiscal_year || place.project_code != project_code ||
        place.indicator_id != indicator_id || place.date > as_of) {
      break;
    }
    const RecordedObservation& observation = *position->second;
    const bool corrected = observation.corrected_by != 0 && observation.corrected_by <= known_at;
    if (place.sequence <= known_at && !corrected) found.push_back(observation);
  }
  return found;
}

}  // namespace budgetwatch
