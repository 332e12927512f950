#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "domain/date.h"
#include "domain/plan.h"
#include "domain/profile.h"
#include "domain/rational.h"
#include "domain/reason.h"
#include "domain/sequence.h"

namespace budgetwatch {

// Degree of a result in words. Values are on disk: never reuse one.
enum class AchievementDegree {
  kAchieved = 1,     // 达成
  kPartly = 2,       // 部分达成
  kNotAchieved = 3,  // 未达成
};

struct NumberValue {
  std::string decimal;  // as ParseDecimal reads it

  friend bool operator==(const NumberValue&, const NumberValue&) = default;
};

struct YesNoValue {
  bool yes = false;

  friend bool operator==(const YesNoValue&, const YesNoValue&) = default;
};

struct AchievementValue {
  AchievementDegree degree = AchievementDegree::kAchieved;
  std::string percent;  // decimal within the tier; empty: the profile's default

  friend bool operator==(const AchievementValue&, const AchievementValue&) = default;
};

// Answers of a survey: 0 <= satisfied <= asked, asked > 0.
struct SurveyValue {
  int64_t satisfied_count = 0;
  int64_t asked_count = 0;

  friend bool operator==(const SurveyValue&, const SurveyValue&) = default;
};

struct CompletionValue {
  Date date;

  friend bool operator==(const CompletionValue&, const CompletionValue&) = default;
};

using ObservedValue =
    std::variant<NumberValue, YesNoValue, AchievementValue, SurveyValue, CompletionValue>;

// One measurement of an indicator (完成值).
struct ObservationEvent {
  std::string observation_id;
  std::string project_code;
  std::string indicator_id;
  Date observed_date;  // last day that the result covers; its year is the fiscal year
  ObservedValue value;
  std::string unit;  // empty: the target's
  std::string evidence;
  std::string note;
  std::string observed_by;
  std::string corrects_observation_id;  // of the same source; empty: corrects none

  friend bool operator==(const ObservationEvent&, const ObservationEvent&) = default;
};

// An observation, as the journal holds it.
struct ObservationEntry {
  std::string source;
  ObservationEvent event;

  friend bool operator==(const ObservationEntry&, const ObservationEntry&) = default;
};

// An observation in the ledger. Cheap to copy.
struct RecordedObservation {
  std::shared_ptr<const ObservationEntry> entry;  // never null in the ledger
  Sequence sequence = 0;
  WallMicros recorded_time = 0;
  Sequence corrected_by = 0;  // sequence of the observation that corrects it; 0: none
};

// Why an observation is refused.
struct ObservationRefusal {
  Reason reason = Reason::kInvalidField;
  std::string field;
  std::string message;
};

// Judges what the event shows by itself: ids, texts, dates, counts, and the percent of a
// degree by the tiers of `rules`. `today` is the business date.
std::optional<ObservationRefusal> CheckObservation(const ObservationEvent& event, Date today,
                                                   const ScoreRules& rules);

// Lower and upper end of a degree in percent.
std::pair<int, int> TierOf(AchievementDegree degree, const ScoreRules& rules);

// Every observation there ever was. Append-only; thread-compatible. References are valid
// until the next Apply.
class ObservationBook {
 public:
  // Why the entry does not fit (an id that is there already, a correction of nothing);
  // empty when it does.
  std::string WhyNot(const ObservationEntry& entry) const;

  // REQUIRES: WhyNot(entry) is empty.
  void Apply(Sequence sequence, WallMicros recorded_time, const ObservationEntry& entry);

  // Null when there is none.
  const RecordedObservation* Find(std::string_view source, std::string_view observation_id) const;

  // Of one indicator, dated up to `as_of`, known at `known_at` and not corrected then, by
  // rising date, of one date by order of recording.
  std::vector<RecordedObservation> Of(int fiscal_year, std::string_view project_code,
                                      std::string_view indicator_id, Date as_of,
                                      Sequence known_at) const;

  // Place of an observation in the order of lists.
  struct Place {
    int fiscal_year = 0;
    std::string project_code;
    std::string indicator_id;
    Date date;
    Sequence sequence = 0;

    friend auto operator<=>(const Place&, const Place&) = default;
  };

  // All of them in the order of lists.
  const std::map<Place, const RecordedObservation*>& places() const { return places_; }

  size_t size() const { return places_.size(); }

 private:
  struct Key {
    std::string source;
    std::string observation_id;

    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::map<Key, RecordedObservation> observations_;  // nodes stay where they are
  std::map<Place, const RecordedObservation*> places_;
};

}  // namespace budgetwatch
