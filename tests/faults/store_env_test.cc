// Goal: on a full disk, what RocksDB writes beside the data does no harm, and the data do
// none to it.
// Method: the Env of the store over a disk without room. Also: what stands behind the end of a
// log, and when.

#include "storage/store_env.h"

#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <fstream>

#include "support/faulty_file_system.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

TEST(StoreEnv, MessagesThatFindNoRoomAreLostAndNothingElse) {
  const TemporaryDirectory directory;
  const auto disk = std::make_shared<FaultyFileSystem>(1, directory.path() / "attic");
  const auto base = rocksdb::NewCompositeEnv(disk);
  StoreEnv env(base.get(), directory.path().string(), [](uint64_t, uint64_t) {});
  std::shared_ptr<rocksdb::Logger> log;
  ASSERT_TRUE(env.get()->NewLogger((directory.path() / "LOG").string(), &log).ok());
  log->SetInfoLogLevel(rocksdb::InfoLogLevel::INFO_LEVEL);
  disk->SetFreeBytes(0);
  // More than is buffered, several times.
  const std::string line(1000, 'x');
  for (int i = 0; i < 10'000; ++i) rocksdb::Log(log, "%s", line.c_str());
  EXPECT_GT(disk->failed_count(), 1);
  disk->SetFreeBytes(std::nullopt);
  rocksdb::Log(log, "%s", line.c_str());
  EXPECT_TRUE(log->Close().ok());
}

// Without that, RocksDB may wait for ever behind a full disk.
TEST(StoreEnv, DataLeaveTheLastRoomToTheManifest) {
  const TemporaryDirectory directory;
  const auto disk = std::make_shared<FaultyFileSystem>(1, directory.path() / "attic");
  const auto base = rocksdb::NewCompositeEnv(disk);
  StoreEnv env(base.get(), directory.path().string(), [](uint64_t, uint64_t) {});
  rocksdb::FileSystem& files = *env.get()->GetFileSystem();
  const auto append = [&](const std::string& name, size_t size) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    const std::string path = (directory.path() / name).string();
    EXPECT_TRUE(files.NewWritableFile(path, rocksdb::FileOptions(), &file, nullptr).ok());
    return file->Append(std::string(size, 'x'), rocksdb::IOOptions(), nullptr);
  };
  disk->SetFreeBytes(40'000);
  EXPECT_TRUE(append("000001.log", 20'000).ok());
  for (const char* name : {"000002.log", "000003.sst", "000004.run.tmp"}) {
    const rocksdb::IOStatus full = append(name, 5'000);
    EXPECT_TRUE(full.IsIOError() && full.GetRetryable()) << name << ": " << full.ToString();
    EXPECT_NE(full.ToString().find("the disk is full"), std::string::npos) << full.ToString();
  }
  EXPECT_TRUE(append("MANIFEST-000005", 5'000).ok());
  EXPECT_EQ(disk->free_bytes(), 15'000) << "what is refused takes nothing";
  disk->SetFreeBytes(std::nullopt);
  EXPECT_TRUE(append("000006.log", 5'000).ok());
}

class LogFileTest : public testing::Test {
 protected:
  LogFileTest() : env_(base_.get(), directory_.path().string(), [](uint64_t, uint64_t) {}) {
    EXPECT_TRUE(env_.get()
                    ->GetFileSystem()
                    ->NewWritableFile(path_.string(), rocksdb::FileOptions(), &log_, nullptr)
                    .ok());
  }

  void Append(size_t size) {
    const std::string data(size, static_cast<char>('a' + appended_.size() % 26));
    EXPECT_TRUE(log_->Append(data, rocksdb::IOOptions(), nullptr).ok());
    appended_ += data;
  }

  std::string Content() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  // Zeros behind what was appended.
  size_t ZeroCount() const {
    const std::string content = Content();
    EXPECT_TRUE(content.starts_with(appended_));
    EXPECT_EQ(content.find_first_not_of('\0', appended_.size()), std::string::npos);
    EXPECT_EQ(log_->GetFileSize(rocksdb::IOOptions(), nullptr), appended_.size());
    return content.size() - appended_.size();
  }

  const TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "000001.log";
  const std::shared_ptr<FaultyFileSystem> disk_ =
      std::make_shared<FaultyFileSystem>(1, directory_.path() / "attic");
  const std::unique_ptr<rocksdb::Env> base_ = rocksdb::NewCompositeEnv(disk_);
  StoreEnv env_;
  std::unique_ptr<rocksdb::FSWritableFile> log_;
  std::string appended_;
};

TEST_F(LogFileTest, GrowsByZerosWhileAppendsAreSmall) {
  for (int i = 0; i < 1'000; ++i) Append(1'000);
  EXPECT_GT(ZeroCount(), 0u);
  const int64_t writes = disk_->CallCount(FileOperation::kWrite, FileKind::kLog);
  EXPECT_LE(writes, 1'010) << "zeros are written seldom";
  ASSERT_TRUE(log_->Close(rocksdb::IOOptions(), nullptr).ok());
  EXPECT_EQ(Content(), appended_) << "a closed log has nothing behind its end";
}

TEST_F(LogFileTest, IsAsLongAsItsAppendsWhileTheyAreLarge) {
  for (int i = 0; i < 20; ++i) {
    Append(100'000);
    for (int j = 0; j < 5; ++j) Append(100);
  }
  EXPECT_EQ(ZeroCount(), 0u);
}

TEST_F(LogFileTest, TakesNoRoomForZerosWhereThereIsLittle) {
  disk_->SetFreeBytes(200'000);
  for (int i = 0; i < 100; ++i) Append(1'000);
  EXPECT_EQ(ZeroCount(), 0u);
  EXPECT_EQ(disk_->free_bytes(), 100'000);
  disk_->SetFreeBytes(1 << 20);
  Append(1'000);
  const auto zeros = static_cast<int64_t>(ZeroCount());
  EXPECT_GT(zeros, 0);
  EXPECT_EQ(disk_->free_bytes(), (1 << 20) - 1'000 - zeros);
  Append(1'000);
  EXPECT_EQ(disk_->free_bytes(), (1 << 20) - 1'000 - zeros) << "the room is taken already";
}

TEST_F(LogFileTest, LosesNoSyncedByteWithThePower) {
  for (int i = 0; i < 20; ++i) Append(1'000);
  ASSERT_TRUE(log_->Sync(rocksdb::IOOptions(), nullptr).ok());
  std::unique_ptr<rocksdb::FSDirectory> directory;
  ASSERT_TRUE(
      disk_->NewDirectory(directory_.path().string(), rocksdb::IOOptions(), &directory, nullptr)
          .ok());
  ASSERT_TRUE(directory->Fsync(rocksdb::IOOptions(), nullptr).ok());
  const std::string synced = appended_;
  Append(50);
  Append(9'000);
  disk_->CutPower();
  log_.reset();
  disk_->RestorePower();
  const std::string content = Content();
  EXPECT_TRUE(content.starts_with(synced));
  EXPECT_GT(content.size(), appended_.size()) << "the zeros were synced too";
  for (size_t i = synced.size(); i < content.size(); ++i) {
    const char written = i < appended_.size() ? appended_[i] : '\0';
    ASSERT_TRUE(content[i] == written || content[i] == '\0') << i;
  }
}

}  // namespace
}  // namespace budgetwatch
