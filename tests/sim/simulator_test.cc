// Goal: whatever fails, in whatever order, the ledger keeps its laws: every answer and
// every total is what an independent auditor predicts.
// Method: a seeded simulation of everything that may happen, with an auditor that
// compares after each step. BUDGETWATCH_SEED replays a failure and BUDGETWATCH_ROUNDS
// sets the number of simulations. A store that is broken on purpose must be noticed.

#include "sim/simulator.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "sim/broken_store.h"

namespace budgetwatch {
namespace {

constexpr int kStepsPerRound = 150;

std::string Describe(const Simulator& simulator) {
  std::string text;
  for (const std::string& line : simulator.trace()) text += line + '\n';
  for (const std::string& sentence : simulator.differences()) text += "=> " + sentence + '\n';
  return text;
}

TEST(Simulator, TheLedgerKeepsItsLawsUnderFaults) {
  const uint64_t first = NumberFromEnvironment("BUDGETWATCH_SEED", std::random_device()());
  const bool replay = std::getenv("BUDGETWATCH_SEED") != nullptr;
  const uint64_t rounds = NumberFromEnvironment("BUDGETWATCH_ROUNDS", replay ? 1 : 80);
  int64_t restarts = 0, faults = 0;
  for (uint64_t seed = first; seed < first + rounds; ++seed) {
    MemoryStore store;
    Simulator simulator(seed, store);
    simulator.Run(kStepsPerRound);
    ASSERT_TRUE(simulator.differences().empty()) << "replay with BUDGETWATCH_SEED=" << seed << '\n'
                                                 << Describe(simulator);
    restarts += simulator.restart_count();
    faults += simulator.fault_count();
  }
  // The end of each simulation is a restart.
  EXPECT_GE(restarts, static_cast<int64_t>(rounds));
  EXPECT_GT(faults, 0);
  RecordProperty("restarts", std::to_string(restarts));
  RecordProperty("faults", std::to_string(faults));
}

TEST(Simulator, ASeedReplaysExactly) {
  const uint64_t seed = NumberFromEnvironment("BUDGETWATCH_SEED", std::random_device()());
  SCOPED_TRACE("replay with BUDGETWATCH_SEED=" + std::to_string(seed));
  const auto run = [](uint64_t number) {
    MemoryStore store;
    Simulator simulator(number, store);
    simulator.Run(kStepsPerRound);
    return std::pair(simulator.trace_hash(), Describe(simulator));
  };
  const auto once = run(seed);
  EXPECT_EQ(run(seed), once);
  EXPECT_NE(run(seed + 1), once);
}

class BrokenStoreTest : public testing::TestWithParam<BrokenStore::Flaw> {};

TEST_P(BrokenStoreTest, IsNoticedByTheAuditor) {
  // Seeds of their own: whether few rounds meet a flaw must not be left to chance.
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    BrokenStore store(GetParam(), 3);
    Simulator simulator(seed, store);
    simulator.Run(kStepsPerRound);
    if (!simulator.differences().empty()) return;
  }
  FAIL() << "nothing was noticed in 20 simulations";
}

INSTANTIATE_TEST_SUITE_P(
    Flaws, BrokenStoreTest,
    testing::Values(BrokenStore::Flaw::kDropsEntry, BrokenStore::Flaw::kDoublesEntry,
                    BrokenStore::Flaw::kChangesAmount, BrokenStore::Flaw::kForgetsId,
                    BrokenStore::Flaw::kForgetsTaken, BrokenStore::Flaw::kForgetsBooking,
                    BrokenStore::Flaw::kDropsTotal, BrokenStore::Flaw::kShiftsTime,
                    BrokenStore::Flaw::kForgetsUnmatched));

}  // namespace
}  // namespace budgetwatch
