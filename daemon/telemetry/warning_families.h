#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "telemetry/ledger_snapshot.h"

namespace budgetwatch {

// Appends the families about open warnings: their number, how many of them nobody has
// explained and since when, and the money that they are about. All have the same labels.
void AddWarningFamilies(std::vector<WarningSnapshot> warnings,
                        std::vector<prometheus::MetricFamily>* families);

}  // namespace budgetwatch
