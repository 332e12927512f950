// Input: a published budget document as text, or any file that is given as a plan.

#include "fuzz/check_plan_reading.h"
#include "fuzz/fuzz_input.h"
#include "import/disclosure.h"
#include "import/plan_file.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  budgetwatch::FuzzInput input(data, size);
  budgetwatch::CheckPlanReading(budgetwatch::ReadDisclosure(input.Rest()));
  auto file = budgetwatch::ReadPlanBytes(input.Rest(), "file");
  if (file.ok()) budgetwatch::CheckPlanReading(std::move(file).value());
  return 0;
}
