// Goal: every metric follows the naming conventions of Prometheus, with base units
// and a help text.
// Method: the families of an empty ledger and of the daemon, checked by rule. What
// promtool thinks is asked in the integration test.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "storage/memory_store.h"
#include "support/fake_time.h"
#include "telemetry/daemon_metrics.h"
#include "telemetry/disk_collector.h"
#include "telemetry/ledger_collector.h"
#include "telemetry/load_collector.h"

namespace budgetwatch {
namespace {

std::vector<prometheus::MetricFamily> AllFamilies() {
  MemoryStore store;
  const FakeClock clock;
  const FakeCalendar calendar(Date::FirstOfYear(2020));
  const auto ledger = Ledger::Open(store).value();
  const auto committer = Committer::Create(*ledger, clock, {}).value();
  prometheus::Registry registry;
  DaemonMetrics metrics(registry, "1");
  metrics.OnRpcDone("PlanService/GetPlan", "OK", 0);  // a family without children is left out
  auto families = LedgerCollector(*ledger, *committer, calendar).Collect();
  for (auto& family : registry.Collect()) families.push_back(std::move(family));
  for (auto& family : LoadCollector([] { return ServerLoad(); }).Collect()) {
    families.push_back(std::move(family));
  }
  for (auto& family : DiskCollector({}).Collect()) families.push_back(std::move(family));
  return families;
}

// Words of small letters, joined by single underscores, behind the prefix.
bool IsWellFormed(std::string_view name) {
  return name.starts_with("budgetwatch_") && !name.ends_with('_') &&
         name.find("__") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

bool EndsInAUnit(std::string_view name) {
  for (const std::string_view unit : {"_yuan", "_ratio", "_seconds", "_bytes", "_info"}) {
    if (name.ends_with(unit)) return true;
  }
  return false;
}

TEST(MetricNamesTest, NamesAreUniqueAndCarryThePrefix) {
  std::set<std::string> names;
  for (const auto& family : AllFamilies()) {
    EXPECT_TRUE(IsWellFormed(family.name)) << family.name;
    EXPECT_TRUE(names.insert(family.name).second) << family.name;
  }
  EXPECT_EQ(names.size(), 59u);
}

TEST(MetricNamesTest, NamesEndInABaseUnitOrACount) {
  // A gauge or histogram without a unit counts the things it is named after.
  const std::set<std::string> counts = {
      "budgetwatch_suspense_payments",    "budgetwatch_warning_active",
      "budgetwatch_ledger_sequence",      "budgetwatch_store_writable",
      "budgetwatch_queue_depth",          "budgetwatch_queue_limit",
      "budgetwatch_project_status",       "budgetwatch_warning_unexplained",
      "budgetwatch_commit_entries",       "budgetwatch_grpc_connections",
      "budgetwatch_grpc_calls",           "budgetwatch_grpc_streams",
      "budgetwatch_backup_last_sequence", "budgetwatch_indicator_target_met",
      "budgetwatch_indicator_value",      "budgetwatch_config_last_reload_successful"};
  for (const auto& family : AllFamilies()) {
    const bool counter = family.type == prometheus::MetricType::Counter;
    EXPECT_EQ(counter, family.name.ends_with("_total")) << family.name;
    if (counter) continue;
    EXPECT_NE(EndsInAUnit(family.name), counts.contains(family.name)) << family.name;
  }
}

TEST(MetricNamesTest, HelpIsASentenceThatNamesTheUnit) {
  for (const auto& family : AllFamilies()) {
    ASSERT_GT(family.help.size(), 20u) << family.name;
    EXPECT_TRUE(family.help.ends_with('.')) << family.name;
    EXPECT_TRUE(family.help.front() >= 'A' && family.help.front() <= 'Z') << family.name;
    EXPECT_EQ(family.help.find('\n'), std::string::npos) << family.name;
    if (family.name.ends_with("_yuan")) {
      EXPECT_NE(family.help.find("in yuan"), std::string::npos) << family.name;
    }
    if (family.name.ends_with("_seconds") && family.type == prometheus::MetricType::Histogram) {
      EXPECT_NE(family.help.find("in seconds"), std::string::npos) << family.name;
    }
  }
}

}  // namespace
}  // namespace budgetwatch
