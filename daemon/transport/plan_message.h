#pragma once

#include <vector>

#include "budgetwatch/v1/plan.pb.h"
#include "domain/finding.h"
#include "domain/plan.h"

namespace budgetwatch {

// Conversion between plans and their API messages, without gRPC: the server and
// the command line share it, so that a plan reads the same offline and online.

v1::Plan ToMessage(const Plan& plan);
v1::Finding ToMessage(const Finding& finding);
v1::Target ToMessage(const Target& target);

// A plan read from a message, with an error finding for each field that has no
// meaning in the domain (a date that is none, an unknown kind, a bad share).
// What cannot be read is left at its default.
struct PlanFromMessage {
  Plan plan;
  std::vector<Finding> findings;
};
PlanFromMessage FromMessage(const v1::Plan& message);

}  // namespace budgetwatch
