#include "domain/review_schedule.h"

#include <algorithm>

#include "domain/schedule.h"

namespace budgetwatch {
namespace {

// Days behind it for which the schedule still reviews: a daemon is not down for longer, and
// years that are loaded for their history are not reviewed.
constexpr int kScheduleDays = 366;

// The profile's review days of the year that the schedule still looks at, rising.
std::vector<Date> ReviewDaysPassed(const Profile& profile, int fiscal_year, Date business_date) {
  std::vector<Date> days;
  for (const ReviewDay& day : profile.review_days) {
    const Date date = DayInYear(day.month, day.day, fiscal_year);
    if (date < business_date && date >= business_date.AddDays(-kScheduleDays)) {
      days.push_back(date);
    }
  }
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
  return days;
}

}  // namespace

std::vector<DueReview> ScheduledReviews(const LedgerState& state, Date business_date) {
  std::vector<DueReview> due;
  const Profile& profile = state.ProfileAt(kKnownNow);
  for (const int year : state.plans().FiscalYears()) {
    if (state.IsClosed(year)) continue;
    for (const Date day : ReviewDaysPassed(profile, year, business_date)) {
      for (const PlanRevisionPtr& revision : state.plans().AllInForce(year, day, kKnownNow)) {
        due.push_back({revision->plan().department_code, year, day});
      }
    }
  }
  return due;
}

}  // namespace budgetwatch
