#include "telemetry/result_families.h"

#include "domain/attainment.h"
#include "telemetry/family.h"

namespace budgetwatch {
namespace {

constexpr double kSecondsPerDay = 86'400.0;

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
  prometheus::MetricFamily reviews =
      GaugeFamily("review_last_timestamp_seconds",
                  "Date of the department's last review, as the Unix time of its midnight in UTC.");
  for (const ReviewSnapshot& review : snapshot.last_reviews) {
    AddSample({{"department_code", review.department_code},
               {"fiscal_year", std::to_string(review.fiscal_year)}},
              static_cast<double>(review.as_of.day_number()) * kSecondsPerDay, &reviews);
  }
  families->push_back(std::move(met));
  families->push_back(std::move(value));
  families->push_back(std::move(reviews));
}

}  // namespace budgetwatch
