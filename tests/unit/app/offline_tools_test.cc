// Goal: the subcommands end with their exit codes, and leave other arguments alone.
// Method: command lines in this process. (integration/backup_restore.py runs the program.)

#include "app/offline_tools.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "storage/rocksdb_backups.h"
#include "support/builders.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

// The exit code, -1 for arguments of the daemon.
int RunTool(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "budgetwatchd");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  return RunOfflineTool(static_cast<int>(pointers.size()), pointers.data()).value_or(-1);
}

TEST(OfflineTools, OtherArgumentsAreTheDaemons) {
  EXPECT_EQ(RunTool({}), -1);
  EXPECT_EQ(RunTool({"--data-dir", "verify"}), -1);
  EXPECT_EQ(RunTool({"stray"}), -1);
}

TEST(OfflineTools, WrongUsageIsTwo) {
  const std::string hash(64, 'a');
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"verify"},
           {"verify", "--data-dir", "d", "stray"},
           {"verify", "--data-dir", "d", "--expect-hash", hash},
           {"verify", "--data-dir", "d", "--expect-sequence", "0", "--expect-hash", hash},
           {"verify", "--data-dir", "d", "--expect-sequence", "1", "--expect-hash", "a"},
           {"restore", "--data-dir", "d"},
           {"restore", "--data-dir", "d", "--backup-dir", "b", "--backup", "0"},
           {"restore", "--data-dir", "d", "--backup-dir", "b", "--known-at", "0"},
           {"restore", "--data-dir", "d", "--backup-dir", "b", "--known-at", "2020-06-30"},
           {"backups"},
           {"backups", "restore", "--backup-dir", "b"}}) {
    EXPECT_EQ(RunTool(wrong), 2) << testing::PrintToString(wrong);
  }
  EXPECT_EQ(RunTool({"restore", "--help"}), 0);
}

TEST(OfflineTools, ALedgerGoesThroughAllOfThem) {
  const TemporaryDirectory directory;
  const std::string data = (directory.path() / "data").string();
  const std::string backups = (directory.path() / "backups").string();
  const std::string restored = (directory.path() / "restored").string();
  EXPECT_EQ(RunTool({"verify", "--data-dir", data}), 1);
  EXPECT_EQ(RunTool({"backups", "--backup-dir", backups}), 1);
  {
    const auto store = RocksDbStore::Open(data);
    ASSERT_TRUE(store.ok());
    const JournalEntry entry = MakeEntry(MakePayment("p", "P", "2020-05-05", 100));
    ASSERT_TRUE(store.value()->Write({1, 1'593'561'600'000'000, {entry}, {}}).ok());
    EXPECT_EQ(RunTool({"verify", "--data-dir", data}), 1);  // in use
    ASSERT_TRUE(RocksDbBackups(*store.value(), backups, 0).Create().ok());
  }
  EXPECT_EQ(RunTool({"verify", "--data-dir", data}), 0);
  EXPECT_EQ(RunTool({"verify", "--data-dir", data, "--expect-sequence", "1", "--expect-hash",
                     std::string(64, 'a')}),
            3);
  EXPECT_EQ(RunTool({"backups", "--backup-dir", backups}), 0);
  const std::vector<std::string> restore = {"restore", "--backup-dir", backups, "--data-dir",
                                            restored};
  EXPECT_EQ(RunTool(restore), 0);
  EXPECT_EQ(RunTool(restore), 1);  // not empty
  std::vector<std::string> earlier = restore;
  earlier.insert(earlier.end(),
                 {"--replace", "--backup", "1", "--known-at", "2020-07-01T08:00:00+08:00"});
  EXPECT_EQ(RunTool(earlier), 0);
  EXPECT_EQ(RunTool({"verify", "--data-dir", restored}), 0);
}

}  // namespace
}  // namespace budgetwatch
