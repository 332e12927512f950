#pragma once

#include <string>
#include <vector>

#include "domain/ledger_state.h"

namespace budgetwatch {

// A department and a day up to which it is to be reviewed.
struct DueReview {
  std::string department_code;
  int fiscal_year = 0;
  Date as_of;

  friend bool operator==(const DueReview&, const DueReview&) = default;
};

// What the profile asks for by itself: for each of its review days that is over on the
// business date, the departments with a plan in force on that day, done or not. In the
// order of year and day. Closed years, and days more than a year back, are left out.
std::vector<DueReview> ScheduledReviews(const LedgerState& state, Date business_date);

}  // namespace budgetwatch
