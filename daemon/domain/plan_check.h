#pragma once

#include <vector>

#include "domain/finding.h"
#include "domain/plan.h"
#include "domain/profile.h"

namespace budgetwatch {

// Proves the arithmetic of a plan and looks for what a careful reader would
// question. Findings come in the order of the plan; one of severity kError
// refuses it. `place` names the field, such as "projects[2].checkpoints[1]".
// REQUIRES: FillIndicators(plan) was called.
std::vector<Finding> CheckPlan(const Plan& plan, const Profile& profile);

// Whether a finding refuses the plan.
bool HasError(const std::vector<Finding>& findings);

}  // namespace budgetwatch
