// Goal: index runs are written, merged and left alone as they should be, whatever is damaged
// or was left by a crash.
// Method: the whole store on real directories, with runs of few payments.

#include "storage/index_maintenance.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "service/verify.h"
#include "storage/rocksdb_store.h"
#include "storage/run_format.h"
#include "support/builders.h"
#include "support/raw_store.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

bool HasUnfinishedRun(const std::filesystem::path& path) {
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().string().ends_with(kUnfinishedRunSuffix)) return true;
  }
  return false;
}

// A run that cannot be merged is tried again with each new run only, leaves no file behind
// and does not keep the other index from merging; recording goes on.
TEST(IndexMaintenance, ADamagedRunDoesNotFillTheDisk) {
  constexpr int kRun = 6'000;
  const TemporaryDirectory directory;
  const auto open = [&directory] {
    return RocksDbStore::Open(directory.path().string(), nullptr, {.seal_count = kRun}).value();
  };
  Sequence last = 0;
  const auto write = [&last](RocksDbStore* store, int count) {
    EXPECT_TRUE(
        store->Write({last + 1, last + 1, ManyPayments(static_cast<int>(last), count), {}}).ok());
    last += count;
  };
  {
    const auto store = open();
    write(store.get(), kRun);
    ASSERT_TRUE(store->WaitForIndexes().ok());
  }
  // A block in the middle, with too few words: the merge is under way when it finds out.
  PutRaw(directory.path(), "payment_run", PartKey(1, 9).slice().ToString(), "short");
  const auto store = open();
  for (int i = 0; i < 2; ++i) {
    write(store.get(), kRun);
    ASSERT_TRUE(store->WaitForIndexes().ok());
  }
  for (int failures = 1; failures <= 2; ++failures) {
    write(store.get(), kRun);
    EXPECT_FALSE(store->WaitForIndexes().ok());
    EXPECT_EQ(store->IndexFailureCount(), failures);
    EXPECT_FALSE(HasUnfinishedRun(directory.path()));
  }
  // The four behind it are one now.
  for (int i = 0; i < 2; ++i) {
    write(store.get(), kRun);
    EXPECT_TRUE(store->WaitForIndexes().ok());
  }
  // Enough to be sorted, not for a run.
  write(store.get(), 5'000);
  EXPECT_TRUE(store->WaitForIndexes().ok());
  EXPECT_EQ(store->IndexFailureCount(), 2);
  const auto ledger = Ledger::Open(*store);
  ASSERT_TRUE(ledger.ok());
  const auto verification = VerifyLedger(*ledger.value());
  ASSERT_FALSE(verification.ok());
  EXPECT_NE(verification.error().message.find("index run 1"), std::string::npos)
      << verification.error().message;
}

// Of the ledger of somebody else.
TEST(IndexMaintenance, ALookWritesNoRuns) {
  const TemporaryDirectory directory;
  const auto sealed = [&directory](const RocksDbStore::Memory& memory) {
    const auto store = RocksDbStore::Open(directory.path().string(), nullptr, memory).value();
    EXPECT_TRUE(store->WaitForIndexes().ok());
    return store->SealedSequence();
  };
  ASSERT_TRUE(RocksDbStore::Open(directory.path().string())
                  .value()
                  ->Write({1, 1, ManyPayments(0, 500), {}})
                  .ok());
  EXPECT_EQ(sealed({.seal_count = 100, .upkeep_at_start = false}), 0);
  EXPECT_EQ(sealed({.seal_count = 100}), 500);
}

// What a crash leaves of a run that was being made is removed.
TEST(IndexMaintenance, UnfinishedRunsAreRemoved) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(RocksDbStore::Open(directory.path().string()).ok());
  const auto leftover =
      directory.path() / ("run-7-payment_run" + std::string(kUnfinishedRunSuffix));
  std::ofstream(leftover) << "half";
  ASSERT_TRUE(RocksDbStore::Open(directory.path().string()).ok());
  EXPECT_FALSE(std::filesystem::exists(leftover));
}

}  // namespace
}  // namespace budgetwatch
