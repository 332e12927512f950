// Goal: a ledger on disk gives the same answers as one in memory.
// Method: the random sequences of tests/property on a real store, opened again at each
// restart.

#include "property/ledger_round.h"
#include "storage/rocksdb_store.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

TEST(LedgerOnDisk, AgreesWithTheReference) {
  RunLedgerRounds(10, [] {
    return [directory = std::make_shared<TemporaryDirectory>()](std::unique_ptr<Store> store) {
      store.reset();
      auto opened = RocksDbStore::Open(directory->path().string());
      BW_CHECK(opened.ok());
      return std::move(opened).value();
    };
  });
}

}  // namespace
}  // namespace budgetwatch
