// Goal: a backup holds what was durable when it began, shares what has not changed, and
// one that cannot be made is told with cause and cure and harms nothing.
// Method: real directories and a real store; damage with plain files.

#include "storage/rocksdb_backups.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/builders.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

namespace fs = std::filesystem;

class RocksDbBackupsTest : public testing::Test {
 protected:
  RocksDbBackupsTest() { Open(); }

  void Open() {
    auto opened = RocksDbStore::Open(data(), nullptr, {.seal_count = 1000});
    BW_CHECK(opened.ok());
    store_ = std::move(opened).value();
  }

  std::string data() const { return (directory_.path() / "data").string(); }
  std::string backups() const { return (directory_.path() / "backups").string(); }
  std::string target() const { return (directory_.path() / "target").string(); }

  // Commits of one payment each.
  void Record(int count) {
    for (int i = 0; i < count; ++i) {
      const Sequence sequence = store_->LastSequence() + 1;
      const JournalEntry entry = MakeEntry(
          MakePayment("id-" + std::to_string(sequence), "P", "2020-05-05", 100 + sequence));
      ASSERT_TRUE(store_->Write({sequence, 1000 + sequence, {entry}, {}}).ok());
    }
  }

  CreatedBackup Create(int kept = 0) {
    auto created = RocksDbBackups(*store_, backups(), kept).Create();
    EXPECT_TRUE(created.ok()) << (created.ok() ? "" : created.error().message);
    return created.ok() ? created.value() : CreatedBackup();
  }

  Error CreateError(const std::string& directory) {
    const auto created = RocksDbBackups(*store_, directory, 0).Create();
    EXPECT_FALSE(created.ok());
    return created.ok() ? Error() : created.error();
  }

  std::vector<int64_t> Ids() const {
    std::vector<int64_t> ids;
    const auto list = ListBackups(backups());
    if (list.ok()) {
      for (const BackupInfo& backup : list.value().backups) ids.push_back(backup.id);
    }
    return ids;
  }

  int64_t BackupBytes() const {
    int64_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(backups())) {
      if (entry.is_regular_file()) bytes += static_cast<int64_t>(entry.file_size());
    }
    return bytes;
  }

  // The largest file that holds part of the ledger.
  fs::path LargestFile() const {
    fs::path largest;
    uintmax_t size = 0;
    for (const auto& entry : fs::recursive_directory_iterator(backups())) {
      if (!entry.is_regular_file() || entry.file_size() < size) continue;
      largest = entry.path();
      size = entry.file_size();
    }
    return largest;
  }

  const TemporaryDirectory directory_;
  std::unique_ptr<RocksDbStore> store_;
};

void FlipByte(const fs::path& path, uintmax_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(byte ^ 0x40));
  ASSERT_TRUE(file.good());
}

TEST_F(RocksDbBackupsTest, ACopyHoldsWhatWasThere) {
  Record(300);
  const CreatedBackup created = Create();
  EXPECT_EQ(created.held_count, 1);
  EXPECT_EQ(created.backup.point,
            (BackupPoint{kStorageFormatVersion, 300, 1300, store_->ChainHashAt(300).value()}));
  EXPECT_GT(created.backup.size_bytes, 0);
  EXPECT_EQ(fs::status(backups()).permissions(), fs::perms::owner_all);
  Record(5);
  ASSERT_TRUE(CopyBackup(backups(), created.backup.id, target()).ok());
  EXPECT_FALSE(fs::exists(fs::path(target()) / AcknowledgedMark::kFileName));
  const auto copy = RocksDbStore::Open(target());
  ASSERT_TRUE(copy.ok()) << copy.error().message;
  EXPECT_EQ(copy.value()->LastSequence(), 300);
  EXPECT_EQ(copy.value()->CheckChain(300).value().chain_hash, created.backup.point.chain_hash);
  EXPECT_EQ(copy.value()->SummarizeIndexes(300).value().payments.count, 300);
  EXPECT_EQ(copy.value()->FindPayment({"bank", "id-77"}).value(), 77);
}

TEST_F(RocksDbBackupsTest, AnEmptyLedgerCanBeBackedUp) {
  const CreatedBackup created = Create();
  EXPECT_EQ(created.backup.point.sequence, 0);
  EXPECT_EQ(created.backup.point.chain_hash, std::string(64, '0'));
  Record(1);
  EXPECT_EQ(Create().backup.point.sequence, 1);
}

TEST_F(RocksDbBackupsTest, WhatHasNotChangedIsShared) {
  Record(3000);
  Create();
  const int64_t first = BackupBytes();
  Record(10);
  Create();
  EXPECT_LT(BackupBytes() - first, first / 2);
}

