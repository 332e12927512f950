// Goal: a backup that was told good survives a power loss, and one that was not made
// leaves those before it whole, whatever its disk does.
// Method: the backups of a real store on a disk that runs full, fails and loses its power.

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include "storage/rocksdb_backups.h"
#include "storage/rocksdb_store.h"
#include "support/builders.h"
#include "support/faulty_file_system.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

class BackupFaultTest : public testing::Test {
 protected:
  BackupFaultTest() {
    auto opened =
        RocksDbStore::Open((directory_.path() / "data").string(), nullptr, {.seal_count = 500});
    BW_CHECK(opened.ok());
    store_ = std::move(opened).value();
  }

  // A commit of many payments.
  void Record() {
    const Sequence first = store_->LastSequence() + 1;
    std::vector<JournalEntry> entries;
    for (Sequence i = first; i < first + 300; ++i) {
      entries.emplace_back(
          MakeEntry(MakePayment("id-" + std::to_string(i * 7919), "P", "2020-05-05", 100 + i)));
    }
    ASSERT_TRUE(store_->Write({first, first, entries, {}}).ok());
  }

  Result<CreatedBackup> Create() {
    return RocksDbBackups(*store_, backups_, 0, env_.get()).Create();
  }

  // That the backup is listed, and its copy is what it says.
  void ExpectWhole(const BackupInfo& backup) {
    const auto list = ListBackups(backups_);
    ASSERT_TRUE(list.ok()) << list.error().message;
    bool listed = false;
    for (const BackupInfo& found : list.value().backups) {
      listed = listed || (found.id == backup.id && found.point == backup.point);
    }
    ASSERT_TRUE(listed) << "backup " << backup.id << " is not there";
    const std::string target = (directory_.path() / "target").string();
    const Status copied = CopyBackup(backups_, backup.id, target);
    ASSERT_TRUE(copied.ok()) << copied.error().message;
    const auto copy = RocksDbStore::Open(target);
    ASSERT_TRUE(copy.ok()) << copy.error().message;
    const auto chain = copy.value()->CheckChain(backup.point.sequence);
    ASSERT_TRUE(chain.ok());
    EXPECT_EQ(chain.value().chain_hash, backup.point.chain_hash);
  }

  const TemporaryDirectory directory_;
  const std::string backups_ = (directory_.path() / "backups").string();
  const std::shared_ptr<FaultyFileSystem> disk_ =
      std::make_shared<FaultyFileSystem>(7, directory_.path() / "attic");
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  std::unique_ptr<RocksDbStore> store_;
};

TEST_F(BackupFaultTest, AFullDiskIsToldAndTheNextOneIsGood) {
  Record();
  const auto first = Create();
  ASSERT_TRUE(first.ok()) << first.error().message;
  for (int64_t room = 0; room < 16'000; room += 3'000) {
    Record();
    disk_->SetFreeBytes(room);
    const auto failed = Create();
    ASSERT_FALSE(failed.ok()) << room;
    EXPECT_EQ(failed.error().reason, "BACKUP_FAILED");
    EXPECT_NE(failed.error().message.find("No space left"), std::string::npos)
        << failed.error().message;
    disk_->SetFreeBytes(std::nullopt);
    ExpectWhole(first.value().backup);
    Record();
  }
  const auto last = Create();
  ASSERT_TRUE(last.ok()) << last.error().message;
  EXPECT_EQ(last.value().held_count, 2);
  ExpectWhole(first.value().backup);
  ExpectWhole(last.value().backup);
}

TEST_F(BackupFaultTest, ADiskThatFailsIsTold) {
  Record();
  const auto first = Create();
  ASSERT_TRUE(first.ok()) << first.error().message;
  for (const FileOperation operation :
       {FileOperation::kCreate, FileOperation::kWrite, FileOperation::kSync, FileOperation::kRename,
        FileOperation::kSyncDirectory}) {
    Record();
    disk_->Inject({operation, std::nullopt, 0, INT64_MAX, false});
    const auto failed = Create();
    disk_->ClearFaults();
    ASSERT_FALSE(failed.ok()) << FileOperationName(operation);
    EXPECT_EQ(failed.error().reason, "BACKUP_FAILED") << FileOperationName(operation);
    ExpectWhole(first.value().backup);
  }
  const auto last = Create();
  ASSERT_TRUE(last.ok()) << last.error().message;
  ExpectWhole(last.value().backup);
}

TEST_F(BackupFaultTest, APowerLossTakesNoBackupThatWasToldGood) {
  Record();
  std::vector<BackupInfo> good;
  int cut = 0;
  for (int64_t change = 1; change <= 60; change += 1 + change / 8) {
    Record();
    disk_->CutPowerAtChange(change);
    const auto created = Create();
    if (created.ok()) good.push_back(created.value().backup);
    if (!created.ok()) ++cut;
    disk_->CutPower();
    disk_->RestorePower();
    for (const BackupInfo& backup : good) ExpectWhole(backup);
    if (HasFailure()) FAIL() << "power cut at change " << change;
  }
  EXPECT_GT(cut, 3);
  const auto last = Create();
  ASSERT_TRUE(last.ok()) << last.error().message;
  ExpectWhole(last.value().backup);
}

}  // namespace
}  // namespace budgetwatch
