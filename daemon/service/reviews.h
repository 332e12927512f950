#pragma once

#include <condition_variable>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "domain/review_schedule.h"
#include "service/reports.h"
#include "service/warnings.h"

namespace budgetwatch {

// Makes the bytes that a review is frozen as. Thread-safe.
class ReviewFormat {
 public:
  virtual ~ReviewFormat() = default;

  // The same content gives the same bytes.
  virtual std::string Encode(const ReviewContent& content) const = 0;

  // SHA-256, 64 hexadecimal digits.
  virtual std::string HashOf(const std::string& bytes) const = 0;
};

// Freezes reviews: by itself when a review day of the profile is over, also one that passed
// while the daemon was down, and whenever it is asked to. Thread-safe.
//
// The schedule looks at the start and when the business date changes, so that a plan that
// is loaded in the middle of a day gets its payments before it is reviewed.
class Reviews {
 public:
  struct Frozen {
    RecordedReview review;
    std::string content;
    bool created = false;  // by this call
  };
  struct Filter {
    std::string department_code;  // empty: any
    int fiscal_year = 0;          // 0: any
  };
  struct Page {
    std::vector<RecordedReview> reviews;
    std::optional<ReviewId> next;  // last id of this page when there are more
  };
  struct Detail {
    RecordedReview review;
    std::vector<Warning> warnings;
  };

  Reviews(const Ledger& ledger, Committer& committer, const Reports& reports, Warnings& warnings,
          const BusinessCalendar& calendar, const ReviewFormat& format);
  ~Reviews();

  // Starts the schedule.
  void Start();
  void Stop();

  // Has the schedule look again, since there may be other review days now.
  void LookAgain();

  // Freezes a review by hand. What is there already with the same knowledge is returned.
  // Errors: those of Reports, DATE_IN_FUTURE, and the committer's.
  Result<Frozen> Run(const Reports::Request& request);

  // Freezes what the schedule asks for on the business date. Errors: of the first review that
  // could not be made; the others are.
  Status RunSchedule();

  // In the order of ReviewId. REQUIRES: limit > 0.
  Page List(const Filter& filter, const std::optional<ReviewId>& after, size_t limit) const;

  // With the warnings of the department that were open when it was frozen, or that it
  // opened, as they are now. Errors: REVIEW_NOT_FOUND.
  Result<Detail> Get(const std::string& review_id) const;

  // What it was frozen as. Errors: the store's.
  Result<std::string> ReadContent(const RecordedReview& review) const;

 private:
  void Loop();
  std::vector<DueReview> FindDue(Date business_date) const;
  Result<Frozen> Freeze(const DueReview& due, Sequence known_at, ReviewTrigger trigger);

  const Ledger& ledger_;
  Committer& committer_;
  const Reports& reports_;
  Warnings& warnings_;
  const BusinessCalendar& calendar_;
  const ReviewFormat& format_;

  Mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ BW_GUARDED_BY(mutex_) = false;
  bool look_again_ BW_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace budgetwatch