TEST_F(RocksDbBackupsTest, OldOnesAreRemovedAndTheNewestStay) {
  for (int i = 0; i < 4; ++i) {
    Record(1);
    Create();
  }
  EXPECT_EQ(Ids(), (std::vector<int64_t>{1, 2, 3, 4}));
  Record(1);
  EXPECT_EQ(Create(2).held_count, 2);
  EXPECT_EQ(Ids(), (std::vector<int64_t>{4, 5}));
  EXPECT_TRUE(CopyBackup(backups(), 4, target()).ok());
}

TEST_F(RocksDbBackupsTest, RecordingGoesOnMeanwhile) {
  Record(100);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    while (!stop) Record(1);
  });
  std::vector<CreatedBackup> made;
  for (int i = 0; i < 3; ++i) made.push_back(Create());
  stop = true;
  writer.join();
  for (const CreatedBackup& created : made) {
    ASSERT_TRUE(CopyBackup(backups(), created.backup.id, target()).ok());
    const auto copy = RocksDbStore::Open(target());
    ASSERT_TRUE(copy.ok()) << copy.error().message;
    const BackupPoint& point = created.backup.point;
    EXPECT_GE(copy.value()->LastSequence(), point.sequence);
    EXPECT_EQ(copy.value()->ChainHashAt(point.sequence).value(), point.chain_hash);
    EXPECT_EQ(copy.value()->CheckChain(copy.value()->LastSequence()).value().difference, "");
  }
}

TEST_F(RocksDbBackupsTest, ADirectoryThatCannotBeUsedIsTold) {
  Record(1);
  const std::string file = (directory_.path() / "file").string();
  std::ofstream(file) << "text";
  for (const std::string& bad : {file, file + "/below"}) {
    const Error error = CreateError(bad);
    EXPECT_EQ(error.reason, "BACKUP_FAILED");
    EXPECT_NE(error.message.find(bad), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("name another backup_dir"), std::string::npos) << error.message;
  }
  Record(1);
}

TEST_F(RocksDbBackupsTest, TheBackupsOfAnotherLedgerAreLeftAlone) {
  Record(5);
  Create();
  store_.reset();
  fs::remove_all(data());
  Open();
  EXPECT_NE(CreateError(backups()).message.find("further than this ledger"), std::string::npos);
  for (Sequence sequence = 1; sequence <= 6; ++sequence) {
    const JournalEntry entry =
        MakeEntry(MakePayment("other-" + std::to_string(sequence), "P", "2020-05-05", 100));
    ASSERT_TRUE(store_->Write({sequence, sequence, {entry}, {}}).ok());
  }
  EXPECT_NE(CreateError(backups()).message.find("of another ledger"), std::string::npos);
  EXPECT_EQ(Ids(), std::vector<int64_t>{1});
}

TEST_F(RocksDbBackupsTest, ACancelledOneLeavesTheOthersWhole) {
  Record(5);
  Create();
  RocksDbBackups backups_of_store(*store_, backups(), 0);
  backups_of_store.Cancel();
  EXPECT_EQ(backups_of_store.Create().error().reason, "SHUTTING_DOWN");
  EXPECT_EQ(Ids(), std::vector<int64_t>{1});
  EXPECT_EQ(backups_of_store.Last()->id, 1);
}

TEST_F(RocksDbBackupsTest, AChangedFileIsTold) {
  Record(3000);
  const CreatedBackup created = Create();
  const fs::path file = LargestFile();
  FlipByte(file, fs::file_size(file) / 2);
  const Status status = CopyBackup(backups(), created.backup.id, target());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().reason, "DATA_DAMAGED");
  EXPECT_NE(status.error().message.find("restore another one"), std::string::npos);
}

TEST_F(RocksDbBackupsTest, AChangedDescriptionIsTold) {
  Record(3);
  Create();
  Create();
  const fs::path description = fs::path(backups()) / "meta" / "1";
  std::ifstream in(description);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  ASSERT_NE(text.find("metadata "), std::string::npos);
  FlipByte(description, text.find("metadata ") + 100);
  const auto list = ListBackups(backups());
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list.value().damaged_ids, std::vector<int64_t>{1});
  EXPECT_EQ(Ids(), std::vector<int64_t>{2});
}

TEST_F(RocksDbBackupsTest, WhatIsNotThereIsTold) {
  const auto absent = ListBackups(backups());
  ASSERT_FALSE(absent.ok());
  EXPECT_NE(absent.error().message.find("there is no such directory"), std::string::npos);
  const auto other = ListBackups(data());
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().message.find("it holds no backups"), std::string::npos);
  EXPECT_EQ(RocksDbBackups(*store_, backups(), 0).Last(), std::nullopt);
  Create();
  const Status status = CopyBackup(backups(), 9, target());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().reason, "STORE_FAILED");
}

}  // namespace
}  // namespace budgetwatch
