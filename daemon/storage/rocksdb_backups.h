#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "service/backups.h"
#include "storage/rocksdb_store.h"

namespace rocksdb {
class BackupEngine;
}  // namespace rocksdb

namespace budgetwatch {

// Backups of a store by RocksDB's backup engine. Files of tables never change, so that a
// backup shares them with the one before and copies only new ones, with their checksums;
// what is still in the log goes into tables first. STORAGE.md describes the directory.
//
// A directory holds the backups of one ledger: it is refused when the last one there
// knows more than the ledger, or other things. Otherwise the backups of a ledger that was
// set back would drive out those that know more.
class RocksDbBackups : public BackupStore {
 public:
  // `kept`: backups to keep, 0 for all. The store, and `env` (of the store's own files
  // and the backups; null for the default), outlive this.
  RocksDbBackups(RocksDbStore& store, std::string directory, int kept, rocksdb::Env* env = nullptr);
  ~RocksDbBackups() override;

  Result<CreatedBackup> Create() override;
  void Cancel() override;
  std::optional<BackupInfo> Last() const override;

 private:
  Result<std::shared_ptr<rocksdb::BackupEngine>> OpenEngine();
  Status CheckOwner(const rocksdb::BackupEngine& engine) const;
  Result<BackupPoint> DurablePoint() const;
  Result<CreatedBackup> CreateWith(rocksdb::BackupEngine* engine);
  Error Failed(const std::string& cause) const;

  RocksDbStore& store_;
  const std::string directory_;
  const int kept_;
  rocksdb::Env* const env_;
  Mutex mutex_;
  bool cancelled_ BW_GUARDED_BY(mutex_) = false;
  std::shared_ptr<rocksdb::BackupEngine> running_ BW_GUARDED_BY(mutex_);
};

// What a backup directory holds.
struct BackupList {
  std::vector<BackupInfo> backups;   // rising
  std::vector<int64_t> damaged_ids;  // those whose description cannot be read
};

// Reads the descriptions, not the files. Error: STORE_FAILED when there is no such
// directory or it cannot be read.
Result<BackupList> ListBackups(const std::string& directory);

// Copies the files of a backup into `target`, which is created, or emptied, and proves
// their checksums. Not durable yet. Errors: DATA_DAMAGED when a file of the backup is not
// as it was written, STORE_FAILED when there is no such backup or files cannot be read or
// written.
Status CopyBackup(const std::string& directory, int64_t id, const std::string& target);

}  // namespace budgetwatch
