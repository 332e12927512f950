// Input: a plan file in YAML.

#include "fuzz/check_plan_reading.h"
#include "fuzz/fuzz_input.h"
#include "import/plan_yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  budgetwatch::FuzzInput input(data, size);
  budgetwatch::CheckPlanReading(budgetwatch::ReadPlanYaml(input.Rest()));
  return 0;
}
