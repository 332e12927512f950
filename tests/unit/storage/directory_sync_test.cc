// Goal: directories are renamed whole, and a store in use is not taken.
// Method: a temporary directory. That a sync reaches the disk cannot be seen from here.

#include "storage/directory_sync.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/rocksdb_store.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

TEST(DirectorySync, SyncsATreeAndNamesWhatIsMissing) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "below");
  std::ofstream(directory.path() / "below" / "file") << "text";
  EXPECT_TRUE(SyncTree(directory.path().string()).ok());
  EXPECT_TRUE(SyncParent((directory.path() / "below").string()).ok());
  const std::string absent = (directory.path() / "absent").string();
  const Status status = SyncTree(absent);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find(absent), std::string::npos);
  EXPECT_FALSE(SyncParent(absent + "/file").ok());
}

TEST(DirectorySync, RenamesOverAnEmptyDirectoryOnly) {
  const TemporaryDirectory directory;
  const std::string from = (directory.path() / "from").string();
  const std::string to = (directory.path() / "to").string();
  std::filesystem::create_directory(from);
  std::ofstream(from + "/file") << "text";
  std::filesystem::create_directory(to);
  ASSERT_TRUE(RenameDurably(from, to).ok());
  EXPECT_TRUE(std::filesystem::exists(to + "/file"));
  std::filesystem::create_directory(from);
  const Status status = RenameDurably(from, to);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().reason, "STORE_FAILED");
}

TEST(DirectorySync, AStoreInUseIsNotTaken) {
  const TemporaryDirectory directory;
  const std::string path = directory.path().string();
  auto store = RocksDbStore::Open(path);
  ASSERT_TRUE(store.ok());
  const auto refused = StoreLock::Take(path);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("stop the process"), std::string::npos);
  store.value().reset();
  {
    const auto lock = StoreLock::Take(path);
    ASSERT_TRUE(lock.ok());
    EXPECT_FALSE(RocksDbStore::Open(path).ok());
  }
  EXPECT_TRUE(RocksDbStore::Open(path).ok());
}

}  // namespace
}  // namespace budgetwatch
