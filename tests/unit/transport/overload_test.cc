// Goal: past its limits the server refuses with a reason and a hint, does no work for
// callers who have gone, and answers what it accepted before it stops.
// Method: as in payment_calls_test.cc; the store's gate keeps batches under way.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "test_server.h"
#include "transport/payment_codec.h"

namespace budgetwatch {
namespace {

using Stream = grpc::ClientReaderWriter<v1::StreamPaymentsRequest, v1::StreamPaymentsResponse>;

v1::RecordPaymentsRequest RequestOf(const std::string& source, int events,
                                    const std::string& prefix = "") {
  v1::RecordPaymentsRequest request;
  request.set_source(source);
  for (int i = 0; i < events; ++i) {
    AddPayment(prefix + std::to_string(i), request.mutable_payments());
  }
  return request;
}

grpc::Status Record(const TestServer& server, const v1::RecordPaymentsRequest& request) {
  const auto stub = v1::PaymentService::NewStub(server.Connect());
  BoundedCall context;
  v1::RecordPaymentsResponse response;
  return stub->RecordPayments(&context, request, &response);
}

// A server whose committer is stuck in a write, until the gate is opened.
class StuckServer {
 public:
  explicit StuckServer(const ServerLimits& limits = {}) : server({}, limits) {
    server.store().SetClosed(true);
    stuck_ = std::thread([this] { EXPECT_TRUE(Records(server.Connect(), "stuck")); });
    EXPECT_TRUE(Eventually([this] { return server.store().blocked(); }));
  }
  ~StuckServer() { Release(); }

  void Release() {
    server.store().SetClosed(false);
    if (stuck_.joinable()) stuck_.join();
  }

  bool QueueReaches(size_t events) {
    return Eventually([&] { return server.ledger().committer().queue_depth() == events; });
  }

  TestServer server;

