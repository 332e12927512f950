#include "telemetry/result_families.h"

#include "domain/attainment.h"
#include "telemetry/family.h"

namespace budgetwatch {
namespace {

prometheus::MetricFamily DateFamily(const std::string& name, const std::string& help,
                                    const std::vector<DepartmentDate>& dates) {
  prometheus::MetricFamily family = GaugeFamily(name, help);
  for (const DepartmentDate& each : dates) {
    AddSample({{"department_code", each.department_code},
               {"fiscal_year", std::to_string(each.fiscal_year)}},
              MetricTime(each.date), &family);
  }
  return family;
}

}  // namespace

void AddResultFamilies(const LedgerSnapshot& snapshot,
                       std::vector<prometheus::MetricFamily>* families) {
  prometheus::MetricFamily met = GaugeFamily(
      "indicator_target_met",
      "Whether the indicator's target is met by its latest observation: 1 or 0; absent while "
      "nothing can be said.");
  prometheus::MetricFamily value = GaugeFamily(
      "indicator_value",
      "Latest observation of the indicator in the unit of its target; 1 or 0 for yes or no, and "
      "the share of a degree.");
  size_t observed_count = 0;
  for (const YearSnapshot& year : snapshot.years) {
    for (const PlanSnapshot& plan : year.plans) observed_count += plan.observed.size();
  }
  met.metric.reserve(observed_count);
  value.metric.reserve(observed_count);
  for (const YearSnapshot& year : snapshot.years) {
    for (const PlanSnapshot& plan : year.plans) {
      for (const ObservedIndicator& observed : plan.observed) {
        const Attainment attainment = Attain(*observed.indicator, year.fiscal_year, year.as_of,
                                             observed.observations, snapshot.profile);
        const MetricLabels labels = {{"department_code", plan.revision->plan().department_code},
                                     {"project_code", observed.project->project_code},
                                     {"indicator_id", observed.indicator->indicator_id},
                                     {"fiscal_year", std::to_string(year.fiscal_year)}};
        if (attainment.state != TargetState::kUnknown) {
          AddSample(labels, attainment.state == TargetState::kMet ? 1.0 : 0.0, &met);
        }
        if (attainment.value) AddSample(labels, ToDouble(*attainment.value), &value);
      }
    }
  }
  families->push_back(std::move(met));
  families->push_back(std::move(value));
  families->push_back(
      DateFamily("review_last_timestamp_seconds",
                 "Date of the department's last review, as the Unix time of its midnight in UTC.",
                 snapshot.last_reviews));
  families->push_back(DateFamily(
      "review_due_timestamp_seconds",
      "Last review day of the profile that is over and asks for a review of the department, as "
      "the Unix time of its midnight in UTC.",
      snapshot.due_reviews));
}

}  // namespace budgetwatch
