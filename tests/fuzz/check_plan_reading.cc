#include "fuzz/check_plan_reading.h"

#include "base/check.h"
#include "domain/plan_check.h"
#include "import/plan_yaml.h"

namespace budgetwatch {

void CheckPlanReading(PlanReading reading) {
  FillIndicators(&reading.plan);
  const bool applicable = !HasError(CheckPlan(reading.plan, Profile()));
  if (HasError(reading.findings) || !applicable) return;
  BW_CHECK(TotalBudgetFen(reading.plan) >= 0);
  const std::string written = WritePlanYaml(reading.plan);
  PlanReading again = ReadPlanYaml(written);
  BW_CHECK(!HasError(again.findings));
  FillIndicators(&again.plan);
  BW_CHECK(again.plan == reading.plan);
  BW_CHECK(WritePlanYaml(again.plan) == written);
}

}  // namespace budgetwatch