 private:
  std::thread stuck_;
};

TEST(Overload, WarningsThatCannotBeEvaluatedAreNotListedAsIfTheyWere) {
  TestServer server({.max_queued_events = 1});
  const auto channel = server.Connect();
  server.ledger().Apply(MakePlan("122002", {MakeProject("P1", 10'000, {"", "50", "60", "100"})}));
  server.store().SetClosed(true);
  std::thread written([&channel] { EXPECT_TRUE(Records(channel, "written")); });
  EXPECT_TRUE(Eventually([&server] { return server.store().blocked(); }));
  std::thread queued([&channel] { EXPECT_TRUE(Records(channel, "queued")); });
  EXPECT_TRUE(Eventually([&server] { return server.ledger().committer().queue_depth() == 1; }));
  const auto list = [&channel](v1::ListWarningsResponse* response) {
    const auto stub = v1::MonitorService::NewStub(channel);
    BoundedCall context;
    return stub->ListWarnings(&context, v1::ListWarningsRequest(), response);
  };
  v1::ListWarningsResponse response;
  EXPECT_EQ(DetailsOf(list(&response)).reason, "QUEUE_FULL");
  server.store().SetClosed(false);
  written.join();
  queued.join();
  EXPECT_TRUE(list(&response).ok());
  EXPECT_GT(response.warnings_size(), 0);
}

TEST(Overload, RequestsPastTheHeldBytesAreRefusedWithAHint) {
  ServerLimits limits;
  limits.max_held_bytes = 2 * kCallBytes + 100 * DecodedBatch::kEventBytes;
  StuckServer stuck(limits);
  EXPECT_EQ(stuck.server.calls().admission().load().calls, 1);
  const grpc::Status status = Record(stuck.server, RequestOf("bank", 100));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(DetailsOf(status).reason, "QUEUE_FULL");
  EXPECT_TRUE(DetailsOf(status).retry);
  stuck.Release();
  EXPECT_TRUE(Eventually([&] { return stuck.server.calls().admission().load().held_bytes == 0; }));
  EXPECT_TRUE(Record(stuck.server, RequestOf("bank", 100)).ok());
}

TEST(Overload, OtherCallsAreRefusedBySizeToo) {
  ServerLimits limits;
  limits.max_held_bytes = 4 * kCallBytes;
  StuckServer stuck(limits);
  const auto stub = v1::PaymentService::NewStub(stuck.server.Connect());
  v1::GetPaymentRequest request;
  request.set_source("bank");
  for (const size_t bytes : {size_t{10}, 4 * kCallBytes}) {
    request.set_payment_id(std::string(bytes, 'x'));
    BoundedCall context;
    v1::GetPaymentResponse response;
    EXPECT_EQ(stub->GetPayment(&context, request, &response).error_code(),
              bytes == 10 ? grpc::StatusCode::NOT_FOUND : grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
}

Plan PlanOf(const std::string& department, int projects, int indicators) {
  std::vector<Project> all;
  for (int i = 0; i < projects; ++i) {
    all.push_back(MakeProject(department + "-" + std::to_string(i), 100));
    for (int k = 0; k < indicators; ++k) {
      Indicator indicator;
      indicator.level3 = "rate " + std::to_string(k);
      indicator.target_text = "≥90%";
      all.back().indicators.push_back(indicator);
    }
  }
  return MakePlan(department, all);
}

// The status of each report of a department.
std::vector<grpc::Status> AskReports(TestServer& server, const std::string& department) {
  const auto stub = v1::MonitorService::NewStub(server.Connect());
  std::vector<grpc::Status> statuses;
  const auto ask = [&]<typename Request, typename Response>(auto method, Request request,
                                                            Response response) {
    request.set_department_code(department);
    request.set_fiscal_year(2020);
    BoundedCall context;
    statuses.push_back((*stub.*method)(&context, request, &response));
    // A client has its answer before the server is through with the call.
    EXPECT_TRUE(Eventually([&] { return server.calls().admission().load().calls == 0; }));
  };
  using Stub = v1::MonitorService::Stub;
  ask(&Stub::GetExecutionReport, v1::GetExecutionReportRequest(), v1::GetExecutionReportResponse());
  ask(&Stub::GetPerformanceReport, v1::GetPerformanceReportRequest(),
      v1::GetPerformanceReportResponse());
  ask(&Stub::GetScorecard, v1::GetScorecardRequest(), v1::GetScorecardResponse());
  return statuses;
}

// A server that takes reports of more than 14 projects for large, and has memory for 170.
class LargeAnswers : public testing::Test {
 protected:
  static ServerLimits Limits() {
    ServerLimits limits;
    limits.max_held_bytes = 512 << 10;
    return limits;
  }

  TestServer server_{{}, Limits(), [](size_t bytes) { return bytes <= 512 << 10; }};
};

// A retry does not help, so that there is no hint when, but one what to do.
TEST_F(LargeAnswers, AReportThatMemoryIsTooSmallForIsRefusedBeforeItIsMade) {
  server_.ledger().Apply(PlanOf("small", 12, 0));
  server_.ledger().Apply(PlanOf("large", 100, 1));
  server_.ledger().Apply(PlanOf("wide", 180, 0));
  server_.ledger().Apply(PlanOf("deep", 10, 50));
  for (const char* department : {"small", "large"}) {
    for (const grpc::Status& status : AskReports(server_, department)) {
      EXPECT_TRUE(status.ok()) << status.error_message();
    }
  }
  for (const char* department : {"wide", "deep"}) {
    for (const grpc::Status& status : AskReports(server_, department)) {
      EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
      EXPECT_EQ(DetailsOf(status).reason, "ANSWER_TOO_LARGE");
      EXPECT_FALSE(DetailsOf(status).retry);
      EXPECT_NE(status.error_message().find("raise memory_limit_mib"), std::string::npos);
    }
  }
}

// For an earlier moment the totals of all departments are made again.
TEST_F(LargeAnswers, WhatIsRebuiltForAMomentOfKnowledgeIsCounted) {
  server_.ledger().Apply(PlanOf("small", 1, 0));
  std::vector<PaymentEvent> events;
  for (int i = 0; i < 3'000; ++i) {
    events.push_back(
        MakePayment("p" + std::to_string(i), "other " + std::to_string(i), "2020-05-01", 100));
  }
  server_.ledger().Record(events);
  const auto stub = v1::MonitorService::NewStub(server_.Connect());
  v1::GetExecutionReportRequest request;
  request.set_department_code("small");
  request.set_fiscal_year(2020);
  const auto ask = [&] {
    BoundedCall context;
    v1::GetExecutionReportResponse response;
    const grpc::Status status = stub->GetExecutionReport(&context, request, &response);
    return status.ok() ? "" : DetailsOf(status).reason;
  };
  EXPECT_EQ(ask(), "");
  request.mutable_known_at()->set_sequence(1);
  EXPECT_EQ(ask(), "ANSWER_TOO_LARGE");
}

TEST_F(LargeAnswers, TheyWaitForEachOtherAndSmallOnesDoNot) {
  server_.ledger().Apply(PlanOf("small", 12, 0));
  server_.ledger().Apply(PlanOf("large", 100, 0));
  {
    const auto other = server_.calls().admission().AdmitLargeAnswer(400 << 10, "another");
    ASSERT_TRUE(other.ok());
    for (const grpc::Status& status : AskReports(server_, "large")) {
      EXPECT_EQ(DetailsOf(status).reason, "QUEUE_FULL");
      EXPECT_TRUE(DetailsOf(status).retry);
    }
    for (const grpc::Status& status : AskReports(server_, "small")) EXPECT_TRUE(status.ok());
  }
  // Whatever else is held, since room was made for it before.
  const auto batch = server_.calls().admission().AdmitBatch(400 << 10);
  ASSERT_TRUE(batch.ok());
  for (const grpc::Status& status : AskReports(server_, "large")) EXPECT_TRUE(status.ok());
  EXPECT_TRUE(Eventually([&] { return server_.calls().admission().load().large_answers == 0; }));
}

TEST_F(LargeAnswers, AReviewThatMemoryIsTooSmallForIsNotFrozen) {
  server_.ledger().Apply(PlanOf("large", 50, 0));
  server_.ledger().Apply(PlanOf("wide", 60, 0));
  const auto stub = v1::MonitorService::NewStub(server_.Connect());
  std::string review_id;
  for (const std::string department : {"large", "wide"}) {
    v1::RunReviewRequest request;
    request.set_department_code(department);
    request.set_fiscal_year(2020);
    BoundedCall context;
    v1::RunReviewResponse response;
    const grpc::Status status = stub->RunReview(&context, request, &response);
    EXPECT_EQ(status.ok() ? "" : DetailsOf(status).reason,
              department == "large" ? "" : "ANSWER_TOO_LARGE");
    if (status.ok()) review_id = response.summary().review_id();
    EXPECT_TRUE(Eventually([&] { return server_.calls().admission().load().calls == 0; }));
  }
  BoundedCall list_context;
  v1::ListReviewsResponse reviews;
  ASSERT_TRUE(stub->ListReviews(&list_context, {}, &reviews).ok());
  EXPECT_EQ(reviews.reviews_size(), 1);
  BoundedCall context;
  v1::GetReviewRequest request;
  request.set_review_id(review_id);
  v1::GetReviewResponse response;
  const auto other = server_.calls().admission().AdmitLargeAnswer(400 << 10, "another");
  EXPECT_EQ(DetailsOf(stub->GetReview(&context, request, &response)).reason, "QUEUE_FULL");
}

TEST(Overload, ABatchIsRefusedByItsCountBeforeItIsDecoded) {
  ServerLimits limits;
  limits.max_batch_events = 10;
  TestServer server({}, limits);
  const grpc::Status status = Record(server, RequestOf("bank", 11));
  EXPECT_EQ(DetailsOf(status).reason, "BATCH_TOO_LARGE");
  EXPECT_NE(status.error_message().find("at most 10 at once"), std::string::npos);
  EXPECT_TRUE(Record(server, RequestOf("bank", 10)).ok());
}

TEST(Overload, StreamsPastTheLimitAreRefusedWithAHint) {
  ServerLimits limits;
  limits.max_streams = 1;
  TestServer server({}, limits);
  const auto stub = v1::PaymentService::NewStub(server.Connect());
  BoundedCall first_context;
  const std::unique_ptr<Stream> first = stub->StreamPayments(&first_context);
  ASSERT_TRUE(Eventually([&] { return server.calls().admission().load().streams == 1; }));
  for (int i = 0; i < 2; ++i) {
    BoundedCall context;
    const std::unique_ptr<Stream> second = stub->StreamPayments(&context);
    v1::StreamPaymentsResponse response;
    EXPECT_FALSE(second->Read(&response));
    const grpc::Status status = second->Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(DetailsOf(status).reason, "QUEUE_FULL");
    EXPECT_TRUE(DetailsOf(status).retry);
  }
  first->WritesDone();
  EXPECT_TRUE(first->Finish().ok());
}

TEST(Overload, AStreamReadsAtMostSoManyBatchesAhead) {
  ServerLimits limits;
  limits.max_batches_per_stream = 3;
  StuckServer stuck(limits);
  const auto stub = v1::PaymentService::NewStub(stuck.server.Connect());
  BoundedCall context;
  const std::unique_ptr<Stream> stream = stub->StreamPayments(&context);
  v1::StreamPaymentsRequest request;
  request.set_source("bank");
  for (int i = 0; i < 10; ++i) {
    request.clear_payments();
    AddPayment(std::to_string(i), request.mutable_payments());
    ASSERT_TRUE(stream->Write(request));
  }
  EXPECT_TRUE(stuck.QueueReaches(3));
  EXPECT_EQ(stuck.server.calls().admission().load().batches, 3);
  stuck.Release();
  stream->WritesDone();
  int answers = 0;
  v1::StreamPaymentsResponse response;
  while (stream->Read(&response)) ++answers;
  EXPECT_EQ(answers, 10);
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_TRUE(Eventually([&] { return stuck.server.calls().admission().load().held_bytes == 0; }));
}

TEST(Overload, WhoseDeadlinePassedIsNotRecorded) {
  StuckServer stuck;
  const auto stub = v1::PaymentService::NewStub(stuck.server.Connect());
  {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
    v1::RecordPaymentsResponse response;
    EXPECT_EQ(stub->RecordPayments(&context, RequestOf("bank", 5), &response).error_code(),
              grpc::StatusCode::DEADLINE_EXCEEDED);
  }
  EXPECT_TRUE(stuck.QueueReaches(5));
  BoundedCall stream_context;
  const std::unique_ptr<Stream> stream = stub->StreamPayments(&stream_context);
  v1::StreamPaymentsRequest request;
  request.set_source("stream");
  AddPayment("a", request.mutable_payments());
  ASSERT_TRUE(stream->Write(request));
  EXPECT_TRUE(stuck.QueueReaches(6));
  stream_context.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  std::thread waiting([&stuck] { EXPECT_TRUE(Records(stuck.server.Connect(), "waiting")); });
  EXPECT_TRUE(stuck.QueueReaches(7));
  stuck.Release();
  waiting.join();
  // Only the two of those who waited.
  EXPECT_EQ(stuck.server.ledger().sequence(), 2);
  EXPECT_TRUE(Record(stuck.server, RequestOf("bank", 5)).ok());
  EXPECT_EQ(stuck.server.ledger().sequence(), 7);
}

TEST(Overload, ASourceIsHeldToItsRate) {
  ServerLimits limits;
  limits.source_events_per_second = 1;
  TestServer server({}, limits);
  EXPECT_TRUE(Record(server, RequestOf("fast", 1000)).ok());
  const grpc::Status status = Record(server, RequestOf("fast", 1, "again"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(DetailsOf(status).reason, "RATE_LIMITED");
  EXPECT_GT(DetailsOf(status).retry_millis, 100'000);
  EXPECT_LE(DetailsOf(status).retry_millis, 1'000'000);
  EXPECT_TRUE(Record(server, RequestOf("other", 1)).ok());
}

// Or its name would be kept, however long.
TEST(Overload, ASourceThatIsNoneIsRefusedBeforeItsRate) {
  ServerLimits limits;
  limits.source_events_per_second = 1;
  TestServer server({}, limits);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(DetailsOf(Record(server, RequestOf(std::string(1000, 's'), 1000))).reason,
              "INVALID_SOURCE");
  }
}

TEST(Overload, ASourceOverItsRateDoesNotUseUpThatOfItsMachine) {
  ServerLimits limits;
  limits.source_events_per_second = 10;
  limits.peer_events_per_second = 100;
  TestServer server({}, limits);
  EXPECT_TRUE(Record(server, RequestOf("greedy", 60)).ok());
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(DetailsOf(Record(server, RequestOf("greedy", 60))).reason, "RATE_LIMITED");
  }
  EXPECT_TRUE(Record(server, RequestOf("modest", 1)).ok());
}

TEST(Overload, ASenderIsHeldToItsRateWhateverItsSource) {
  ServerLimits limits;
  limits.peer_events_per_second = 1;
  TestServer server({}, limits);
  EXPECT_TRUE(Record(server, RequestOf("one", 1000)).ok());
  EXPECT_EQ(DetailsOf(Record(server, RequestOf("two", 1))).reason, "RATE_LIMITED");
}

// What is accepted is answered, what comes later refused.
TEST(Overload, AStopDrainsStreams) {
  StuckServer stuck;
  const auto stub = v1::PaymentService::NewStub(stuck.server.Connect());
  BoundedCall context;
  const std::unique_ptr<Stream> stream = stub->StreamPayments(&context);
  v1::StreamPaymentsRequest request;
  request.set_source("bank");
  for (int i = 0; i < 3; ++i) {
    request.clear_payments();
    AddPayment(std::to_string(i), request.mutable_payments());
    ASSERT_TRUE(stream->Write(request));
  }
  EXPECT_TRUE(stuck.QueueReaches(3));
  BoundedCall idle_context;
  const std::unique_ptr<Stream> idle = stub->StreamPayments(&idle_context);
  EXPECT_TRUE(Eventually([&] { return stuck.server.calls().admission().load().streams == 2; }));
  stuck.server.calls().Close();
  EXPECT_EQ(DetailsOf(idle->Finish()).reason, "SHUTTING_DOWN");
  EXPECT_EQ(DetailsOf(Record(stuck.server, RequestOf("late", 1))).reason, "SHUTTING_DOWN");
  EXPECT_FALSE(stuck.server.calls().admission().WaitUntilIdle(SteadyNow()));
  stuck.Release();
  int answers = 0;
  v1::StreamPaymentsResponse response;
  while (stream->Read(&response)) ++answers;
  EXPECT_EQ(answers, 3);
  EXPECT_EQ(DetailsOf(stream->Finish()).reason, "SHUTTING_DOWN");
  EXPECT_TRUE(stuck.server.calls().admission().WaitUntilIdle(SteadyNow() + kPatience));
  EXPECT_EQ(stuck.server.ledger().sequence(), 4);
}

}  // namespace
}  // namespace budgetwatch
