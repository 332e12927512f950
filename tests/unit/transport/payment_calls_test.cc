// Goal: recording over a real connection keeps its promises: one bad event costs only
// itself, streams answer in order, and no client can stall another.
// Method: a server on a free port of the loopback over a ledger in memory; conditions
// with deadlines, no waiting for time to pass.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "test_server.h"
#include "transport/payment_stream.h"

namespace budgetwatch {
namespace {

using Stream = grpc::ClientReaderWriter<v1::StreamPaymentsRequest, v1::StreamPaymentsResponse>;

constexpr const char* kRecord = "/budgetwatch.v1.PaymentService/RecordPayments";

// Outcomes, and the reason behind a rejection: "RECORDED INVALID_UTF8".
template <typename Response>
std::string OutcomesOf(const Response& response) {
  std::string text;
  for (const v1::PaymentOutcome& outcome : response.outcomes()) {
    text += (text.empty() ? "" : " ");
    text += outcome.reason().empty() ? v1::PaymentOutcome::Outcome_Name(outcome.outcome()).substr(8)
                                     : outcome.reason() + ":" + outcome.field();
  }
  return text;
}

void AddWirePayment(const std::string& id, wire::v1::PaymentBatch* batch) {
  wire::v1::PaymentEvent* event = batch->add_payments();
  event->set_payment_id(id);
  event->set_project_code("P1");
  event->set_pay_date("2020-05-01");
  event->set_amount_fen(100);
}

void WithPlan(TestServer* server) {
  server->ledger().Apply(MakePlan("122002", {MakeProject("P1", 1'000'000)}));
}

TEST(RecordPayments, TextsThatAreNotUtf8CostOnlyTheirEvents) {
  TestServer server;
  WithPlan(&server);
  wire::v1::PaymentBatch batch;
  batch.set_source("bank");
  for (const char* id : {"a", "b", "c", "d", "e", "f"}) AddWirePayment(id, &batch);
  batch.mutable_payments(1)->set_payment_id("b\xff");
  batch.mutable_payments(2)->set_payee("\xe5\x8a");
  batch.mutable_payments(3)->set_pay_date("2020-05-\xc0");
  batch.mutable_payments(4)->set_project_code("\xed\xa0\x80");
  std::string bytes;
  const auto channel = server.Connect();
  ASSERT_TRUE(CallBytes(channel, kRecord, batch.SerializeAsString(), &bytes).ok());
  v1::RecordPaymentsResponse response;
  ASSERT_TRUE(response.ParseFromString(bytes));
  EXPECT_EQ(OutcomesOf(response),
            "RECORDED INVALID_UTF8:payment_id INVALID_UTF8:payee INVALID_DATE:pay_date "
            "INVALID_UTF8:project_code RECORDED");
  // What was refused left its id free.
  EXPECT_EQ(server.ledger().RecordOne(MakePayment("c", "P1", "2020-05-01", 100)), "recorded");
  EXPECT_EQ(server.ledger().RecordOne(MakePayment("f", "P1", "2020-05-01", 100)), "duplicate");
}

TEST(RecordPayments, ASourceThatIsNotUtf8IsRefusedAsAWhole) {
  TestServer server;
  wire::v1::PaymentBatch batch;
  batch.set_source("\xff");
  AddWirePayment("a", &batch);
  std::string bytes;
  const grpc::Status status =
      CallBytes(server.Connect(), kRecord, batch.SerializeAsString(), &bytes);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(status).reason, "INVALID_SOURCE");
  EXPECT_EQ(DetailsOf(status).field, "source");
}

TEST(RecordPayments, BytesThatAreNoMessageAreRefused) {
  TestServer server;
  const auto channel = server.Connect();
  wire::v1::PaymentBatch batch;
  batch.set_source("bank");
  AddWirePayment("a", &batch);
  const std::string good = batch.SerializeAsString();
  for (const std::string& request :
       {std::string("\xff\xff\xff"), good.substr(0, good.size() - 1), good + '\x12'}) {
    std::string bytes;
    const grpc::Status status = CallBytes(channel, kRecord, request, &bytes);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(DetailsOf(status).reason, "MALFORMED_MESSAGE");
  }
  EXPECT_EQ(server.ledger().sequence(), 0);
  EXPECT_TRUE(Records(channel, "after"));
}

TEST(RecordPayments, ABatchHasAtMostTenThousandEvents) {
  TestServer server;
  WithPlan(&server);
  const auto stub = v1::PaymentService::NewStub(server.Connect());
  v1::RecordPaymentsRequest request;
  request.set_source("bank");
  for (int i = 0; i < 10'001; ++i) AddPayment(std::to_string(i), request.mutable_payments());
  {
    BoundedCall context;
    v1::RecordPaymentsResponse response;
    const grpc::Status status = stub->RecordPayments(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(DetailsOf(status).reason, "BATCH_TOO_LARGE");
  }
  request.mutable_payments()->RemoveLast();
  BoundedCall context;
  v1::RecordPaymentsResponse response;
  ASSERT_TRUE(stub->RecordPayments(&context, request, &response).ok());
  ASSERT_EQ(response.outcomes_size(), 10'000);
  EXPECT_EQ(response.outcomes(9'999).outcome(), v1::PaymentOutcome::OUTCOME_RECORDED);
}

TEST(RecordPayments, AMessageHasAtMostSixteenMebibytes) {
  constexpr size_t kMaxMessageBytes = 16 << 20;
  TestServer server;
  const auto channel = server.Connect();
  const auto stub = v1::PaymentService::NewStub(channel);
  v1::RecordPaymentsRequest request;
  request.set_source("bank");
  AddPayment("a", request.mutable_payments());
  request.mutable_payments(0)->set_memo(std::string(kMaxMessageBytes, 'x'));
  {
    BoundedCall context;
    v1::RecordPaymentsResponse response;
    EXPECT_EQ(stub->RecordPayments(&context, request, &response).error_code(),
              grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  request.mutable_payments(0)->mutable_memo()->resize(kMaxMessageBytes - 100);
  BoundedCall context;
  v1::RecordPaymentsResponse response;
  ASSERT_TRUE(stub->RecordPayments(&context, request, &response).ok());
  EXPECT_EQ(OutcomesOf(response), "FIELD_TOO_LONG:memo");
  EXPECT_TRUE(Records(channel, "after"));
}

TEST(RecordPayments, AFullQueueHintsAtARetry) {
  TestServer server({.max_queued_events = 1});
  const auto channel = server.Connect();
  server.store().SetClosed(true);
  std::thread written([&channel] { EXPECT_TRUE(Records(channel, "written")); });
  EXPECT_TRUE(Eventually([&server] { return server.store().blocked(); }));
  std::thread queued([&channel] { EXPECT_TRUE(Records(channel, "queued")); });
  EXPECT_TRUE(Eventually([&server] { return server.ledger().committer().queue_depth() == 1; }));
  const auto stub = v1::PaymentService::NewStub(channel);
  v1::RecordPaymentsRequest request;
  request.set_source("bank");
  AddPayment("a", request.mutable_payments());
  BoundedCall context;
  v1::RecordPaymentsResponse response;
  const grpc::Status status = stub->RecordPayments(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(DetailsOf(status).reason, "QUEUE_FULL");
  EXPECT_TRUE(DetailsOf(status).retry);
  server.store().SetClosed(false);
  written.join();
  queued.join();
}

TEST(RecordPayments, AFailingStoreIsUnavailable) {
  TestServer server;
  server.store().SetFailing(true);
  const auto stub = v1::PaymentService::NewStub(server.Connect());
  v1::RecordPaymentsRequest request;
  request.set_source("bank");
  AddPayment("a", request.mutable_payments());
  BoundedCall context;
  v1::RecordPaymentsResponse response;
  const grpc::Status status = stub->RecordPayments(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(DetailsOf(status).reason, "STORE_FAILED");
}

// A lookup that finds nothing says so, however long the id it was asked for: a client
// refuses statuses above 8 KiB.
TEST(GetPayment, LongIdsAreNotFound) {
  TestServer server;
  const auto stub = v1::PaymentService::NewStub(server.Connect());
  BoundedCall context;
  v1::GetPaymentRequest request;
  request.set_source("bank");
  request.set_payment_id(std::string(100'000, 'x'));
  v1::GetPaymentResponse response;
  const grpc::Status status = stub->GetPayment(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(DetailsOf(status).reason, "PAYMENT_NOT_FOUND");
}

// Batch `number` of a stream: a new event, the event of the batch before, and
// number % 3 events that are refused.
v1::StreamPaymentsRequest BatchOf(int number) {
  v1::StreamPaymentsRequest request;
  request.set_source("bank");
  AddPayment("b" + std::to_string(number), request.mutable_payments());
  AddPayment("b" + std::to_string(std::max(0, number - 1)), request.mutable_payments());
  for (int i = 0; i < number % 3; ++i) {
    AddPayment("x", request.mutable_payments());
    request.mutable_payments(2 + i)->set_amount_fen(0);
  }
  return request;
}

std::string OutcomesOfBatch(int number) {
  std::string text = "RECORDED DUPLICATE";
  for (int i = 0; i < number % 3; ++i) text += " ZERO_AMOUNT:amount_fen";
  return text;
}

TEST(StreamPayments, AnswersEachBatchInOrder) {
  constexpr int kBatches = 50;
  TestServer server;
  WithPlan(&server);
  const auto stub = v1::PaymentService::NewStub(server.Connect());
  BoundedCall context;
  const std::unique_ptr<Stream> stream = stub->StreamPayments(&context);
  std::thread writer([&stream] {
    for (int i = 0; i < kBatches; ++i) stream->Write(BatchOf(i));
    stream->WritesDone();
  });
  int64_t last_sequence = 0;
  v1::StreamPaymentsResponse response;
  int answers = 0;
  for (; stream->Read(&response); ++answers) {
    EXPECT_EQ(OutcomesOf(response), OutcomesOfBatch(answers));
    ASSERT_GT(response.outcomes_size(), 0);
    EXPECT_GT(response.outcomes(0).sequence(), last_sequence);
    last_sequence = response.outcomes(0).sequence();
  }
  writer.join();
  EXPECT_EQ(answers, kBatches);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(StreamPayments, HalfCloseAtOnceFinishesWell) {
  TestServer server;
  const auto stub = v1::PaymentService::NewStub(server.Connect());
  BoundedCall context;
  const std::unique_ptr<Stream> stream = stub->StreamPayments(&context);
  stream->WritesDone();
  v1::StreamPaymentsResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

// While one batch is written to disk, the next ones wait behind it and share the
// commit after it, up to a bound.
TEST(StreamPayments, SeveralBatchesAreUnderWay) {
  constexpr int kBatches = 40;
  ServerLimits limits;
  limits.max_batches_per_stream = 16;
  TestServer server({}, limits);
  WithPlan(&server);
  server.store().SetClosed(true);
  const auto stub = v1::PaymentService::NewStub(server.Connect());
  BoundedCall context;
  const std::unique_ptr<Stream> stream = stub->StreamPayments(&context);
  for (int i = 0; i < kBatches; ++i) {
    if (i == 1) {
      EXPECT_TRUE(Eventually([&server] { return server.store().blocked(); }));
    }
    v1::StreamPaymentsRequest request;
    request.set_source("bank");
    AddPayment(std::to_string(i), request.mutable_payments());
    ASSERT_TRUE(stream->Write(request));
  }
  stream->WritesDone();
  // The first one is being written.
  const auto waiting = static_cast<size_t>(limits.max_batches_per_stream - 1);
  EXPECT_TRUE(Eventually([&] { return server.ledger().committer().queue_depth() == waiting; }));
  server.store().SetClosed(false);
  v1::StreamPaymentsResponse response;
  int answers = 0;
  while (stream->Read(&response)) ++answers;
  EXPECT_EQ(answers, kBatches);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(StreamPayments, WhatCameBeforeAMalformedBatchIsAnswered) {
  constexpr int kGood = 5;
  TestServer server;
  const auto channel = server.Connect();
  grpc::GenericStub stub(channel);
  BoundedCall context;
  grpc::CompletionQueue queue;
  const auto stream =
      stub.PrepareCall(&context, "/budgetwatch.v1.PaymentService/StreamPayments", &queue);
  const auto wait = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  server.store().SetClosed(true);
  stream->StartCall(nullptr);
  ASSERT_TRUE(wait());
  for (int i = 0; i <= kGood; ++i) {
    const grpc::Slice bytes(i < kGood ? BatchOf(i).SerializeAsString() : std::string("\xff"));
    stream->Write(grpc::ByteBuffer(&bytes, 1), nullptr);
    ASSERT_TRUE(wait());
  }
  server.store().SetClosed(false);
  int answers = 0;
  while (true) {
    grpc::ByteBuffer answer;
    stream->Read(&answer, nullptr);
    if (!wait()) break;
    ++answers;
  }
  EXPECT_EQ(answers, kGood);
  grpc::Status status;
  stream->Finish(&status, nullptr);
  ASSERT_TRUE(wait());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(status).reason, "MALFORMED_MESSAGE");
  EXPECT_TRUE(Records(channel, "after"));
}

TEST(StreamPayments, WhatCameBeforeAFullQueueIsAnswered) {
  TestServer server({.max_queued_events = 2});
  WithPlan(&server);
  server.store().SetClosed(true);
  const auto stub = v1::PaymentService::NewStub(server.Connect());
  BoundedCall context;
  const std::unique_ptr<Stream> stream = stub->StreamPayments(&context);
  stream->Write(BatchOf(0));
  EXPECT_TRUE(Eventually([&server] { return server.store().blocked(); }));
  stream->Write(BatchOf(3));
  EXPECT_TRUE(Eventually([&server] { return server.ledger().committer().queue_depth() == 2; }));
  stream->Write(BatchOf(6));
  // Nothing shows that the refusal is there; were it late, the batch would be taken.
  server.store().SetClosed(false);
  v1::StreamPaymentsResponse response;
  int answers = 0;
  while (answers < 3 && stream->Read(&response)) ++answers;
  EXPECT_GE(answers, 2);
  if (answers == 2) {
    EXPECT_EQ(DetailsOf(stream->Finish()).reason, "QUEUE_FULL");
  }
}

TEST(StreamPayments, ABadBatchEndsTheStreamWithItsError) {
  TestServer server;
  const auto channel = server.Connect();
  const auto stub = v1::PaymentService::NewStub(channel);
  BoundedCall context;
  const std::unique_ptr<Stream> stream = stub->StreamPayments(&context);
  stream->Write(BatchOf(0));
  v1::StreamPaymentsRequest without_source = BatchOf(1);
  without_source.clear_source();
  stream->Write(without_source);
  stream->Write(BatchOf(2));
  v1::StreamPaymentsResponse response;
  int answers = 0;
  while (stream->Read(&response)) ++answers;
  EXPECT_EQ(answers, 1);
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(status).reason, "INVALID_SOURCE");
  EXPECT_TRUE(Records(channel, "after"));
}

// 1,000 refusals answer with some 100 KiB, so that unread answers soon fill what
// HTTP/2 lets a server send ahead.
TEST(StreamPayments, AClientThatNeverReadsStallsOnlyItself) {
  TestServer server;
  v1::StreamPaymentsRequest request;
  request.set_source("bank");
  for (int i = 0; i < 1000; ++i) AddPayment("", request.mutable_payments());
  const auto deaf = v1::PaymentService::NewStub(server.Connect());
  BoundedCall context;
  const std::unique_ptr<Stream> stream = deaf->StreamPayments(&context);
  constexpr int kBatches = 5000;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    while (written < kBatches && stream->Write(request)) ++written;
  });
  EXPECT_TRUE(Eventually([&written] { return written >= 20; }));
  const auto channel = server.Connect();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(Records(channel, std::to_string(i)));
  context.TryCancel();
  writer.join();
  EXPECT_LT(written, kBatches);
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Records(channel, "after"));
}

TEST(StreamPayments, CancellingInTheMiddleLeavesTheServerAlive) {
  TestServer server;
  WithPlan(&server);
  const auto channel = server.Connect();
  const auto stub = v1::PaymentService::NewStub(channel);
  for (int round = 0; round < 100; ++round) {
    BoundedCall context;
    const std::unique_ptr<Stream> stream = stub->StreamPayments(&context);
    for (int i = 0; i < round % 20; ++i) stream->Write(BatchOf(100 * round + i));
    v1::StreamPaymentsResponse response;
    if (round % 20 != 0 && round % 3 == 0) {
      EXPECT_TRUE(stream->Read(&response));
    }
    context.TryCancel();
    while (stream->Read(&response)) {
    }
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_TRUE(Records(channel, "after"));
}

TEST(StreamPayments, AnOpenStreamDoesNotHoldTheServerBack) {
  TestServer server;
  const auto stub = v1::PaymentService::NewStub(server.Connect());
  BoundedCall context;
  const std::unique_ptr<Stream> stream = stub->StreamPayments(&context);
  v1::StreamPaymentsResponse response;
  stream->Write(BatchOf(1));
  ASSERT_TRUE(stream->Read(&response));
  server.Stop();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_FALSE(stream->Finish().ok());
}

}  // namespace
}  // namespace budgetwatch
