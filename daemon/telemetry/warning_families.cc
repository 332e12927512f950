#include "telemetry/warning_families.h"

#include <algorithm>
#include <string>
#include <utility>

#include "telemetry/family.h"

namespace budgetwatch {
namespace {

using prometheus::MetricFamily;

std::string SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kInfo: return "info";
    case Severity::kWarning: return "warning";
    case Severity::kError: return "error";
    case Severity::kCritical: return "critical";
  }
  return "";
}

MetricLabels LabelsOf(const WarningKey& key) {
  return {{"rule", std::string(RuleName(key.rule))},
          {"severity", SeverityName(key.severity)},
          {"department_code", key.department_code},
          {"project_code", key.project_code},
          {"fiscal_year", std::to_string(key.fiscal_year)}};
}

}  // namespace

void AddWarningFamilies(std::vector<WarningSnapshot> warnings,
                        std::vector<MetricFamily>* families) {
  MetricFamily active = GaugeFamily(
      "warning_active",
      "Number of open warnings of the rule about the project, or about the department, or the "
      "year's suspense where the codes are empty; absent when there is none.");
  MetricFamily unexplained =
      GaugeFamily("warning_unexplained",
                  "Number of those warnings that nobody has explained; absent when none is open.");
  MetricFamily since = GaugeFamily(
      "warning_unexplained_since_timestamp_seconds",
      "Business date on which the oldest of the unexplained ones opened, as the Unix time of its "
      "midnight in UTC; absent when there is none.");
  MetricFamily gap = GaugeFamily(
      "warning_gap_yuan",
      "Money that was missing or too much when the warnings opened, in yuan; absent for rules "
      "that are not about an amount.");
  for (MetricFamily* family : {&active, &unexplained, &since, &gap}) {
    family->metric.reserve(warnings.size());
  }
  std::sort(warnings.begin(), warnings.end(),
            [](const WarningSnapshot& a, const WarningSnapshot& b) { return a.key < b.key; });
  for (auto first = warnings.begin(); first != warnings.end();) {
    const auto last = std::find_if(first, warnings.end(), [first](const WarningSnapshot& warning) {
      return warning.key != first->key;
    });
    const MetricLabels labels = LabelsOf(first->key);
    AddSample(labels, static_cast<double>(last - first), &active);
    int unexplained_count = 0;
    std::optional<Date> oldest;
    std::optional<double> gap_yuan;
    for (auto warning = first; warning != last; ++warning) {
      if (warning->gap_fen) gap_yuan = gap_yuan.value_or(0) + MetricYuan(*warning->gap_fen);
      if (!warning->unexplained_since) continue;
      ++unexplained_count;
      oldest = std::min(*warning->unexplained_since, oldest.value_or(*warning->unexplained_since));
    }
    AddSample(labels, static_cast<double>(unexplained_count), &unexplained);
    if (oldest) AddSample(labels, MetricTime(*oldest), &since);
    AddSample(labels, gap_yuan, &gap);
    first = last;
  }
  for (MetricFamily* family : {&active, &unexplained, &since, &gap}) {
    families->push_back(std::move(*family));
  }
}

}  // namespace budgetwatch
