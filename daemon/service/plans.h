#pragma once

#include <string>
#include <vector>

#include "domain/plan_check.h"
#include "service/committer.h"

namespace budgetwatch {

// Checks, applies and finds plans. Thread-safe.
class Plans {
 public:
  struct ApplyRequest {
    Plan plan;
    std::optional<Date> effective_date;  // absent: 1 January of the fiscal year
    std::string reason;
    std::string document_number;
  };
  struct ApplyResult {
    bool applied = false;    // in force now
    bool unchanged = false;  // it was in force already
    PlanRevisionPtr revision;
    std::vector<Finding> findings;
  };

  Plans(const Ledger& ledger, Committer& committer) : ledger_(ledger), committer_(committer) {}

  // Fills in what the ledger fills in, and checks.
  std::vector<Finding> Validate(Plan* plan) const;

  // A plan with errors is not applied and changes nothing. Errors: INVALID_FIELD,
  // DATE_OUTSIDE_FISCAL_YEAR, FISCAL_YEAR_CLOSED, and the committer's.
  Result<ApplyResult> Apply(ApplyRequest request);

  // Errors: PLAN_NOT_FOUND.
  Result<PlanRevisionPtr> InForce(const std::string& department_code, int fiscal_year, Date as_of,
                                  Sequence known_at) const;

  std::vector<PlanRevisionPtr> Revisions(const std::string& department_code, int fiscal_year) const;

 private:
  const Ledger& ledger_;
  Committer& committer_;
};

}  // namespace budgetwatch
