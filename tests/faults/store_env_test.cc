// Goal: what RocksDB writes beside the data does no harm on a full disk.
// Method: the Env of the store over a disk without room.

#include "storage/store_env.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace budgetwatch
