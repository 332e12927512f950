#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "telemetry/ledger_snapshot.h"

namespace budgetwatch {

// What indicators have reached, and when departments were reviewed last.
void AddResultFamilies(const LedgerSnapshot& snapshot,
                       std::vector<prometheus::MetricFamily>* families);

}  // namespace budgetwatch
