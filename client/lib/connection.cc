#include "lib/connection.h"

#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <future>

#include "budgetwatch/v1/admin_service.grpc.pb.h"
#include "budgetwatch/v1/monitor_service.grpc.pb.h"
#include "budgetwatch/v1/observation_service.grpc.pb.h"
#include "budgetwatch/v1/payment_service.grpc.pb.h"
#include "budgetwatch/v1/plan_service.grpc.pb.h"
#include "lib/grpc_payment_stream.h"

namespace budgetwatch::client {

struct Connection::Stubs {
  explicit Stubs(std::shared_ptr<grpc::ChannelInterface> the_channel)
      : channel(std::move(the_channel)),
        plan(channel),
        payment(channel),
        observation(channel),
        monitor(channel),
        admin(channel),
        health(channel) {}

  const std::shared_ptr<grpc::ChannelInterface> channel;
  v1::PlanService::Stub plan;
  v1::PaymentService::Stub payment;
  v1::ObservationService::Stub observation;
  v1::MonitorService::Stub monitor;
  v1::AdminService::Stub admin;
  // gRPC has no stub of its own health service. On the wire its request is a text and its
  // response a number, each in field 1, as in these.
  grpc::TemplatedGenericStub<google::protobuf::StringValue, google::protobuf::Int32Value> health;
};

namespace {

// A report, review or plan of 100,000 lines passes gRPC's default of 4 MiB.
constexpr int kMessageBytesMax = 256 * 1024 * 1024;
// A watch that lasted this long was connected, even if nothing changed meanwhile.
constexpr std::chrono::seconds kConnectedAfter{5};

std::shared_ptr<grpc::ChannelInterface> MakeChannel(const std::string& server) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  // The retries here decide when to try again; gRPC's own wait of up to two minutes
  // between connections would make them fail without trying.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  // Finance data does not go through the web proxy that the environment names.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Notices a silent server under a watch. Servers close connections that ping more
  // often than every five minutes.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 360'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  return grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments);
}

// Waits for the channel as well as for time: gRPC only makes progress with a
// connection while somebody waits for it, so a client that sleeps would find the
// server seconds after it is back.
class ChannelPacer : public SystemPacer {
 public:
  explicit ChannelPacer(std::shared_ptr<grpc::ChannelInterface> channel)
      : channel_(std::move(channel)) {}

  bool Wait(std::chrono::milliseconds duration, std::stop_token stop) override {
    constexpr std::chrono::milliseconds kSlice{50};
    const auto end = Now() + duration;
    if (channel_->GetState(true) == GRPC_CHANNEL_READY) return SystemPacer::Wait(duration, stop);
    while (!stop.stop_requested() && Now() < end) {
      if (channel_->WaitForConnected(std::chrono::system_clock::now() + kSlice)) break;
    }
    return !stop.stop_requested();
  }

 private:
  const std::shared_ptr<grpc::ChannelInterface> channel_;
};

CallStatus FromGrpc(const grpc::Status& status) {
  return MakeCallStatus(status.error_code(), status.error_message(), status.error_details());
}

template <typename Stub, typename Request, typename Response>
CallStatus Call(const ConnectionOptions& options, Pacer* pacer, Stub* stub,
                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request, Response* response) {
  return CallWithRetry(options.retry, pacer, std::stop_token(), [&] {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + options.timeout);
    return FromGrpc((stub->*method)(&context, request, response));
  });
}

}  // namespace

Connection::Connection(ConnectionOptions options)
    : options_(std::move(options)),
      stubs_(std::make_unique<Stubs>(MakeChannel(options_.server))),
      pacer_(std::make_unique<ChannelPacer>(stubs_->channel)) {}

Connection::Connection(std::shared_ptr<grpc::ChannelInterface> channel, ConnectionOptions options)
    : options_(std::move(options)),
      stubs_(std::make_unique<Stubs>(std::move(channel))),
      pacer_(std::make_unique<ChannelPacer>(stubs_->channel)) {}

Connection::~Connection() = default;

CallStatus Connection::ValidatePlan(const v1::ValidatePlanRequest& request,
                                    v1::ValidatePlanResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->plan, &v1::PlanService::Stub::ValidatePlan, request,
              response);
}

CallStatus Connection::ApplyPlan(const v1::ApplyPlanRequest& request,
                                 v1::ApplyPlanResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->plan, &v1::PlanService::Stub::ApplyPlan, request,
              response);
}

CallStatus Connection::GetPlan(const v1::GetPlanRequest& request, v1::GetPlanResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->plan, &v1::PlanService::Stub::GetPlan, request,
              response);
}

CallStatus Connection::ListPlanRevisions(const v1::ListPlanRevisionsRequest& request,
                                         v1::ListPlanRevisionsResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->plan, &v1::PlanService::Stub::ListPlanRevisions,
              request, response);
}

CallStatus Connection::RecordPayments(const v1::RecordPaymentsRequest& request,
                                      v1::RecordPaymentsResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->payment, &v1::PaymentService::Stub::RecordPayments,
              request, response);
}

std::unique_ptr<PaymentStream> Connection::OpenPaymentStream() {
  return OpenGrpcPaymentStream(stubs_->channel);
}

CallStatus Connection::GetPayment(const v1::GetPaymentRequest& request,
                                  v1::GetPaymentResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->payment, &v1::PaymentService::Stub::GetPayment,
              request, response);
}

CallStatus Connection::ListPayments(const v1::ListPaymentsRequest& request,
                                    v1::ListPaymentsResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->payment, &v1::PaymentService::Stub::ListPayments,
              request, response);
}

