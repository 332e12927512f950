#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "domain/date.h"
#include "domain/sequence.h"

namespace budgetwatch {

// What makes a review. Values are on disk: never reuse one.
enum class ReviewTrigger {
  kSchedule = 1,  // a date of the profile had passed
  kByHand = 2,    // somebody asked for it
};

// Which review it is.
struct ReviewId {
  int fiscal_year = 0;
  std::string department_code;
  Date as_of;
  int number = 0;  // from 1 among the reviews of that date

  // "2020/122002/2020-06-30/1".
  std::string ToString() const;
  static std::optional<ReviewId> Parse(std::string_view text);

  friend auto operator<=>(const ReviewId&, const ReviewId&) = default;
};

// A frozen review, as the journal holds it. Its content is bytes that nobody computes
// again: a later version of the program shows what was filed then.
struct ReviewEntry {
  ReviewId id;
  Sequence known_at = 0;  // of the last fact that it knows
  ReviewTrigger trigger = ReviewTrigger::kSchedule;
  std::string profile_name;
  std::string content_hash;  // SHA-256 of the content, 64 hexadecimal digits
  std::string content;       // the API's message Review

  friend bool operator==(const ReviewEntry&, const ReviewEntry&) = default;
};

// A review in the ledger; its content is left in the journal.
struct RecordedReview {
  ReviewEntry entry;         // without content,
  size_t content_bytes = 0;  // which has so many
  Sequence sequence = 0;
  WallMicros recorded_time = 0;
};

// Every review there ever was. Append-only; thread-compatible.
class ReviewBook {
 public:
  // Why the entry does not fit; empty when it does.
  std::string WhyNot(const ReviewEntry& entry) const;

  // REQUIRES: WhyNot(entry) is empty.
  void Apply(Sequence sequence, WallMicros recorded_time, const ReviewEntry& entry);

  const std::map<ReviewId, RecordedReview>& all() const { return reviews_; }

  // Null when there is none.
  const RecordedReview* Find(const ReviewId& id) const;

  // The last review of that department and date; null when there is none.
  const RecordedReview* FindLast(int fiscal_year, const std::string& department_code,
                                 Date as_of) const;

  // Whether the schedule has reviewed that department and date.
  bool WasScheduled(int fiscal_year, const std::string& department_code, Date as_of) const;

 private:
  std::map<ReviewId, RecordedReview> reviews_;
};

}  // namespace budgetwatch
