#pragma once

#include "budgetwatch/v1/monitor_service.grpc.pb.h"
#include "service/reports.h"
#include "service/reviews.h"
#include "service/warnings.h"
#include "transport/call.h"
#include "transport/warning_stream.h"

namespace budgetwatch {

// MonitorService over gRPC. Thread-safe; what it refers to outlives it.
class MonitorServiceHandler final : public v1::MonitorService::CallbackService {
 public:
  MonitorServiceHandler(const Reports& reports, Warnings& warnings, Reviews& reviews, Calls& calls)
      : reports_(reports),
        warnings_(warnings),
        reviews_(reviews),
        calls_(calls),
        streams_(warnings) {}

  // Starts and stops what WatchWarnings needs.
  void Start() { streams_.Start(); }
  void Stop() { streams_.Stop(); }

  grpc::ServerUnaryReactor* GetExecutionReport(grpc::CallbackServerContext* context,
                                               const v1::GetExecutionReportRequest* request,
                                               v1::GetExecutionReportResponse* response) override;
  grpc::ServerUnaryReactor* GetPerformanceReport(
      grpc::CallbackServerContext* context, const v1::GetPerformanceReportRequest* request,
      v1::GetPerformanceReportResponse* response) override;
  grpc::ServerUnaryReactor* GetScorecard(grpc::CallbackServerContext* context,
                                         const v1::GetScorecardRequest* request,
                                         v1::GetScorecardResponse* response) override;
  grpc::ServerUnaryReactor* ListWarnings(grpc::CallbackServerContext* context,
                                         const v1::ListWarningsRequest* request,
                                         v1::ListWarningsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchWarningsResponse>* WatchWarnings(
      grpc::CallbackServerContext* context, const v1::WatchWarningsRequest* request) override;
  grpc::ServerUnaryReactor* ExplainWarning(grpc::CallbackServerContext* context,
                                           const v1::ExplainWarningRequest* request,
                                           v1::ExplainWarningResponse* response) override;
  grpc::ServerUnaryReactor* RunReview(grpc::CallbackServerContext* context,
                                      const v1::RunReviewRequest* request,
                                      v1::RunReviewResponse* response) override;
  grpc::ServerUnaryReactor* ListReviews(grpc::CallbackServerContext* context,
                                        const v1::ListReviewsRequest* request,
                                        v1::ListReviewsResponse* response) override;
  grpc::ServerUnaryReactor* GetReview(grpc::CallbackServerContext* context,
                                      const v1::GetReviewRequest* request,
                                      v1::GetReviewResponse* response) override;

 private:
  Status Report(const v1::GetExecutionReportRequest& request,
                v1::GetExecutionReportResponse* response, UnaryCall& call) const;
  Status Performance(const v1::GetPerformanceReportRequest& request,
                     v1::GetPerformanceReportResponse* response, UnaryCall& call) const;
  Status Scores(const v1::GetScorecardRequest& request, v1::GetScorecardResponse* response,
                UnaryCall& call) const;
  Status List(const v1::ListWarningsRequest& request, v1::ListWarningsResponse* response);
  Status Review(const v1::RunReviewRequest& request, v1::RunReviewResponse* response,
                UnaryCall& call);
  Status ListAll(const v1::ListReviewsRequest& request, v1::ListReviewsResponse* response) const;
  Status Find(const v1::GetReviewRequest& request, v1::GetReviewResponse* response,
              UnaryCall& call) const;

  const Reports& reports_;
  Warnings& warnings_;
  Reviews& reviews_;
  Calls& calls_;
  WarningStreams streams_;
};

}  // namespace budgetwatch
