#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "domain/reason.h"
#include "domain/sequence.h"

namespace budgetwatch {

// What was durable when a backup began; the backup holds it, and mostly more.
struct BackupPoint {
  int format_version = 0;  // of the store
  Sequence sequence = 0;
  WallMicros recorded_time = 0;  // of that entry; 0 for an empty journal
  std::string chain_hash;        // 64 hexadecimal digits, see Store::ChainHashAt

  friend bool operator==(const BackupPoint&, const BackupPoint&) = default;
};

// One backup of several in a directory.
struct BackupInfo {
  int64_t id = 0;  // rises from backup to backup
  WallMicros created_time = 0;
  BackupPoint point;
  int64_t size_bytes = 0;  // of all its files, also those that it shares with others
};

// A backup that was made just now.
struct CreatedBackup {
  BackupInfo backup;
  int64_t held_count = 0;  // backups in the directory, with this one
  int64_t duration_nanos = 0;
};

// Where backups are kept. Thread-safe, but Create is called by one thread at a time.
class BackupStore {
 public:
  virtual ~BackupStore() = default;

  // Copies what has changed since the last backup while the ledger is written, makes it
  // durable, and removes backups beyond the number to keep. Error: BACKUP_FAILED, with
  // cause and cure; earlier backups are whole then, and the next attempt removes what
  // this one left.
  virtual Result<CreatedBackup> Create() = 0;

  // Ends a Create that is under way with SHUTTING_DOWN, and every later one.
  virtual void Cancel() = 0;

  // The last backup, if any can be read.
  virtual std::optional<BackupInfo> Last() const = 0;
};

// Hears of backups. Called on the thread that made the backup; thread-safe.
class BackupObserver {
 public:
  virtual ~BackupObserver() = default;
  virtual void OnBackupCreated(const BackupInfo& backup) = 0;
  virtual void OnBackupFailed(const Error& error) = 0;
};

// Makes backups, one at a time. Thread-safe.
class Backups {
 public:
  // Tells every observer of the last backup that is there. The arguments outlive this.
  Backups(BackupStore& store, std::vector<BackupObserver*> observers);

  // Errors: BACKUP_RUNNING while another call is under way, BACKUP_FAILED, SHUTTING_DOWN.
  Result<CreatedBackup> Create();

  // Ends the one that is under way soon, and refuses others. Idempotent.
  void Stop() { store_.Cancel(); }

 private:
  BackupStore& store_;
  const std::vector<BackupObserver*> observers_;
  std::atomic<bool> running_ = false;
};

}  // namespace budgetwatch
