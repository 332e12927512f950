#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <optional>
#include <ostream>

#include "budgetctl/text.h"
#include "budgetwatch/v1/monitor_service.pb.h"

namespace budgetwatch::ctl {

using ReviewSummaries = google::protobuf::RepeatedPtrField<v1::ReviewSummary>;

// Prints what a review is and when it was frozen.
void PrintReviewSummary(std::ostream& out, const Speech& say, const v1::ReviewSummary& summary);

// Prints a review for a person: money, results, scores, and the warnings that were
// open with what was explained since.
void PrintReview(std::ostream& out, const Speech& say, const v1::GetReviewResponse& response,
                 std::optional<int> width);

// Prints its lines as one CSV table: money, counts of targets, score.
void WriteReviewCsv(std::ostream& out, const v1::GetReviewResponse& response);

void PrintReviews(std::ostream& out, const Speech& say, const ReviewSummaries& reviews,
                  std::optional<int> width);
void WriteReviewsCsv(std::ostream& out, const ReviewSummaries& reviews);

}  // namespace budgetwatch::ctl
