// Goal: backups are made one at a time, and whoever watches hears of each.
// Method: a backup store that waits where a test wants it to.

#include "service/backups.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/check.h"
#include "base/mutex.h"

namespace budgetwatch {
namespace {

class ScriptedStore : public BackupStore {
 public:
  Result<CreatedBackup> Create() override {
    MutexLock lock(mutex_);
    running_ = true;
    changed_.notify_all();
    while (held_ && !cancelled_) lock.Wait(changed_);
    running_ = false;
    if (cancelled_) return Refusal(Reason::kShuttingDown, "", "stopped");
    if (failing) return Refusal(Reason::kBackupFailed, "", "no room");
    CreatedBackup created;
    created.backup.id = ++last_id_;
    created.backup.point.sequence = 7;
    return created;
  }
  void Cancel() override {
    const MutexLock lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }
  std::optional<BackupInfo> Last() const override { return last; }

  void Hold(bool held) {
    const MutexLock lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  void WaitUntilRunning() {
    MutexLock lock(mutex_);
    while (!running_) lock.Wait(changed_);
  }

  bool failing = false;
  std::optional<BackupInfo> last;

 private:
  Mutex mutex_;
  std::condition_variable changed_;
  bool held_ BW_GUARDED_BY(mutex_) = false;
  bool running_ BW_GUARDED_BY(mutex_) = false;
  bool cancelled_ BW_GUARDED_BY(mutex_) = false;
  int64_t last_id_ BW_GUARDED_BY(mutex_) = 0;
};

struct Listener : public BackupObserver {
  void OnBackupCreated(const BackupInfo& backup) override { ids.push_back(backup.id); }
  void OnBackupFailed(const Error& error) override { reasons.push_back(error.reason); }

  std::vector<int64_t> ids;
  std::vector<std::string> reasons;
};

TEST(Backups, EveryOneIsTold) {
  ScriptedStore store;
  Listener listener;
  Backups backups(store, {&listener});
  EXPECT_EQ(backups.Create().value().backup.id, 1);
  store.failing = true;
  const auto failed = backups.Create();
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().reason, "BACKUP_FAILED");
  store.failing = false;
  EXPECT_EQ(backups.Create().value().backup.id, 2);
  EXPECT_EQ(listener.ids, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(listener.reasons, std::vector<std::string>{"BACKUP_FAILED"});
}

TEST(Backups, TheLastOneIsKnownAtTheStart) {
  ScriptedStore store;
  store.last = BackupInfo{41, 5, {}, 6};
  Listener listener;
  const Backups backups(store, {&listener});
  EXPECT_EQ(listener.ids, std::vector<int64_t>{41});
}

TEST(Backups, OneAtATime) {
  ScriptedStore store;
  Listener listener;
  Backups backups(store, {&listener});
  store.Hold(true);
  std::thread first([&backups] { EXPECT_TRUE(backups.Create().ok()); });
  store.WaitUntilRunning();
  const auto second = backups.Create();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().reason, "BACKUP_RUNNING");
  EXPECT_EQ(second.error().code, ErrorCode::kFailedPrecondition);
  store.Hold(false);
  first.join();
  EXPECT_TRUE(backups.Create().ok());
}

TEST(Backups, AStopEndsOneThatIsUnderWay) {
  ScriptedStore store;
  Listener listener;
  Backups backups(store, {&listener});
  store.Hold(true);
  std::thread first([&backups] { EXPECT_EQ(backups.Create().error().reason, "SHUTTING_DOWN"); });
  store.WaitUntilRunning();
  backups.Stop();
  first.join();
  EXPECT_EQ(backups.Create().error().reason, "SHUTTING_DOWN");
}

}  // namespace
}  // namespace budgetwatch
