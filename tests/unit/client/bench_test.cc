// Goal: bench ingest fails, with a reason, when the server breaks, does not know the
// call, or says one thing and books another.
// Method: whole commands in this process against a fake ledger, whose reports know
// nothing of what it recorded. tests/integration/bench_ingest.py has the good runs.

#include <gtest/gtest.h>

#include <sstream>

#include "budgetctl/app.h"
#include "fake_payment_service.h"

namespace budgetwatch::ctl {
namespace {

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

Ran Ingest(const std::string& server, std::vector<std::string> flags) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  Terminal terminal{
      .in = in, .out = out, .err = err, .out_width = std::nullopt, .err_width = std::nullopt};
  std::vector<std::string> arguments = {"--lang", "en",   "bench",   "ingest",
                                        "--year", "2020", "--batch", "10"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const ExitCode code = RunBudgetctl(arguments, server, "", &terminal);
  return Ran{static_cast<int>(code), out.str(), err.str()};
}

TEST(BenchTest, MoreConnectionsThanBatchesInFlightAreNotOpened) {
  FakePaymentService service;
  const FakeServer server(&service);
  const Ran ran = Ingest(server.address(), {"--stream", "--payments", "205", "--in-flight", "2",
                                            "--connections", "5"});
  EXPECT_EQ(ran.err.find("in time"), std::string::npos) << ran.err;
  EXPECT_EQ(service.stream_count(), 2);
  EXPECT_GT(service.recorded_ids().size(), 100u);
}

TEST(BenchTest, TotalsThatDoNotGrowAreFound) {
  FakePaymentService service;
  const FakeServer server(&service);
  const Ran ran = Ingest(server.address(), {"--stream", "--payments", "205", "--in-flight", "3",
                                            "--connections", "2", "--duplicates", "200"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.out.find("the number of payments grew by 0"), std::string::npos) << ran.out;
  // The answers themselves were right.
  EXPECT_EQ(ran.out.find("not the expected ones"), std::string::npos) << ran.out;
  EXPECT_EQ(service.stream_count(), 2);
  EXPECT_GT(service.recorded_ids().size(), 100u);
  EXPECT_LT(service.recorded_ids().size(), 205u);
}

TEST(BenchTest, ASourceUsedBeforeIsFound) {
  FakePaymentService service;
  const FakeServer server(&service);
  const std::vector<std::string> flags = {"--stream", "--payments", "30", "--source", "twice"};
  EXPECT_EQ(Ingest(server.address(), flags).out.find("not the expected ones"), std::string::npos);
  const Ran again = Ingest(server.address(), flags);
  EXPECT_EQ(again.code, 1);
  EXPECT_NE(again.out.find("30 answers are not the expected ones"), std::string::npos) << again.out;
}

TEST(BenchTest, ABrokenStreamFails) {
  FakePaymentService service;
  service.BreakStreamsAfter({3});
  const FakeServer server(&service);
  const Ran ran = Ingest(server.address(), {"--stream", "--payments", "1000"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.err.find("broken on purpose"), std::string::npos) << ran.err;
  EXPECT_EQ(ran.out, "");
}

TEST(BenchTest, AnUnknownCallFails) {
  FakePaymentService service;  // has no RecordPayments
  const FakeServer server(&service);
  const Ran ran = Ingest(server.address(), {"--payments", "1000"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.err.find("does not know this call"), std::string::npos) << ran.err;
}

TEST(BenchTest, NoAnswerInTimeFails) {
  FakePaymentService service;
  service.set_hold_answers(1'000);
  const FakeServer server(&service);
  const Ran ran = Ingest(server.address(), {"--stream", "--payments", "1000", "--timeout", "0.2"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.err.find("--timeout"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace budgetwatch::ctl
