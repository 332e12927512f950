#pragma once

#include "budgetwatch/v1/observation.pb.h"
#include "budgetwatch/v1/performance.pb.h"
#include "budgetwatch/v1/review.pb.h"
#include "budgetwatch/v1/scorecard.pb.h"
#include "domain/review_content.h"
#include "service/observations.h"

namespace budgetwatch {

// Between results and their API messages.

// What was sent, or why it cannot be read.
Observations::Item FromMessage(const v1::ObservationEvent& message);

v1::ObservationOutcome ToMessage(const ObservationOutcome& outcome);
v1::Observation ToMessage(const RecordedObservation& observation, bool suspended);
v1::PerformanceReport ToMessage(const PerformanceReport& report);
v1::Scorecard ToMessage(const PerformanceReport& report, const Scorecard& scorecard);
v1::Review ToMessage(const ReviewContent& content);
v1::ReviewSummary ToMessage(const RecordedReview& review);

}  // namespace budgetwatch