CallStatus Connection::RecordObservations(const v1::RecordObservationsRequest& request,
                                          v1::RecordObservationsResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->observation,
              &v1::ObservationService::Stub::RecordObservations, request, response);
}

CallStatus Connection::ListObservations(const v1::ListObservationsRequest& request,
                                        v1::ListObservationsResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->observation,
              &v1::ObservationService::Stub::ListObservations, request, response);
}

CallStatus Connection::GetExecutionReport(const v1::GetExecutionReportRequest& request,
                                          v1::GetExecutionReportResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->monitor,
              &v1::MonitorService::Stub::GetExecutionReport, request, response);
}

CallStatus Connection::GetPerformanceReport(const v1::GetPerformanceReportRequest& request,
                                            v1::GetPerformanceReportResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->monitor,
              &v1::MonitorService::Stub::GetPerformanceReport, request, response);
}

CallStatus Connection::GetScorecard(const v1::GetScorecardRequest& request,
                                    v1::GetScorecardResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->monitor, &v1::MonitorService::Stub::GetScorecard,
              request, response);
}

CallStatus Connection::ListWarnings(const v1::ListWarningsRequest& request,
                                    v1::ListWarningsResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->monitor, &v1::MonitorService::Stub::ListWarnings,
              request, response);
}

CallStatus Connection::ExplainWarning(const v1::ExplainWarningRequest& request,
                                      v1::ExplainWarningResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->monitor, &v1::MonitorService::Stub::ExplainWarning,
              request, response);
}

CallStatus Connection::RunReview(const v1::RunReviewRequest& request,
                                 v1::RunReviewResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->monitor, &v1::MonitorService::Stub::RunReview,
              request, response);
}

CallStatus Connection::ListReviews(const v1::ListReviewsRequest& request,
                                   v1::ListReviewsResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->monitor, &v1::MonitorService::Stub::ListReviews,
              request, response);
}

CallStatus Connection::GetReview(const v1::GetReviewRequest& request,
                                 v1::GetReviewResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->monitor, &v1::MonitorService::Stub::GetReview,
              request, response);
}

CallStatus Connection::WatchWarnings(
    const WatchOptions& options, std::stop_token stop,
    const std::function<void(const v1::WatchWarningsResponse&)>& on_change) {
  v1::WatchWarningsRequest request;
  request.set_department_code(options.department_code);
  if (options.after_sequence) request.set_after_sequence(*options.after_sequence);

  RetryPolicy patient = options_.retry;
  patient.total_max = options.reconnect_max;
  bool connected_once = false;
  std::optional<Backoff> backoff(std::in_place, options_.retry, pacer_.get());
  while (true) {
    const auto started = pacer_->Now();
    grpc::ClientContext context;
    // Also fires when the stop was requested before.
    const std::stop_callback cancel(stop, [&context] { context.TryCancel(); });
    const auto reader = stubs_->monitor.WatchWarnings(&context, request);
    v1::WatchWarningsResponse response;
    bool progress = false;
    while (reader->Read(&response)) {
      request.set_after_sequence(response.sequence());
      progress = true;
      on_change(response);
    }
    CallStatus status = FromGrpc(reader->Finish());
    if (stop.stop_requested()) return CallStatus();
    if (status.ok()) {
      // A watch has no end of its own: the server went.
      status = FailedCall(CallCode::kUnavailable, "the server ended the watch");
    }
    if (progress || pacer_->Now() - started >= kConnectedAfter) {
      if (!connected_once) backoff.emplace(patient, pacer_.get());
      connected_once = true;
      backoff->Reset();
    }
    if (options.on_break && IsRetriable(status)) options.on_break(status);
    if (!backoff->WaitAfter(status, stop)) {
      return stop.stop_requested() ? CallStatus() : status;
    }
  }
}

CallStatus Connection::GetServerInfo(const v1::GetServerInfoRequest& request,
                                     v1::GetServerInfoResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->admin, &v1::AdminService::Stub::GetServerInfo,
              request, response);
}

CallStatus Connection::VerifyLedger(const v1::VerifyLedgerRequest& request,
                                    v1::VerifyLedgerResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->admin, &v1::AdminService::Stub::VerifyLedger,
              request, response);
}

CallStatus Connection::CreateBackup(const v1::CreateBackupRequest& request,
                                    v1::CreateBackupResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->admin, &v1::AdminService::Stub::CreateBackup,
              request, response);
}

CallStatus Connection::CloseFiscalYear(const v1::CloseFiscalYearRequest& request,
                                       v1::CloseFiscalYearResponse* response) {
  return Call(options_, pacer_.get(), &stubs_->admin, &v1::AdminService::Stub::CloseFiscalYear,
              request, response);
}

CallStatus Connection::CheckHealth(bool* serving) {
  constexpr int kServing = 1;  // HealthCheckResponse.SERVING
  const google::protobuf::StringValue whole_server;
  google::protobuf::Int32Value answer;
  const CallStatus status = CallWithRetry(options_.retry, pacer_.get(), std::stop_token(), [&] {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + options_.timeout);
    // Shared: the callback may still be inside set_value when the result is here.
    const auto done = std::make_shared<std::promise<grpc::Status>>();
    stubs_->health.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(),
                             &whole_server, &answer,
                             [done](grpc::Status ended) { done->set_value(std::move(ended)); });
    return FromGrpc(done->get_future().get());
  });
  *serving = status.ok() && answer.value() == kServing;
  return status;
}

}  // namespace budgetwatch::client
