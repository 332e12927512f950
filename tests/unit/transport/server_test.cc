// Goal: the services together on one real port: plans, lists, warnings as they come,
// health, and errors that say what to do.
// Method: as in payment_calls_test.cc.

#include "transport/server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "test_server.h"

namespace budgetwatch {
namespace {

using Watch = grpc::ClientReader<v1::WatchWarningsResponse>;

// A plan whose line P1 is behind on 2020-07-01 until 5,000 fen are paid.
Plan BehindPlan(const std::string& department_code = "122002", const std::string& code = "P1") {
  return MakePlan(department_code, {MakeProject(code, 10'000, {"", "50", "60", "100"})});
}

void Evaluate(TestServer* server) {
  ASSERT_TRUE(server->ledger().warnings().EvaluatePending().ok());
}

TEST(Server, SaysThatItIsServing) {
  TestServer server;
  std::string response;
  const auto channel = server.Connect();
  ASSERT_TRUE(CallBytes(channel, "/grpc.health.v1.Health/Check", "", &response).ok());
  EXPECT_EQ(response, std::string("\x08\x01"));  // status: SERVING
  server.server().SetServing(false);
  response.clear();
  ASSERT_TRUE(CallBytes(channel, "/grpc.health.v1.Health/Check", "", &response).ok());
  EXPECT_EQ(response, std::string("\x08\x02"));  // status: NOT_SERVING
}

TEST(Server, UnknownMethodsAreUnimplemented) {
  TestServer server;
  std::string response;
  EXPECT_EQ(CallBytes(server.Connect(), "/budgetwatch.v1.PlanService/Nothing", "", &response)
                .error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST(Server, ATakenPortIsAnErrorWithItsCure) {
  TestServer first;
  const auto second = GrpcServer::Start(first.server().address(), {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(second.error().reason, "ADDRESS_UNAVAILABLE");
  EXPECT_EQ(second.error().field, "listen");
  EXPECT_EQ(second.error().message.find("cannot listen on " + first.server().address()), 0u);
  EXPECT_NE(second.error().message.find("is the port taken"), std::string::npos);
}

TEST(Server, StopsTwiceAndWithoutCalls) {
  TestServer server;
  server.server().Stop(1000);
  server.server().Stop(1000);
}

TEST(PlanService, AppliesShowsAndListsPlans) {
  TestServer server;
  const auto stub = v1::PlanService::NewStub(server.Connect());
  for (const char* percent : {"50", "60", "70"}) {
    BoundedCall context;
    v1::ApplyPlanRequest request;
    *request.mutable_plan() =
        ToMessage(MakePlan("122002", {MakeProject("P1", 10'000, {"", percent, "80", "100"})}));
    v1::ApplyPlanResponse response;
    ASSERT_TRUE(stub->ApplyPlan(&context, request, &response).ok());
    EXPECT_TRUE(response.applied());
  }
  v1::ListPlanRevisionsRequest request;
  request.set_department_code("122002");
  request.set_fiscal_year(2020);
  request.set_page_size(2);
  std::vector<int> numbers;
  do {
    BoundedCall context;
    v1::ListPlanRevisionsResponse response;
    ASSERT_TRUE(stub->ListPlanRevisions(&context, request, &response).ok());
    for (const auto& revision : response.revisions()) {
      numbers.push_back(revision.revision_number());
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty() && numbers.size() < 10);
  EXPECT_EQ(numbers, (std::vector<int>{1, 2, 3}));
  BoundedCall context;
  v1::GetPlanRequest get;
  get.set_department_code("122002");
  get.set_fiscal_year(2020);
  get.mutable_known_at()->set_sequence(1);
  v1::GetPlanResponse response;
  ASSERT_TRUE(stub->GetPlan(&context, get, &response).ok());
  EXPECT_EQ(response.plan().projects(0).checkpoints(1).cumulative_percent(), "50.00");
}

TEST(PlanService, ABadPlanIsRefusedByItsFindings) {
  TestServer server;
  const auto stub = v1::PlanService::NewStub(server.Connect());
  v1::ApplyPlanRequest request;
  {
    BoundedCall context;
    v1::ApplyPlanResponse response;
    const grpc::Status status = stub->ApplyPlan(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(DetailsOf(status).field, "plan");
  }
  *request.mutable_plan() = ToMessage(BehindPlan());
  request.mutable_plan()->mutable_projects(0)->mutable_checkpoints(0)->set_date("2020-03-32");
  BoundedCall context;
  v1::ApplyPlanResponse response;
  ASSERT_TRUE(stub->ApplyPlan(&context, request, &response).ok());
  EXPECT_FALSE(response.applied());
  EXPECT_FALSE(response.has_revision());
  ASSERT_EQ(response.findings_size(), 1);
  EXPECT_EQ(response.findings(0).id(), "bad_date");
  EXPECT_EQ(server.ledger().sequence(), 0);
}

TEST(PaymentService, PagesThroughAListOnce) {
  TestServer server;
  server.ledger().Apply(BehindPlan());
  std::vector<PaymentEvent> events;
  for (int i = 0; i < 25; ++i) {
    events.push_back(MakePayment(std::to_string(i), i % 2 == 0 ? "P1" : "unknown",
                                 i % 3 == 0 ? "2020-05-01" : "2020-04-01", 1));
  }
  server.ledger().Record(events);
  const auto stub = v1::PaymentService::NewStub(server.Connect());
  for (const bool suspended_only : {false, true}) {
    v1::ListPaymentsRequest request;
    request.set_fiscal_year(2020);
    request.set_page_size(4);
    request.set_suspended_only(suspended_only);
    std::set<int64_t> sequences;
    do {
      BoundedCall context;
      v1::ListPaymentsResponse response;
      ASSERT_TRUE(stub->ListPayments(&context, request, &response).ok());
      for (const auto& payment : response.payments()) {
        EXPECT_TRUE(sequences.insert(payment.sequence()).second);
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty() && sequences.size() < 100);
    EXPECT_EQ(sequences.size(), suspended_only ? 12u : 25u);
  }
}

TEST(MonitorService, FiltersThatAreNoneAreRefused) {
  TestServer server;
  const auto stub = v1::MonitorService::NewStub(server.Connect());
  for (const auto& [field, request] : [] {
         std::vector<std::pair<std::string, v1::ListWarningsRequest>> cases(4);
         cases[0].first = "rule";
         cases[0].second.set_rule("no_rule");
         cases[1].first = "state";
         cases[1].second.set_state(static_cast<v1::WarningState>(3));
         cases[2].first = "severity";
         cases[2].second.set_severity(static_cast<v1::Severity>(5));
         cases[3].first = "page_size";
         cases[3].second.set_page_size(-1);
         return cases;
       }()) {
    BoundedCall context;
    v1::ListWarningsResponse response;
    const grpc::Status status = stub->ListWarnings(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << field;
    EXPECT_EQ(DetailsOf(status).reason, "INVALID_FIELD") << field;
    EXPECT_EQ(DetailsOf(status).field, field);
  }
}

// Sequences and what happened, "3 opened", of the next `count` changes.
std::vector<std::string> ReadChanges(Watch* watch, size_t count) {
  std::vector<std::string> changes;
  v1::WatchWarningsResponse response;
  while (changes.size() < count && watch->Read(&response)) {
    const v1::Warning& warning = response.warning();
    const auto& last = warning.history(warning.history_size() - 1);
    EXPECT_EQ(last.sequence(), response.sequence());
    changes.push_back(std::to_string(response.sequence()) + " " + warning.warning_id() + " " +
                      v1::WarningEventKind_Name(last.kind()).substr(19));
  }
  return changes;
}

// What the ledger says of them.
std::vector<std::string> ChangesOf(TestServer* server) {
  std::vector<std::string> changes;
  const Warnings& warnings = server->ledger().warnings();
  for (const auto& change : warnings.ChangesAfter(0, "", 1000).items) {
    const Warning warning = warnings.AfterChange(change);
    const auto kind = static_cast<v1::WarningEventKind>(warning.history.back().change);
    changes.push_back(std::to_string(change.sequence) + " " + warning.id.ToString() + " " +
                      v1::WarningEventKind_Name(kind).substr(19));
  }
  return changes;
}

std::unique_ptr<Watch> StartWatch(v1::MonitorService::Stub* stub, grpc::ClientContext* context,
                                  std::optional<int64_t> after_sequence,
                                  const std::string& department_code = "") {
  v1::WatchWarningsRequest request;
  request.set_department_code(department_code);
  if (after_sequence) request.set_after_sequence(*after_sequence);
  return stub->WatchWarnings(context, request);
}

TEST(WatchWarnings, SendsEachChangeOnceAndInOrder) {
  TestServer server;
  server.StartWatching();
  const auto stub = v1::MonitorService::NewStub(server.Connect());
  BoundedCall context;
  const auto watch = StartWatch(stub.get(), &context, 0);
  // More changes than the stream holds at once.
  std::vector<Project> projects;
  for (int i = 0; i < 100; ++i) {
    projects.push_back(MakeProject("P" + std::to_string(i), 10'000, {"", "50", "60", "100"}));
  }
  server.ledger().Apply(MakePlan("122002", projects));
  Evaluate(&server);
  const size_t opened = ChangesOf(&server).size();
  ASSERT_GT(opened, 100u);
  std::vector<std::string> seen = ReadChanges(watch.get(), opened);
  server.ledger().Record({MakePayment("a", "P7", "2020-05-01", 5'000)});
  Evaluate(&server);
  const std::vector<std::string> all = ChangesOf(&server);
  ASSERT_GT(all.size(), opened);
  for (std::string& change : ReadChanges(watch.get(), all.size() - opened)) {
    seen.push_back(std::move(change));
  }
  EXPECT_EQ(seen, all);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end(), [](const auto& a, const auto& b) {
    return std::stoll(a) < std::stoll(b);
  }));
  server.Stop();
  EXPECT_TRUE(ReadChanges(watch.get(), 1).empty());
  const grpc::Status status = watch->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(DetailsOf(status).reason, "SHUTTING_DOWN");
}

TEST(WatchWarnings, FindsWhatIsBehindThousandsOfChangesOfOthers) {
  TestServer server;
  server.StartWatching();
  std::vector<Project> projects;
  for (int i = 0; i < 1'100; ++i) {
    projects.push_back(MakeProject("Q" + std::to_string(i), 10'000, {"", "50", "60", "100"}));
  }
  server.ledger().Apply(MakePlan("122009", std::move(projects)));
  Evaluate(&server);
  ASSERT_GT(server.ledger().warnings().ChangesAfter(0, "", 10'000).items.size(), 1'024u);
  server.ledger().Apply(BehindPlan("122003", "P2"));
  Evaluate(&server);
  const auto stub = v1::MonitorService::NewStub(server.Connect());
  // Those that end meanwhile are let go.
  for (int i = 0; i < 100; ++i) {
    BoundedCall context;
    const auto watch = StartWatch(stub.get(), &context, 0, "none");
    context.TryCancel();
    EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  BoundedCall context;
  const auto watch = StartWatch(stub.get(), &context, 0, "122003");
  EXPECT_EQ(ReadChanges(watch.get(), 1).size(), 1u);
}

TEST(WatchWarnings, StartsWithWhatIsOpenOrBehindASequence) {
  TestServer server;
  server.StartWatching();
  server.ledger().Apply(BehindPlan("122002", "P1"));
  server.ledger().Apply(BehindPlan("122003", "P2"));
  Evaluate(&server);
  server.ledger().Record({MakePayment("a", "P1", "2020-05-01", 9'000)});
  Evaluate(&server);
  const std::vector<std::string> all = ChangesOf(&server);
  size_t open = 0;
  const auto listed = server.ledger().warnings().List({}, "", 100).value();
  for (const Warning& warning : listed.warnings) {
    open += warning.open ? 1 : 0;
  }
  ASSERT_GT(open, 0u);
  ASSERT_LT(open, all.size());
  const auto stub = v1::MonitorService::NewStub(server.Connect());
  BoundedCall snapshot_context;
  const auto snapshot = StartWatch(stub.get(), &snapshot_context, std::nullopt);
  EXPECT_EQ(ReadChanges(snapshot.get(), open).size(), open);
  BoundedCall behind_context;
  const auto behind = StartWatch(stub.get(), &behind_context, std::stoll(all[1]));
  EXPECT_EQ(ReadChanges(behind.get(), all.size() - 2),
            std::vector<std::string>(all.begin() + 2, all.end()));
  BoundedCall other_context;
  const auto other = StartWatch(stub.get(), &other_context, 0, "122003");
  std::vector<std::string> of_other;
  for (const std::string& change : all) {
    if (change.find("P2") != std::string::npos || change.find("122003") != std::string::npos) {
      of_other.push_back(change);
    }
  }
  EXPECT_EQ(ReadChanges(other.get(), of_other.size()), of_other);
  // The change that comes next reaches the ones that it concerns, and nobody twice.
  server.ledger().Record({MakePayment("b", "P2", "2020-05-01", 9'000)});
  Evaluate(&server);
  const std::vector<std::string> later = ChangesOf(&server);
  const std::vector<std::string> rest(later.begin() + static_cast<ptrdiff_t>(all.size()),
                                      later.end());
  ASSERT_FALSE(rest.empty());
  EXPECT_EQ(ReadChanges(snapshot.get(), rest.size()), rest);
  EXPECT_EQ(ReadChanges(behind.get(), rest.size()), rest);
  EXPECT_EQ(ReadChanges(other.get(), rest.size()), rest);
}

TEST(WatchWarnings, ClientsComeAndGo) {
  TestServer server;
  server.StartWatching();
  server.ledger().Apply(BehindPlan());
  Evaluate(&server);
  const auto channel = server.Connect();
  const auto stub = v1::MonitorService::NewStub(channel);
  for (int round = 0; round < 100; ++round) {
    BoundedCall context;
    const auto watch = StartWatch(stub.get(), &context, 0);
    ReadChanges(watch.get(), static_cast<size_t>(round % 2));
    context.TryCancel();
    EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_TRUE(Records(channel, "after"));
}

TEST(WatchWarnings, ALateClientHearsThatTheServerStops) {
  TestServer server;
  server.StopWatching();
  const auto stub = v1::MonitorService::NewStub(server.Connect());
  BoundedCall context;
  const auto watch = StartWatch(stub.get(), &context, 0);
  EXPECT_TRUE(ReadChanges(watch.get(), 1).empty());
  const grpc::Status status = watch->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(DetailsOf(status).reason, "SHUTTING_DOWN");
}

TEST(WatchWarnings, NegativeSequencesAreRefused) {
  TestServer server;
  const auto stub = v1::MonitorService::NewStub(server.Connect());
  BoundedCall context;
  const auto watch = StartWatch(stub.get(), &context, -1);
  EXPECT_TRUE(ReadChanges(watch.get(), 1).empty());
  const grpc::Status status = watch->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(status).reason, "INVALID_FIELD");
}

// Calls that wait for the disk must not take the threads that others are served by.
TEST(Server, ASlowDiskStallsNoReader) {
  constexpr int kWaiting = 40;
  TestServer server;
  server.store().SetClosed(true);
  std::vector<std::thread> waiting;
  for (int i = 0; i < kWaiting; ++i) {
    waiting.emplace_back([&server, i] {
      const auto stub = v1::PlanService::NewStub(server.Connect());
      BoundedCall context;
      v1::ApplyPlanRequest request;
      *request.mutable_plan() = ToMessage(BehindPlan(std::to_string(i), "P" + std::to_string(i)));
      v1::ApplyPlanResponse response;
      EXPECT_TRUE(stub->ApplyPlan(&context, request, &response).ok());
    });
  }
  const auto deadline = SteadyNow() + kPatience;
  while (server.ledger().committer().queue_depth() == 0 && SteadyNow() < deadline) {
    std::this_thread::yield();
  }
  const auto stub = v1::AdminService::NewStub(server.Connect());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  v1::GetServerInfoResponse response;
  EXPECT_TRUE(stub->GetServerInfo(&context, v1::GetServerInfoRequest(), &response).ok());
  server.store().SetClosed(false);
  for (std::thread& thread : waiting) thread.join();
}

}  // namespace
}  // namespace budgetwatch
