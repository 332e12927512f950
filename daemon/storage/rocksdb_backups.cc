#include "storage/rocksdb_backups.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/backup_engine.h>

#include <filesystem>

#include "base/failpoint.h"
#include "storage/backup_metadata.h"
#include "storage/rocksdb_options.h"

namespace budgetwatch {
namespace {

constexpr WallMicros kMicrosPerSecond = 1'000'000;

// Bytes between two looks at what else there is to do.
constexpr uint64_t kProgressBytes = 64u << 10;

rocksdb::BackupEngineOptions EngineOptions(const std::string& directory) {
  rocksdb::BackupEngineOptions options(directory);
  options.sync = true;
  options.share_table_files = true;
  options.callback_trigger_interval_size = kProgressBytes;
  return options;
}

// Nothing for a backup that this program did not make, or whose description was changed.
std::optional<BackupInfo> InfoOf(const rocksdb::BackupInfo& found) {
  auto point = DecodeBackupPoint(found.app_metadata);
  if (!point) return std::nullopt;
  return BackupInfo{found.backup_id, found.timestamp * kMicrosPerSecond, *std::move(point),
                    static_cast<int64_t>(found.size)};
}

BackupList ListOf(const rocksdb::BackupEngineReadOnlyBase& engine) {
  std::vector<rocksdb::BackupInfo> found;
  engine.GetBackupInfo(&found);
  std::vector<rocksdb::BackupID> corrupt;
  engine.GetCorruptedBackups(&corrupt);
  BackupList list;
  list.damaged_ids.assign(corrupt.begin(), corrupt.end());
  for (const rocksdb::BackupInfo& backup : found) {
    if (auto info = InfoOf(backup)) {
      list.backups.push_back(*std::move(info));
    } else {
      list.damaged_ids.push_back(backup.backup_id);
    }
  }
  return list;
}

Error CannotRead(const std::string& directory, const std::string& cause) {
  return Refusal(Reason::kStoreFailed, "backup_dir",
                 "cannot read the backups in " + directory + ": " + cause +
                     "; check the name and the rights of the directory");
}

Result<std::unique_ptr<rocksdb::BackupEngineReadOnly>> OpenReader(const std::string& directory) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    return CannotRead(directory, "there is no such directory");
  }
  if (!std::filesystem::is_directory(std::filesystem::path(directory) / "meta", error)) {
    return CannotRead(directory, error && error != std::errc::no_such_file_or_directory
                                     ? error.message()
                                     : "it holds no backups");
  }
  rocksdb::BackupEngineReadOnly* engine = nullptr;
  const rocksdb::IOStatus opened = rocksdb::BackupEngineReadOnly::Open(
      rocksdb::Env::Default(), EngineOptions(directory), &engine);
  if (!opened.ok()) return CannotRead(directory, opened.ToString());
  return std::unique_ptr<rocksdb::BackupEngineReadOnly>(engine);
}

}  // namespace

RocksDbBackups::RocksDbBackups(RocksDbStore& store, std::string directory, int kept,
                               rocksdb::Env* env)
    : store_(store),
      directory_(std::move(directory)),
      kept_(kept),
      env_(env == nullptr ? rocksdb::Env::Default() : env) {}

RocksDbBackups::~RocksDbBackups() = default;

Error RocksDbBackups::Failed(const std::string& cause) const {
  return Refusal(Reason::kBackupFailed, "backup_dir",
                 "no backup could be made in " + directory_ + ": " + cause);
}

Result<std::shared_ptr<rocksdb::BackupEngine>> RocksDbBackups::OpenEngine() {
  constexpr const char* kCure = "; create it for the daemon's user, or name another backup_dir";
  const bool is_new = env_->FileExists(directory_).IsNotFound();
  rocksdb::Status status = env_->CreateDirIfMissing(directory_);
  if (status.ok() && is_new) {
    const std::filesystem::path parent = std::filesystem::path(directory_).parent_path();
    std::unique_ptr<rocksdb::Directory> holder;
    status = env_->NewDirectory(parent.empty() ? "." : parent.string(), &holder);
    if (status.ok()) status = holder->Fsync();
    std::error_code ignored;  // it can be used all the same
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all, ignored);
  }
  if (!status.ok()) return Failed(status.ToString() + kCure);
  rocksdb::BackupEngine* engine = nullptr;
  status = rocksdb::BackupEngine::Open(env_, EngineOptions(directory_), &engine);
  if (!status.ok()) return Failed(status.ToString() + kCure);
  return std::shared_ptr<rocksdb::BackupEngine>(engine);
}

