#pragma once

#include <vector>

#include "domain/finding.h"
#include "domain/plan.h"

namespace budgetwatch {

// What a reader made of a file: the plan as far as it could be read, and what
// was wrong with the rest. A project with a finding of severity error is left
// out of the plan, so that nobody applies half of one; the others are complete.
struct PlanReading {
  Plan plan;
  std::vector<Finding> findings;
};

}  // namespace budgetwatch
