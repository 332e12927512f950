// Goal: on a full disk, what RocksDB writes beside the data does no harm, and the data do
// none to it.
// Method: the Env of the store over a disk without room.

#include "storage/store_env.h"

#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

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

}  // namespace
}  // namespace budgetwatch
