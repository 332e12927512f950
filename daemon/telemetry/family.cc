#include "telemetry/family.h"

#include <utility>

namespace budgetwatch {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

constexpr double kFenPerYuan = 100.0;
constexpr double kSecondsPerDay = 86'400.0;

}  // namespace

MetricFamily GaugeFamily(std::string_view name, std::string help) {
  MetricFamily family;
  family.name = "budgetwatch_";
  family.name += name;
  family.help = std::move(help);
  family.type = prometheus::MetricType::Gauge;
  return family;
}

void AddSample(MetricLabels labels, double value, MetricFamily* family) {
  ClientMetric& metric = family->metric.emplace_back();
  metric.label = std::move(labels);
  metric.gauge.value = value;
}

void AddSample(const MetricLabels& labels, std::optional<double> value, MetricFamily* family) {
  if (value) AddSample(labels, *value, family);
}

MetricFamily SingleGauge(std::string_view name, std::string help, double value) {
  MetricFamily family = GaugeFamily(name, std::move(help));
  AddSample({}, value, &family);
  return family;
}

double MetricYuan(int64_t amount_fen) { return static_cast<double>(amount_fen) / kFenPerYuan; }

double MetricTime(Date date) { return static_cast<double>(date.day_number()) * kSecondsPerDay; }

}  // namespace budgetwatch
