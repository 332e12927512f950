#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "budgetwatch/v1/admin_service.pb.h"
#include "budgetwatch/v1/monitor_service.pb.h"
#include "budgetwatch/v1/observation_service.pb.h"
#include "budgetwatch/v1/payment_service.pb.h"
#include "budgetwatch/v1/plan_service.pb.h"
#include "lib/call_status.h"
#include "lib/payment_stream.h"
#include "lib/retry.h"

namespace grpc {
class ChannelInterface;
}

namespace budgetwatch::client {

struct ConnectionOptions {
  std::string server = "127.0.0.1:7470";      // HOST:PORT
  std::chrono::milliseconds timeout{30'000};  // deadline of each attempt of a call
  RetryPolicy retry;
};

// A ledger as its API shows it. Each call has a deadline and is repeated as
// RetryPolicy says; all of them may be repeated. On failure the response is left in
// an unspecified but valid state. Thread-safe. Errors of the calls are listed in
// the .proto files.
class Connection {
 public:
  // Connects at the first call, in plain text: the daemon listens on loopback, and
  // a link beyond it belongs in a tunnel or a channel of the caller's own.
  explicit Connection(ConnectionOptions options);

  // Uses a channel made by the caller, for example with TLS; `options.server` is
  // not used.
  Connection(std::shared_ptr<grpc::ChannelInterface> channel, ConnectionOptions options);

  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  CallStatus ValidatePlan(const v1::ValidatePlanRequest& request,
                          v1::ValidatePlanResponse* response);
  CallStatus ApplyPlan(const v1::ApplyPlanRequest& request, v1::ApplyPlanResponse* response);
  CallStatus GetPlan(const v1::GetPlanRequest& request, v1::GetPlanResponse* response);
  // One page.
  CallStatus ListPlanRevisions(const v1::ListPlanRevisionsRequest& request,
                               v1::ListPlanRevisionsResponse* response);

  // Records a batch in one call. For many, PaymentSender is several times faster.
  CallStatus RecordPayments(const v1::RecordPaymentsRequest& request,
                            v1::RecordPaymentsResponse* response);
  // A stream for PaymentSender; must not outlive the connection.
  std::unique_ptr<PaymentStream> OpenPaymentStream();
  CallStatus GetPayment(const v1::GetPaymentRequest& request, v1::GetPaymentResponse* response);
  // One page.
  CallStatus ListPayments(const v1::ListPaymentsRequest& request,
                          v1::ListPaymentsResponse* response);

  // Records a batch in one call.
  CallStatus RecordObservations(const v1::RecordObservationsRequest& request,
                                v1::RecordObservationsResponse* response);
  // One page.
  CallStatus ListObservations(const v1::ListObservationsRequest& request,
                              v1::ListObservationsResponse* response);

  CallStatus GetExecutionReport(const v1::GetExecutionReportRequest& request,
                                v1::GetExecutionReportResponse* response);
  CallStatus GetPerformanceReport(const v1::GetPerformanceReportRequest& request,
                                  v1::GetPerformanceReportResponse* response);
  CallStatus GetScorecard(const v1::GetScorecardRequest& request,
                          v1::GetScorecardResponse* response);
  // One page.
  CallStatus ListWarnings(const v1::ListWarningsRequest& request,
                          v1::ListWarningsResponse* response);
  CallStatus ExplainWarning(const v1::ExplainWarningRequest& request,
                            v1::ExplainWarningResponse* response);

  CallStatus RunReview(const v1::RunReviewRequest& request, v1::RunReviewResponse* response);
  // One page.
  CallStatus ListReviews(const v1::ListReviewsRequest& request, v1::ListReviewsResponse* response);
  CallStatus GetReview(const v1::GetReviewRequest& request, v1::GetReviewResponse* response);

  struct WatchOptions {
    std::string department_code;
    std::optional<int64_t> after_sequence;
    // Bound of the waits between two connections, once one has worked.
    std::chrono::milliseconds reconnect_max{600'000};
    // Told about each break before the next attempt; may be empty.
    std::function<void(const CallStatus&)> on_break;
  };
  // Calls `on_change` for each change, in order, from this thread. Reconnects after
  // a break and continues behind the last change received, so none is missed or
  // told twice. Returns OK when `stop` is requested, else why it cannot go on.
  CallStatus WatchWarnings(const WatchOptions& options, std::stop_token stop,
                           const std::function<void(const v1::WatchWarningsResponse&)>& on_change);

  // Waits that end early when the connection is back; for a PaymentSender. Lives as
  // long as the connection.
  Pacer* pacer() { return pacer_.get(); }

  CallStatus GetServerInfo(const v1::GetServerInfoRequest& request,
                           v1::GetServerInfoResponse* response);
  CallStatus VerifyLedger(const v1::VerifyLedgerRequest& request,
                          v1::VerifyLedgerResponse* response);
  CallStatus CreateBackup(const v1::CreateBackupRequest& request,
                          v1::CreateBackupResponse* response);
  CallStatus CloseFiscalYear(const v1::CloseFiscalYearRequest& request,
                             v1::CloseFiscalYearResponse* response);

  // Whether the server says by the health protocol of gRPC (grpc.health.v1) that it
  // serves. False is an answer; no answer is a failure.
  CallStatus CheckHealth(bool* serving);

 private:
  struct Stubs;

  const ConnectionOptions options_;
  const std::unique_ptr<Stubs> stubs_;
  const std::unique_ptr<Pacer> pacer_;
};

}  // namespace budgetwatch::client
