#pragma once

#include "budgetwatch/v1/monitor_service.grpc.pb.h"
#include "service/reports.h"
#include "service/warnings.h"
#include "transport/call.h"
#include "transport/warning_stream.h"

namespace budgetwatch {

// MonitorService over gRPC. Thread-safe; what it refers to outlives it.
class MonitorServiceHandler final : public v1::MonitorService::CallbackService {
 public:
  MonitorServiceHandler(const Reports& reports, Warnings& warnings, Calls& calls)
      : reports_(reports), warnings_(warnings), calls_(calls), streams_(warnings) {}

  // Starts and stops what WatchWarnings needs.
  void Start() { streams_.Start(); }
  void Stop() { streams_.Stop(); }

  grpc::ServerUnaryReactor* GetExecutionReport(grpc::CallbackServerContext* context,
                                               const v1::GetExecutionReportRequest* request,
                                               v1::GetExecutionReportResponse* response) override;
  grpc::ServerUnaryReactor* ListWarnings(grpc::CallbackServerContext* context,
                                         const v1::ListWarningsRequest* request,
                                         v1::ListWarningsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchWarningsResponse>* WatchWarnings(
      grpc::CallbackServerContext* context, const v1::WatchWarningsRequest* request) override;
  grpc::ServerUnaryReactor* ExplainWarning(grpc::CallbackServerContext* context,
                                           const v1::ExplainWarningRequest* request,
                                           v1::ExplainWarningResponse* response) override;

 private:
  Status Report(const v1::GetExecutionReportRequest& request,
                v1::GetExecutionReportResponse* response) const;
  Status List(const v1::ListWarningsRequest& request, v1::ListWarningsResponse* response);

  const Reports& reports_;
  Warnings& warnings_;
  Calls& calls_;
  WarningStreams streams_;
};

}  // namespace budgetwatch
