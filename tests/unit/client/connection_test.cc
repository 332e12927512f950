// Goal: a watch survives broken connections without missing or repeating a change,
// and ends when asked to; errors of the server arrive with their reason.
// Method: a fake monitor on a loopback port that breaks its streams.

#include "lib/connection.h"

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "budgetwatch/v1/monitor_service.grpc.pb.h"
#include "budgetwatch/wire/v1/wire.pb.h"

namespace budgetwatch::client {
namespace {

// Has changes 1 to 10; every stream ends in an error after `per_stream` of them,
// and waits for its client once there are no more.
class FakeMonitor final : public v1::MonitorService::Service {
 public:
  grpc::Status WatchWarnings(grpc::ServerContext* context, const v1::WatchWarningsRequest* request,
                             grpc::ServerWriter<v1::WatchWarningsResponse>* writer) override {
    ++stream_count;
    int64_t sequence = request->after_sequence();
    for (int i = 0; i < per_stream; ++i) {
      if (sequence == 10) {
        WaitForCancel(context);
        return grpc::Status::CANCELLED;
      }
      v1::WatchWarningsResponse response;
      response.set_sequence(++sequence);
      writer->Write(response);
    }
    return end_status;
  }

  grpc::Status ExplainWarning(grpc::ServerContext*, const v1::ExplainWarningRequest*,
                              v1::ExplainWarningResponse*) override {
    ++explain_count;
    return explain_status;
  }

  int per_stream = 3;
  grpc::Status end_status{grpc::StatusCode::UNAVAILABLE, "stopping"};
  grpc::Status explain_status;
  std::atomic<int> stream_count{0};
  std::atomic<int> explain_count{0};

 private:
  static void WaitForCancel(grpc::ServerContext* context) {
    // The synchronous interface has no way to be told; the client ends within moments.
    while (!context->IsCancelled()) std::this_thread::yield();
  }
};

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&monitor_);
    server_ = builder.BuildAndStart();
    ConnectionOptions options;
    options.server = "127.0.0.1:" + std::to_string(port);
    options.retry.initial_wait = std::chrono::milliseconds(1);
    options.retry.total_max = std::chrono::milliseconds(200);
    connection_.emplace(options);
  }
  ~ConnectionTest() override { server_->Shutdown(std::chrono::system_clock::now()); }

  FakeMonitor monitor_;
  std::unique_ptr<grpc::Server> server_;
  std::optional<Connection> connection_;
};

TEST_F(ConnectionTest, AWatchContinuesAfterBreaksAndEndsWhenAsked) {
  std::stop_source stop;
  std::vector<int64_t> sequences;
  int breaks = 0;
  Connection::WatchOptions options;
  options.on_break = [&](const CallStatus& status) {
    EXPECT_EQ(status.code, CallCode::kUnavailable);
    ++breaks;
  };
  const CallStatus status = connection_->WatchWarnings(
      options, stop.get_token(), [&](const v1::WatchWarningsResponse& change) {
        sequences.push_back(change.sequence());
        if (change.sequence() == 10) stop.request_stop();
      });
  EXPECT_TRUE(status.ok()) << status.message;
  EXPECT_EQ(sequences, (std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(breaks, 3);
}

TEST_F(ConnectionTest, AWatchStartsWhereItIsTold) {
  std::stop_source stop;
  std::vector<int64_t> sequences;
  Connection::WatchOptions options;
  options.after_sequence = 8;
  (void)connection_->WatchWarnings(options, stop.get_token(),
                                   [&](const v1::WatchWarningsResponse& change) {
                                     sequences.push_back(change.sequence());
                                     if (change.sequence() == 10) stop.request_stop();
                                   });
  EXPECT_EQ(sequences, (std::vector<int64_t>{9, 10}));
}

TEST_F(ConnectionTest, AWatchThatNeverWorksEnds) {
  monitor_.per_stream = 0;
  Connection::WatchOptions options;
  const CallStatus status =
      connection_->WatchWarnings(options, std::stop_token(), [](const auto&) { FAIL(); });
  EXPECT_EQ(status.code, CallCode::kUnavailable);
  EXPECT_GT(monitor_.stream_count, 1);
}

TEST_F(ConnectionTest, ARefusedWatchIsNotRepeated) {
  monitor_.per_stream = 0;
  monitor_.end_status = grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "no");
  const CallStatus status =
      connection_->WatchWarnings(Connection::WatchOptions(), std::stop_token(), [](const auto&) {});
  EXPECT_EQ(status.code, CallCode::kInvalidArgument);
  EXPECT_EQ(monitor_.stream_count, 1);
}

TEST_F(ConnectionTest, ErrorsCarryTheirReason) {
  wire::v1::ErrorInfo info;
  info.set_reason("WARNING_NOT_FOUND");
  wire::v1::RpcStatus details;
  details.add_details()->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  details.mutable_details(0)->set_value(info.SerializeAsString());
  monitor_.explain_status =
      grpc::Status(grpc::StatusCode::NOT_FOUND, "no such warning", details.SerializeAsString());
  v1::ExplainWarningResponse response;
  const CallStatus status = connection_->ExplainWarning({}, &response);
  EXPECT_EQ(status.code, CallCode::kNotFound);
  EXPECT_EQ(status.reason, "WARNING_NOT_FOUND");
  EXPECT_EQ(monitor_.explain_count, 1);
}

TEST_F(ConnectionTest, WhatMayPassIsRepeated) {
  monitor_.explain_status = grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "busy");
  v1::ExplainWarningResponse response;
  EXPECT_EQ(connection_->ExplainWarning({}, &response).code, CallCode::kResourceExhausted);
  EXPECT_GT(monitor_.explain_count, 2);
}

}  // namespace
}  // namespace budgetwatch::client
