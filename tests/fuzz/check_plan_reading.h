#pragma once

#include "import/plan_reading.h"

namespace budgetwatch {

// Checks what must hold for every reading of a plan file: judging it ends; a plan
// without errors can be written, and what was written reads as the same plan and is
// written as the same bytes.
void CheckPlanReading(PlanReading reading);

}  // namespace budgetwatch
