#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/date.h"

namespace budgetwatch {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

// A family of gauges without samples, with the prefix of all names before `name`.
prometheus::MetricFamily GaugeFamily(std::string_view name, std::string help);

void AddSample(MetricLabels labels, double value, prometheus::MetricFamily* family);

// The same; nothing where there is no value.
void AddSample(const MetricLabels& labels, std::optional<double> value,
               prometheus::MetricFamily* family);

// A gauge without labels.
prometheus::MetricFamily SingleGauge(std::string_view name, std::string help, double value);

// Money and days as metrics show them: yuan, and the Unix time of midnight in UTC.
double MetricYuan(int64_t amount_fen);
double MetricTime(Date date);

}  // namespace budgetwatch
