#pragma once

#include <map>
#include <string>
#include <vector>

#include "service/business_calendar.h"
#include "service/committer.h"

namespace budgetwatch {

// What the ledger holds of one fiscal year.
struct FiscalYearSummary {
  int fiscal_year = 0;
  bool closed = false;
  int64_t payment_count = 0;
  int64_t amount_fen = 0;
  Total suspense;  // of the whole year
  std::vector<std::string> department_codes;
  int64_t open_warning_count = 0;
};

// Years, profiles and what there is to say about the ledger as a whole.
// Thread-safe.
class Administration {
 public:
  Administration(const Ledger& ledger, Committer& committer, const BusinessCalendar& calendar)
      : ledger_(ledger), committer_(committer), calendar_(calendar) {}

  // Years with plans or payments, rising.
  std::vector<FiscalYearSummary> FiscalYears() const;

  // True when it had been closed before. Errors: INVALID_FIELD,
  // FISCAL_YEAR_NOT_OVER, and the committer's.
  Result<bool> CloseFiscalYear(int fiscal_year);

  // Records the profile that the ledger runs with from now on, unless it is in
  // force already: false then. Errors: the committer's.
  Result<bool> AdoptProfile(const Profile& profile);

 private:
  const Ledger& ledger_;
  Committer& committer_;
  const BusinessCalendar& calendar_;
};

}  // namespace budgetwatch
