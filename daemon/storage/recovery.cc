#include "storage/recovery.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include "storage/rocksdb_options.h"
#include "storage/status_map.h"
#include "storage/store_env.h"

namespace budgetwatch {
namespace {

using Families = std::vector<rocksdb::ColumnFamilyDescriptor>;

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

// RocksDB takes a manifest that was cut for one that ends there.
Status CheckManifest(const std::string& directory, rocksdb::Env* env, const MarkContent& mark) {
  const uint64_t number = CurrentManifestNumber(directory, env);
  if (number == 0 || number > mark.manifest_number) return {};
  uint64_t bytes = 0;
  if (number == mark.manifest_number &&
      env->GetFileSize(ManifestPath(directory, number), &bytes).ok() &&
      bytes >= mark.manifest_bytes) {
    return {};
  }
  Error error = DamagedStore(directory, "the manifest ends too early");
  error.field = "data_directory";
  return error;
}

rocksdb::Status Open(const std::string& directory, const rocksdb::DBOptions& options,
                     const Families& families, OpenedDatabase* database) {
  rocksdb::DB* db = nullptr;
  rocksdb::Status status =
      rocksdb::DB::Open(options, directory, families, &database->families, &db);
  database->db.reset(db);
  return status;
}

Status CheckReach(const std::string& directory, Sequence last, Sequence acknowledged,
                  const std::string& cause) {
  if (last >= acknowledged) return {};
  Error error = DamagedStore(directory, cause + "the journal ends at sequence " +
                                            std::to_string(last) + ", but up to " +
                                            std::to_string(acknowledged) + " was acknowledged");
  error.field = "data_directory";
  return error;
}

// Opens the database up to the fault in its logs, when that is far enough.
Result<OpenedDatabase> OpenUpToFault(const std::string& directory, rocksdb::DBOptions options,
                                     const Families& families, Sequence acknowledged,
                                     const FindLast& find_last, const rocksdb::Status& fault) {
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  rocksdb::DBOptions looking = options;
  looking.create_if_missing = false;
  looking.create_missing_column_families = false;
  OpenedDatabase database;
  rocksdb::DB* db = nullptr;
  rocksdb::Status opened =
      rocksdb::DB::OpenForReadOnly(looking, directory, families, &database.families, &db);
  if (!opened.ok()) return OpenError(directory, fault);
  database.db.reset(db);
  const auto last = find_last(db, database.families);
  CloseDatabase(&database);
  if (!last.ok()) return last.error();
  const Status reach = CheckReach(directory, last.value(), acknowledged, fault.ToString() + "; ");
  if (!reach.ok()) return reach.error();
  opened = Open(directory, options, families, &database);
  if (!opened.ok()) return OpenError(directory, opened);
  database.torn = true;
  return database;
}

}  // namespace

Result<OpenedDatabase> RecoverDatabase(const std::string& directory,
                                       const rocksdb::DBOptions& given, const Families& families,
                                       const MarkContent& mark, const FindLast& find_last) {
  rocksdb::DBOptions options = given;
  Status status = RefuseRemains(directory, options.env, mark.sequence);
  if (status.ok()) status = CheckManifest(directory, options.env, mark);
  if (!status.ok()) return status.error();
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
  OpenedDatabase database;
  const rocksdb::Status fault = Open(directory, options, families, &database);
  if (!fault.ok()) {
    if (!fault.IsCorruption()) return OpenError(directory, fault);
    return OpenUpToFault(directory, options, families, mark.sequence, find_last, fault);
  }
  const auto last = find_last(database.db.get(), database.families);
  if (last.ok()) {
    status = CheckReach(directory, last.value(), mark.sequence, "");
  } else {
    status = last.error();
  }
  if (status.ok()) return database;
  CloseDatabase(&database);
  return status.error();
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
