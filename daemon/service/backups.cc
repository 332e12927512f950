#include "service/backups.h"

namespace budgetwatch {

Backups::Backups(BackupStore& store, std::vector<BackupObserver*> observers)
    : store_(store), observers_(std::move(observers)) {
  const std::optional<BackupInfo> last = store_.Last();
  if (!last) return;
  for (BackupObserver* observer : observers_) observer->OnBackupCreated(*last);
}

Result<CreatedBackup> Backups::Create() {
  if (running_.exchange(true)) {
    return Refusal(Reason::kBackupRunning, "",
                   "another backup is being made; wait for its end and ask again if another one "
                   "is needed");
  }
  const int64_t start = MonotonicNanos();
  auto created = store_.Create();
  running_ = false;
  if (created.ok()) created.value().duration_nanos = MonotonicNanos() - start;
  for (BackupObserver* observer : observers_) {
    if (created.ok()) {
      observer->OnBackupCreated(created.value().backup);
    } else {
      observer->OnBackupFailed(created.error());
    }
  }
  return created;
}

}  // namespace budgetwatch
