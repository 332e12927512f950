#include "storage/recovery.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <optional>

#include "storage/manifest.h"
#include "storage/rocksdb_options.h"
#include "storage/status_map.h"

namespace budgetwatch {
namespace {

using Families = std::vector<rocksdb::ColumnFamilyDescriptor>;

// More changes are not lost at the end of a manifest: each is synced by itself.
constexpr size_t kMaxManifestEnds = 64;

bool IsDataFile(const std::string& name) {
  return name.ends_with(".sst") || name.ends_with(".log");
}

// RocksDB makes a new database where CURRENT is missing, and deletes what it does not
// know: everything.
Status RefuseRemains(const std::string& directory, rocksdb::Env* env, Sequence acknowledged) {
  if (env->FileExists(directory + "/CURRENT").ok()) return {};
  if (acknowledged > 0) return DamagedStore(directory, "CURRENT is missing");
  std::vector<rocksdb::Env::FileAttributes> files;
  const rocksdb::Status listed = env->GetChildrenFileAttributes(directory, &files);
  if (listed.IsNotFound() || listed.IsPathNotFound()) return {};
  if (!listed.ok()) return ToStatus(listed, directory, "listing its files");
  for (const auto& file : files) {
    if (file.size_bytes > 0 && IsDataFile(file.name)) {
      return DamagedStore(directory, "CURRENT is missing beside " + file.name);
    }
  }
  return {};
}

// What can be read of the manifest in use.
struct ManifestState {
  std::string path;
  uint64_t bytes = 0;
  // Where it may end, last first: behind each record that the mark does not know to be
  // durable, and in front of the first of them. Empty: no manifest is in use.
  std::vector<uint64_t> ends;

  bool whole() const { return ends.empty() || ends.front() == bytes; }
};

// RocksDB takes a manifest that was cut for one that ends there, and passes over some
// faults. In what the mark knows to be durable, any fault is damage.
Result<ManifestState> CheckManifest(const std::string& directory, rocksdb::Env* env,
                                    const MarkContent& mark) {
  ManifestState state;
  const uint64_t number = CurrentManifestNumber(directory, env);
  if (number == 0) return state;
  state.path = ManifestPath(directory, number);
  std::string content;
  const rocksdb::Status read = rocksdb::ReadFileToString(env, state.path, &content);
  if (!read.ok() && !read.IsNotFound() && !read.IsPathNotFound()) {
    return ToStatus(read, directory, "reading its manifest").error();
  }
  state.bytes = content.size();
  const uint64_t durable = number == mark.manifest_number ? mark.manifest_bytes : 0;
  for (const uint64_t end : RecordEnds(content)) {
    if (end >= durable) state.ends.insert(state.ends.begin(), end);
  }
  if (number >= mark.manifest_number && !state.ends.empty()) return state;
  Error error = DamagedStore(directory, number < mark.manifest_number || state.bytes <= durable
                                            ? "the manifest ends too early"
                                            : "the manifest cannot be read");
  error.field = "data_directory";
  return error;
}

// Keeps other processes from opening the database. RocksDB takes the same lock, and looking
// takes none: a manifest that somebody else is just writing seems to be torn.
class DatabaseLock {
 public:
  explicit DatabaseLock(rocksdb::Env* env) : env_(env) {}
  ~DatabaseLock() { Release(); }
  DatabaseLock(const DatabaseLock&) = delete;
  DatabaseLock& operator=(const DatabaseLock&) = delete;

  rocksdb::Status Take(const std::string& directory) {
    return env_->LockFile(directory + "/LOCK", &lock_);
  }
  void Release() {
    if (lock_ != nullptr) env_->UnlockFile(lock_).PermitUncheckedError();
    lock_ = nullptr;
  }

