#pragma once

#include <grpcpp/server_context.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "budgetwatch/v1/monitor_service.grpc.pb.h"
#include "budgetwatch/v1/observation_service.grpc.pb.h"
#include "fake_server.h"

namespace budgetwatch {

// Keeps observations in memory and answers reports and reviews with what a test put
// there. Lists have pages of two. Thread-safe once it serves.
class FakeResultService final : public v1::ObservationService::Service,
                                public v1::MonitorService::Service {
 public:
  std::vector<grpc::Service*> services() {
    return {static_cast<v1::ObservationService::Service*>(this),
            static_cast<v1::MonitorService::Service*>(this)};
  }

  // Set before it serves.
  v1::PerformanceReport performance;
  v1::Scorecard scorecard;
  v1::GetReviewResponse review;
  std::vector<v1::ReviewSummary> reviews;
  bool review_created = true;
  int unavailable_calls = 0;                      // the first RecordObservations fail
  std::set<std::string> suspended_indicators;     // "project#indicator"
  std::map<std::string, std::string> rejections;  // reason by observation id
  // The last requests; read after the call.
  v1::GetPerformanceReportRequest performance_request;
  v1::ListObservationsRequest list_request;
  v1::RunReviewRequest run_request;
  v1::ExplainWarningRequest explain_request;
  std::vector<v1::ObservationEvent> recorded;
  std::vector<int> batch_sizes;

  grpc::Status RecordObservations(grpc::ServerContext*,
                                  const v1::RecordObservationsRequest* request,
                                  v1::RecordObservationsResponse* response) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (unavailable_calls-- > 0) return {grpc::StatusCode::UNAVAILABLE, "starting"};
    batch_sizes.push_back(request->observations_size());
    for (const v1::ObservationEvent& event : request->observations()) {
      Record(request->source(), event, response->add_outcomes());
    }
    return grpc::Status::OK;
  }

  grpc::Status ListObservations(grpc::ServerContext*, const v1::ListObservationsRequest* request,
                                v1::ListObservationsResponse* response) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    list_request = *request;
    const auto next = Page(request->page_token(), recorded.size(), [&](size_t i) {
      v1::Observation* observation = response->add_observations();
      observation->set_source("csv");
      *observation->mutable_event() = recorded[i];
      observation->set_sequence(static_cast<int64_t>(i) + 1);
      observation->set_suspended(IsSuspended(recorded[i]));
    });
    response->set_next_page_token(next);
    return grpc::Status::OK;
  }

  grpc::Status GetPerformanceReport(grpc::ServerContext*,
                                    const v1::GetPerformanceReportRequest* request,
                                    v1::GetPerformanceReportResponse* response) override {
    performance_request = *request;
    *response->mutable_report() = performance;
    return grpc::Status::OK;
  }

  grpc::Status GetScorecard(grpc::ServerContext*, const v1::GetScorecardRequest*,
                            v1::GetScorecardResponse* response) override {
    *response->mutable_scorecard() = scorecard;
    return grpc::Status::OK;
  }

  grpc::Status RunReview(grpc::ServerContext*, const v1::RunReviewRequest* request,
                         v1::RunReviewResponse* response) override {
    run_request = *request;
    *response->mutable_summary() = review.summary();
    *response->mutable_review() = review.review();
    response->set_created(review_created);
    return grpc::Status::OK;
  }

  grpc::Status ListReviews(grpc::ServerContext*, const v1::ListReviewsRequest* request,
                           v1::ListReviewsResponse* response) override {
    const auto next = Page(request->page_token(), reviews.size(),
                           [&](size_t i) { *response->add_reviews() = reviews[i]; });
    response->set_next_page_token(next);
    return grpc::Status::OK;
  }

  grpc::Status GetReview(grpc::ServerContext*, const v1::GetReviewRequest* request,
                         v1::GetReviewResponse* response) override {
    if (request->review_id() != review.summary().review_id()) {
      return {grpc::StatusCode::NOT_FOUND, "no such review"};
    }
    *response = review;
    return grpc::Status::OK;
  }

  grpc::Status ExplainWarning(grpc::ServerContext*, const v1::ExplainWarningRequest* request,
                              v1::ExplainWarningResponse* response) override {
    explain_request = *request;
    v1::Warning* warning = response->mutable_warning();
    warning->set_warning_id(request->warning_id());
    *warning->mutable_explanation() = request->explanation();
    return grpc::Status::OK;
  }

 private:
  // Adds two items from `token` on; returns the token of the page behind.
  template <typename Add>
  static std::string Page(const std::string& token, size_t count, Add add) {
    size_t i = token.empty() ? 0 : std::stoul(token);
    for (const size_t end = std::min(count, i + 2); i < end; ++i) add(i);
    return i < count ? std::to_string(i) : "";
  }

  bool IsSuspended(const v1::ObservationEvent& event) const {
    return suspended_indicators.contains(event.project_code() + "#" + event.indicator_id());
  }

  void Record(const std::string& source, const v1::ObservationEvent& event,
              v1::ObservationOutcome* outcome) {
    const auto rejection = rejections.find(event.observation_id());
    if (rejection != rejections.end()) {
      outcome->set_outcome(v1::ObservationOutcome::OUTCOME_REJECTED);
      outcome->set_reason(rejection->second);
      outcome->set_field("achieved_percent");
      outcome->set_message("refused");
      return;
    }
    if (!ids_.insert(source + "/" + event.observation_id()).second) {
      outcome->set_outcome(v1::ObservationOutcome::OUTCOME_DUPLICATE);
      return;
    }
    recorded.push_back(event);
    outcome->set_outcome(IsSuspended(event) ? v1::ObservationOutcome::OUTCOME_SUSPENDED
                                            : v1::ObservationOutcome::OUTCOME_RECORDED);
  }

  std::mutex mutex_;
  std::set<std::string> ids_;
};

}  // namespace budgetwatch
