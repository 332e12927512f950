#pragma once

#include "budgetwatch/v1/monitor_service.pb.h"

namespace budgetwatch {

// A report with a target that is met, one that a small sample leaves unsure, one that
// is not observed, and a department below.
v1::PerformanceReport ExamplePerformance();

// A scorecard with lost points.
v1::Scorecard ExampleScorecard();

// A review of both with an explained warning about an indicator.
v1::GetReviewResponse ExampleReview();

}  // namespace budgetwatch
