#pragma once

#include <memory>

#include "service/administration.h"
#include "service/observations.h"
#include "service/payments.h"
#include "service/plans.h"
#include "service/reports.h"
#include "service/verify.h"
#include "service/warnings.h"

namespace budgetwatch {

// A ledger with all of its services over a store, as the daemon has them. The
// committer's thread does not run yet; warnings are evaluated when they are listed.
class Services {
 public:
  // All arguments outlive the services. Errors: of the store.
  static Result<std::unique_ptr<Services>> Open(Store& store, const Clock& clock,
                                                const BusinessCalendar& calendar,
                                                const Committer::Options& options);

  // Answers what waits, as the committer does when it stops.
  ~Services();
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  Ledger& ledger() { return *ledger_; }
  Committer& committer() { return *committer_; }
  Plans& plans() { return *plans_; }
  Payments& payments() { return *payments_; }
  Observations& observations() { return *observations_; }
  Reports& reports() { return *reports_; }
  Warnings& warnings() { return *warnings_; }
  Administration& administration() { return *administration_; }

 private:
  Services() = default;

  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Warnings> warnings_;  // listens to the committer, so outlives it
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<Plans> plans_;
  std::unique_ptr<Payments> payments_;
  std::unique_ptr<Observations> observations_;
  std::unique_ptr<Reports> reports_;
  std::unique_ptr<Administration> administration_;
};

}  // namespace budgetwatch
