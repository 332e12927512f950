// Goal: every metric follows the naming conventions of Prometheus, with base units
// and a help text.
// Method: the families of an empty ledger and of the daemon, checked by rule. What
// promtool thinks is asked in the integration test.

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "storage/memory_store.h"
#include "telemetry/daemon_metrics.h"
#include "telemetry/ledger_collector.h"

namespace budgetwatch {
namespace {

class FixedCalendar : public BusinessCalendar {
 public:
  Date Today() const override { return Date::FirstOfYear(2020); }
  bool fixed() const override { return true; }
};

std::vector<prometheus::MetricFamily> AllFamilies() {
  MemoryStore store;
  const SystemClock clock;
  const FixedCalendar calendar;
  const auto ledger = Ledger::Open(store).value();
  const auto committer = Committer::Create(*ledger, clock, {}).value();
  prometheus::Registry registry;
  DaemonMetrics metrics(registry, "1");
  metrics.OnRpcDone("PlanService/GetPlan", "OK", 0);  // a family without children is left out
  auto families = LedgerCollector(*ledger, *committer, calendar).Collect();
  for (auto& family : registry.Collect()) families.push_back(std::move(family));
  return families;
}

TEST(MetricNamesTest, NamesAreUniqueAndCarryThePrefix) {
  const std::regex pattern("budgetwatch(_[a-z][a-z0-9]*)+");
  std::set<std::string> names;
  for (const auto& family : AllFamilies()) {
    EXPECT_TRUE(std::regex_match(family.name, pattern)) << family.name;
    EXPECT_TRUE(names.insert(family.name).second) << family.name;
  }
  EXPECT_EQ(names.size(), 29u);
}

TEST(MetricNamesTest, NamesEndInABaseUnitOrACount) {
  // A gauge or histogram without a unit counts the things it is named after.
  const std::regex unit(".*_(yuan|ratio|seconds|bytes|info)");
  const std::set<std::string> counts = {
      "budgetwatch_suspense_payments", "budgetwatch_warning_active", "budgetwatch_ledger_sequence",
      "budgetwatch_store_writable",    "budgetwatch_queue_depth",    "budgetwatch_commit_entries"};
  for (const auto& family : AllFamilies()) {
    const bool counter = family.type == prometheus::MetricType::Counter;
    EXPECT_EQ(counter, family.name.ends_with("_total")) << family.name;
    if (counter) continue;
    EXPECT_NE(std::regex_match(family.name, unit), counts.contains(family.name)) << family.name;
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
