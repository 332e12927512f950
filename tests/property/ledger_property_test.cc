// Goal: the laws of the ledger hold for any sequence of events: each outcome, every
// total, every report at any date and any moment of knowledge, across checkpoints
// and restarts; what was once reported stays the same for ever.
// Method: random commands against a ReferenceLedger, which reads everything each
// time, compared after each step. BUDGETWATCH_SEED replays a failure and
// BUDGETWATCH_ROUNDS sets the number of sequences.

#include "property/ledger_round.h"
#include "storage/memory_store.h"

namespace budgetwatch {
namespace {

TEST(LedgerProperty, AgreesWithTheReference) {
  RunLedgerRounds(200, [] {
    return [](std::unique_ptr<Store> store) {
      return store == nullptr ? std::make_unique<MemoryStore>() : std::move(store);
    };
  });
}

}  // namespace
}  // namespace budgetwatch
