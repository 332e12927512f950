// Goal: what the committer and the calls report arrives in the right metric, and no
// input grows the label sets without bound.
// Method: reports made by hand; the registry's text is compared line by line.

#include "telemetry/daemon_metrics.h"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <set>
#include <sstream>
#include <string>
#include <thread>

namespace budgetwatch {
namespace {

class DaemonMetricsTest : public testing::Test {
 protected:
  // Lines of the scrape without comments.
  std::set<std::string> Lines() const {
    std::istringstream text(prometheus::TextSerializer().Serialize(registry_.Collect()));
    std::set<std::string> lines;
    for (std::string line; std::getline(text, line);) {
      if (!line.starts_with('#')) lines.insert(line);
    }
    return lines;
  }

  void ExpectLines(const std::vector<std::string>& expected) const {
    const std::set<std::string> lines = Lines();
    for (const std::string& line : expected) EXPECT_TRUE(lines.contains(line)) << line;
  }

  size_t CountLines(const std::string& part) const {
    size_t count = 0;
    for (const std::string& line : Lines()) {
      if (line.find(part) != std::string::npos) ++count;
    }
    return count;
  }

  prometheus::Registry registry_;
  DaemonMetrics metrics_{registry_, "1.2.3"};
};

TEST_F(DaemonMetricsTest, BackupsAreTold) {
  ExpectLines({"budgetwatch_backup_last_timestamp_seconds 0", "budgetwatch_backup_last_sequence 0",
               "budgetwatch_backup_failures_total 0"});
  metrics_.OnBackupCreated({3, 2'500'000, {2, 31, 2'000'000, std::string(64, 'a')}, 4096});
  metrics_.OnBackupFailed({});
  ExpectLines({"budgetwatch_backup_last_timestamp_seconds 2.5",
               "budgetwatch_backup_last_sequence 31", "budgetwatch_backup_failures_total 1"});
}

TEST_F(DaemonMetricsTest, TheConfigurationInForceAndItsLastReadingAreTold) {
  metrics_.OnConfigurationRead(1'500'000);
  ExpectLines({"budgetwatch_config_last_reload_successful 1",
               "budgetwatch_config_last_reload_success_timestamp_seconds 1.5"});
  metrics_.OnConfigurationRefused();
  ExpectLines({"budgetwatch_config_last_reload_successful 0",
               "budgetwatch_config_last_reload_success_timestamp_seconds 1.5"});
  metrics_.OnConfigurationRead(2'500'000);
  ExpectLines({"budgetwatch_config_last_reload_successful 1",
               "budgetwatch_config_last_reload_success_timestamp_seconds 2.5"});
}

TEST_F(DaemonMetricsTest, StartsWithEveryOutcomeAtZero) {
  ExpectLines({"budgetwatch_build_info{version=\"1.2.3\"} 1",
               "budgetwatch_payments_recorded_total{outcome=\"recorded\"} 0",
               "budgetwatch_payments_recorded_total{outcome=\"duplicate\"} 0",
               "budgetwatch_payments_recorded_total{outcome=\"suspended\"} 0",
               "budgetwatch_payments_recorded_total{outcome=\"rejected\"} 0",
               "budgetwatch_store_write_failures_total 0", "budgetwatch_commit_entries_count 0",
               "budgetwatch_commit_seconds_count 0",
               "budgetwatch_commit_stage_seconds_count{stage=\"decide\"} 0"});
}

TEST_F(DaemonMetricsTest, CommitsAddToOutcomesSizesAndTimes) {
  CommitStats stats;
  stats.event_count = 10;
  stats.entry_count = 4;
  stats.recorded_count = 3;
  stats.suspended_count = 1;
  stats.duplicate_count = 2;
  stats.rejected_count = 4;
  stats.decide_nanos = 250'000;
  stats.write_nanos = 1'000'000;
  stats.parse_nanos = {10'000, 30'000};
  stats.wait_nanos = {1'000, 2'000};
  stats.encode_nanos = 500'000;
  stats.sync_nanos = 250'000;
  stats.apply_nanos = 125'000;
  metrics_.OnCommitted({}, stats);
  metrics_.OnCommitted({}, stats);
  // A bucket includes its upper bound.
  ExpectLines({"budgetwatch_payments_recorded_total{outcome=\"recorded\"} 6",
               "budgetwatch_payments_recorded_total{outcome=\"duplicate\"} 4",
               "budgetwatch_payments_recorded_total{outcome=\"suspended\"} 2",
               "budgetwatch_payments_recorded_total{outcome=\"rejected\"} 8",
               "budgetwatch_commit_entries_bucket{le=\"1\"} 0",
               "budgetwatch_commit_entries_bucket{le=\"4\"} 2", "budgetwatch_commit_entries_sum 8",
               "budgetwatch_commit_seconds_bucket{le=\"0.0005\"} 0",
               "budgetwatch_commit_seconds_bucket{le=\"0.001\"} 2",
               "budgetwatch_commit_seconds_sum 0.002",
               "budgetwatch_commit_stage_seconds_bucket{stage=\"decide\",le=\"0.0001\"} 0",
               "budgetwatch_commit_stage_seconds_bucket{stage=\"decide\",le=\"0.00025\"} 2",
               "budgetwatch_commit_stage_seconds_sum{stage=\"decide\"} 0.0005",
               "budgetwatch_commit_stage_seconds_count{stage=\"parse\"} 4",
               "budgetwatch_commit_stage_seconds_bucket{stage=\"parse\",le=\"1e-05\"} 2",
               "budgetwatch_commit_stage_seconds_count{stage=\"wait\"} 4",
               "budgetwatch_commit_stage_seconds_sum{stage=\"encode\"} 0.001",
               "budgetwatch_commit_stage_seconds_sum{stage=\"sync\"} 0.0005",
               "budgetwatch_commit_stage_seconds_sum{stage=\"apply\"} 0.00025"});
}

TEST_F(DaemonMetricsTest, GroupThatWritesNothingIsNoCommit) {
  CommitStats duplicates;
  duplicates.event_count = 1;
  duplicates.duplicate_count = 1;
  metrics_.OnCommitted({}, duplicates);
  metrics_.OnCommitted({}, CommitStats());
  ExpectLines({"budgetwatch_payments_recorded_total{outcome=\"duplicate\"} 1",
               "budgetwatch_commit_entries_count 0", "budgetwatch_commit_seconds_count 0",
               "budgetwatch_commit_stage_seconds_count{stage=\"decide\"} 1"});
}

TEST_F(DaemonMetricsTest, ControlCommandIsNoDecisionOnPayments) {
  CommitStats plan;
  plan.entry_count = 1;
  metrics_.OnCommitted({}, plan);
  ExpectLines({"budgetwatch_commit_entries_count 1", "budgetwatch_commit_seconds_count 1",
               "budgetwatch_commit_stage_seconds_count{stage=\"decide\"} 0"});
}

TEST_F(DaemonMetricsTest, RefusedWritesAreCounted) {
  metrics_.OnWriteFailed(Error());
  ExpectLines({"budgetwatch_store_write_failures_total 1", "budgetwatch_commit_seconds_count 0"});
}

TEST_F(DaemonMetricsTest, CallsAreCountedByMethodAndCode) {
  metrics_.OnRpcDone("PaymentService/RecordPayments", "OK", 2'500'000);
  metrics_.OnRpcDone("PaymentService/RecordPayments", "OK", 2'500'001);
  metrics_.OnRpcDone("PaymentService/RecordPayments", "UNAVAILABLE", 0);
  metrics_.OnRpcDone("PlanService/GetPlan", "NOT_FOUND", 0);
  const std::string handled = "budgetwatch_grpc_server_handled_total";
  const std::string seconds = "budgetwatch_grpc_server_handling_seconds";
  const std::string record = "method=\"PaymentService/RecordPayments\"";
  const std::string get = "method=\"PlanService/GetPlan\"";
  ExpectLines({handled + "{code=\"OK\"," + record + "} 2",
               handled + "{code=\"UNAVAILABLE\"," + record + "} 1",
               handled + "{code=\"NOT_FOUND\"," + get + "} 1", seconds + "_count{" + record + "} 3",
               seconds + "_bucket{" + record + ",le=\"0.0025\"} 2",
               seconds + "_count{" + get + "} 1"});
  EXPECT_EQ(CountLines(handled), 3u);
}

TEST_F(DaemonMetricsTest, CodeThatIsNoneCountsAsUnknown) {
  metrics_.OnRpcDone("PlanService/GetPlan", "surprise 1", 0);
  metrics_.OnRpcDone("PlanService/GetPlan", "surprise 2", 0);
  ExpectLines(
      {"budgetwatch_grpc_server_handled_total{code=\"UNKNOWN\","
       "method=\"PlanService/GetPlan\"} 2"});
  EXPECT_EQ(CountLines("surprise"), 0u);
}

TEST_F(DaemonMetricsTest, MethodsBeyondTheBoundShareOneLabel) {
  for (size_t i = 0; i < DaemonMetrics::kMaxMethods + 10; ++i) {
    metrics_.OnRpcDone("Service/Method" + std::to_string(i), "OK", 0);
  }
  metrics_.OnRpcDone("Service/Method0", "OK", 0);
  EXPECT_EQ(CountLines("handled_total"), DaemonMetrics::kMaxMethods + 1);
  ExpectLines({"budgetwatch_grpc_server_handled_total{code=\"OK\",method=\"other\"} 10",
               "budgetwatch_grpc_server_handled_total{code=\"OK\",method=\"Service/Method0\"} 2"});
}

TEST_F(DaemonMetricsTest, CallsOfManyThreadsAllCount) {
  constexpr int kThreads = 4;
  constexpr int kCalls = 1'000;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([this] {
      for (int call = 0; call < kCalls; ++call) {
        metrics_.OnRpcDone("Service/Method" + std::to_string(call % 3), "OK", 1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ExpectLines({"budgetwatch_grpc_server_handled_total{code=\"OK\",method=\"Service/Method0\"} " +
               std::to_string(kThreads * 334)});
}

}  // namespace
}  // namespace budgetwatch
