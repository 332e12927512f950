#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <vector>

#include "service/business_calendar.h"
#include "service/committer.h"

namespace budgetwatch {

// Shows the ledger to Prometheus: budgets and their execution, suspense, warnings,
// and the store. Nothing is kept between scrapes. Thread-safe.
//
// 1. Everything about the ledger in one scrape comes from one moment of it: sums
//    over projects, departments and suspense agree with each other, and with
//    budgetwatch_ledger_sequence.
// 2. Labels come from closed sets: codes of plans, rules, years that are open, or
//    closed and still recent (see TakeSnapshot). Names stand in _info metrics only.
// 3. A ratio of a budget of 0 is absent, not 0. Money becomes yuan in a double here
//    and nowhere else.
class LedgerCollector : public prometheus::Collectable {
 public:
  // The ledger, the committer and the calendar outlive the collector.
  LedgerCollector(const Ledger& ledger, const Committer& committer,
                  const BusinessCalendar& calendar)
      : ledger_(ledger), committer_(committer), calendar_(calendar) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Ledger& ledger_;
  const Committer& committer_;
  const BusinessCalendar& calendar_;
};

}  // namespace budgetwatch