 private:
  rocksdb::Env* const env_;
  rocksdb::FileLock* lock_ = nullptr;
};

Status CheckReach(const std::string& directory, Sequence last, Sequence acknowledged,
                  const std::string& cause) {
  if (last >= acknowledged) return {};
  Error error = DamagedStore(directory, cause + "the journal ends at sequence " +
                                            std::to_string(last) + ", but up to " +
                                            std::to_string(acknowledged) + " was acknowledged");
  error.field = "data_directory";
  return error;
}

// Opens the database as RocksDB finds it with these options, without changing it, and tells
// how far its journal reaches there.
rocksdb::Status LookAt(const std::string& directory, const rocksdb::DBOptions& options,
                       const Families& families, const FindLast& find_last,
                       Result<Sequence>* last) {
  OpenedDatabase database;
  rocksdb::DB* db = nullptr;
  rocksdb::Status opened = rocksdb::DB::OpenForReadOnly(ForReading(options), directory, families,
                                                        &database.families, &db);
  if (!opened.ok()) return opened;
  database.db.reset(db);
  *last = find_last(db, database.families);
  CloseDatabase(&database);
  return opened;
}

// The last place where the manifest may end such that the journal reaches up to the
// mark. Error: what is wrong with it as it is.
Result<uint64_t> FindManifestEnd(const std::string& directory, const rocksdb::DBOptions& options,
                                 const Families& families, const ManifestState& manifest,
                                 Sequence acknowledged, const FindLast& find_last,
                                 const rocksdb::Status& fault) {
  std::optional<Error> error;
  for (size_t i = 0; i < std::min(manifest.ends.size(), kMaxManifestEnds); ++i) {
    const auto view = EnvWithFileCut(options.env, manifest.path, manifest.ends[i]);
    rocksdb::DBOptions looking = options;
    looking.env = view.get();
    Result<Sequence> last = OpenError(directory, fault);
    LookAt(directory, looking, families, find_last, &last).PermitUncheckedError();
    const Status status =
        last.ok() ? CheckReach(directory, last.value(), acknowledged, fault.ToString() + "; ")
                  : Status(last.error());
    if (status.ok()) return manifest.ends[i];
    if (!error) error = status.error();
  }
  // Before the first acknowledgement, a database may be there in part.
  if (acknowledged == 0 && !manifest.whole()) return manifest.ends.front();
  return *error;
}

rocksdb::Status CutFile(rocksdb::Env* env, const std::string& path, uint64_t bytes) {
  std::unique_ptr<rocksdb::WritableFile> file;
  rocksdb::Status status = env->ReopenWritableFile(path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Truncate(bytes);
  if (status.ok()) status = file->Sync();
  if (status.ok()) status = file->Close();
  return status;
}

// How to open the database up to the faults in its manifest and its logs, when that is far
// enough. Cuts the manifest off there.
Result<rocksdb::WALRecoveryMode> UpToFault(const std::string& directory, rocksdb::DBOptions options,
                                           const Families& families, const ManifestState& manifest,
                                           Sequence acknowledged, const FindLast& find_last,
                                           const rocksdb::Status& fault) {
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  if (manifest.ends.empty()) return OpenError(directory, fault);
  const auto end =
      FindManifestEnd(directory, options, families, manifest, acknowledged, find_last, fault);
  if (!end.ok()) return end.error();
  if (end.value() < manifest.bytes) {
    const Status cut = ToStatus(CutFile(options.env, manifest.path, end.value()), directory,
                                "cutting its manifest");
    if (!cut.ok()) return cut.error();
  }
  return options.wal_recovery_mode;
}

// Whether there are keys outside of the families. Of a ledger, these are written when all
// families are there.
bool HoldsOtherKeys(const std::string& directory, const rocksdb::DBOptions& options) {
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(
      rocksdb::Options(ForReading(options), rocksdb::ColumnFamilyOptions()), directory, &opened);
  const std::unique_ptr<rocksdb::DB> db(opened);
  if (!status.ok()) return false;
  const std::unique_ptr<rocksdb::Iterator> keys(db->NewIterator(rocksdb::ReadOptions()));
  keys->SeekToFirst();
  return keys->Valid();
}

// How to open the database; until that is known, nothing of it is changed.
Result<rocksdb::WALRecoveryMode> Examine(const std::string& directory,
                                         const rocksdb::DBOptions& given, const Families& families,
                                         const MarkContent& mark, const FindLast& find_last) {
  rocksdb::DBOptions options = given;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
  if (Status status = RefuseRemains(directory, options.env, mark.sequence); !status.ok()) {
    return status.error();
  }
  const auto manifest = CheckManifest(directory, options.env, mark);
  if (!manifest.ok()) return manifest.error();
  if (manifest.value().path.empty()) return options.wal_recovery_mode;
  Result<Sequence> last = 0;
  const rocksdb::Status fault = manifest.value().whole()
                                    ? LookAt(directory, options, families, find_last, &last)
                                    : rocksdb::Status::Corruption("the end of the manifest");
  if (fault.IsCorruption()) {
    return UpToFault(directory, options, families, manifest.value(), mark.sequence, find_last,
                     fault);
  }
  if (!fault.ok() && mark.sequence > 0) return OpenError(directory, fault);
  if (!fault.ok() && HoldsOtherKeys(directory, options)) {
    return Refusal(Reason::kDataDamaged, "data_directory",
                   directory + " holds the database of another program, or of another version (" +
                       fault.ToString() + "); name another directory");
  }
  // Before the first acknowledgement, a database may be there in part.
  if (!fault.ok()) return options.wal_recovery_mode;
  if (!last.ok()) return last.error();
  if (Status status = CheckReach(directory, last.value(), mark.sequence, ""); !status.ok()) {
    return status.error();
  }
  return options.wal_recovery_mode;
}

}  // namespace

Result<OpenedDatabase> RecoverDatabase(const std::string& directory,
                                       const rocksdb::DBOptions& given, const Families& families,
                                       const MarkContent& mark, const FindLast& find_last) {
  rocksdb::DBOptions options = given;
  DatabaseLock lock(options.env);
  const rocksdb::Status locked = lock.Take(directory);
  if (!locked.ok()) return OpenError(directory, locked);
  const auto mode = Examine(directory, options, families, mark, find_last);
  if (!mode.ok()) return mode.error();
  options.wal_recovery_mode = mode.value();
  lock.Release();
  OpenedDatabase database;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::Open(options, directory, families, &database.families, &db);
  if (!opened.ok()) return OpenError(directory, opened);
  database.db.reset(db);
  return database;
}

void CloseDatabase(OpenedDatabase* database) {
  if (database->db == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* family : database->families) {
    database->db->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  }
  database->families.clear();
  database->db->Close().PermitUncheckedError();
  database->db.reset();
}

}  // namespace budgetwatch