Status RocksDbBackups::CheckOwner(const rocksdb::BackupEngine& engine) const {
  const BackupList list = ListOf(engine);
  if (list.backups.empty()) return {};
  const BackupInfo& last = list.backups.back();
  const std::string name = "backup " + std::to_string(last.id) + " there ";
  constexpr const char* kCure = "; keep that directory, and name another backup_dir";
  if (last.point.sequence > store_.LastSequence()) {
    return Failed(name + "reaches sequence " + std::to_string(last.point.sequence) +
                  ", further than this ledger" + kCure);
  }
  const auto hash = store_.ChainHashAt(last.point.sequence);
  if (!hash.ok()) return hash.error();
  if (hash.value() == last.point.chain_hash) return {};
  return Failed(name + "is of another ledger, or this one was changed up to sequence " +
                std::to_string(last.point.sequence) + kCure);
}

Result<BackupPoint> RocksDbBackups::DurablePoint() const {
  BackupPoint point;
  point.format_version = kStorageFormatVersion;
  point.sequence = store_.LastSequence();
  auto hash = store_.ChainHashAt(point.sequence);
  if (!hash.ok()) return hash.error();
  point.chain_hash = std::move(hash).value();
  if (point.sequence == 0) return point;
  const auto item = store_.ReadEntry(point.sequence);
  if (!item.ok()) return item.error();
  point.recorded_time = item.value().recorded_time;
  return point;
}

Result<CreatedBackup> RocksDbBackups::CreateWith(rocksdb::BackupEngine* engine) {
  // A flush while RocksDB goes on after an error would be in its way (StoreHealth).
  if (const Status writable = store_.CheckWritable(); !writable.ok()) {
    return Failed(writable.error().message);
  }
  if (const Status owner = CheckOwner(*engine); !owner.ok()) return owner.error();
  const auto point = DurablePoint();
  if (!point.ok()) return point.error();
  const auto failed = [this](const rocksdb::Status& status) {
    if (status.IsIncomplete()) {
      return Refusal(Reason::kShuttingDown, "", "the server stops; the backup was not finished");
    }
    return Failed(status.ToString() +
                  "; check the room and the rights of the directory. Earlier backups are whole, "
                  "and the next one removes what this one left");
  };
  BW_FAILPOINT("before_backup");
  // What an attempt left that was cut off.
  rocksdb::Status status = engine->GarbageCollect();
  if (!status.ok()) return failed(status);
  rocksdb::CreateBackupOptions options;
  // Otherwise each backup would copy the whole log, which no other backup shares.
  options.flush_before_backup = true;
  options.progress_callback = [] { BW_FAILPOINT("during_backup"); };
  rocksdb::BackupID id = 0;
  status = engine->CreateNewBackupWithMetadata(options, store_.database(),
                                               EncodeBackupPoint(point.value()), &id);
  if (!status.ok()) return failed(status);
  BW_FAILPOINT("after_backup");
  if (kept_ > 0) {
    status = engine->PurgeOldBackups(static_cast<uint32_t>(kept_));
    if (!status.ok()) {
      return Failed("backup " + std::to_string(id) +
                    " is good, but older ones cannot be removed: " + status.ToString());
    }
  }
  BackupList list = ListOf(*engine);
  if (list.backups.empty() || list.backups.back().id != id) {
    return Failed("backup " + std::to_string(id) + " is not there");
  }
  CreatedBackup created;
  created.held_count = static_cast<int64_t>(list.backups.size());
  created.backup = std::move(list.backups.back());
  return created;
}

Result<CreatedBackup> RocksDbBackups::Create() {
  auto engine = OpenEngine();
  if (!engine.ok()) return engine.error();
  {
    const MutexLock lock(mutex_);
    if (cancelled_) return Refusal(Reason::kShuttingDown, "", "the server stops");
    running_ = engine.value();
  }
  auto created = CreateWith(engine.value().get());
  const MutexLock lock(mutex_);
  running_.reset();
  return created;
}

void RocksDbBackups::Cancel() {
  const MutexLock lock(mutex_);
  cancelled_ = true;
  if (running_ != nullptr) running_->StopBackup();
}

std::optional<BackupInfo> RocksDbBackups::Last() const {
  auto list = ListBackups(directory_);
  if (!list.ok() || list.value().backups.empty()) return std::nullopt;
  return std::move(list.value().backups.back());
}

Result<BackupList> ListBackups(const std::string& directory) {
  const auto engine = OpenReader(directory);
  if (!engine.ok()) return engine.error();
  return ListOf(*engine.value());
}

Status CopyBackup(const std::string& directory, int64_t id, const std::string& target) {
  const auto engine = OpenReader(directory);
  if (!engine.ok()) return engine.error();
  if (Status status = PrepareDirectory(target); !status.ok()) return status;
  const rocksdb::IOStatus copied =
      engine.value()->RestoreDBFromBackup(static_cast<rocksdb::BackupID>(id), target, target);
  if (copied.ok()) return {};
  const std::string name = "backup " + std::to_string(id) + " in " + directory;
  if (copied.IsCorruption()) {
    return Refusal(Reason::kDataDamaged, "backup",
                   name + " is damaged (" + copied.ToString() + "); restore another one");
  }
  return Refusal(Reason::kStoreFailed, "backup",
                 name + " cannot be copied to " + target + ": " + copied.ToString());
}

}  // namespace budgetwatch
