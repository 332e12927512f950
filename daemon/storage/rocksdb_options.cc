#include "storage/rocksdb_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <filesystem>
#include <vector>

#include "storage/directory_sync.h"

namespace budgetwatch {
namespace {

std::shared_ptr<rocksdb::TableFactory> Tables(const std::shared_ptr<rocksdb::Cache>& cache,
                                              size_t block_size, bool filtered) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = block_size;
  table.format_version = 5;
  if (filtered) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(table));
}

rocksdb::ColumnFamilyOptions FamilyOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  // Small memtables write faster here and make a restart quick.
  options.write_buffer_size = 16u << 20;
  options.max_write_buffer_number = 4;
  options.compression = rocksdb::kLZ4Compression;
  options.table_factory = Tables(cache, 16u << 10, true);
  return options;
}

// Runs come as finished files and are merged by SortedRuns: each value is a block
// that is read by itself.
rocksdb::ColumnFamilyOptions RunOptions(const std::shared_ptr<rocksdb::Cache>& cache,
                                        rocksdb::CompressionType compression) {
  rocksdb::ColumnFamilyOptions options = FamilyOptions(cache);
  options.write_buffer_size = 1u << 20;
  options.disable_auto_compactions = true;
  options.compression = compression;
  options.table_factory = Tables(cache, 4u << 10, false);
  return options;
}

}  // namespace

rocksdb::DBOptions DatabaseOptions(rocksdb::Env* env, size_t memory_bytes) {
  rocksdb::DBOptions options;
  options.write_buffer_manager = std::make_shared<rocksdb::WriteBufferManager>(memory_bytes / 2);
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  options.max_background_jobs = 2;
  options.max_total_wal_size = 256u << 20;
  options.keep_log_file_num = 3;
  // All families move from the log to tables together, so that a log with a torn end
  // never stands beside a table that is ahead of it.
  options.atomic_flush = true;
  // While the disk is full, this often it is tried whether there is room.
  options.bgerror_resume_retry_interval = 500'000;
  // What is in the log is durable; writing it into tables would only keep a stop waiting.
  options.avoid_flush_during_shutdown = true;
  if (env != nullptr) options.env = env;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> FamilyDescriptors(size_t memory_bytes) {
  // Uncompressed blocks of all families, least recently used first out.
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(memory_bytes / 4);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : kFamilyNames) families.emplace_back(name, FamilyOptions(cache));
  families[kPaymentRun].options = RunOptions(cache, rocksdb::kNoCompression);  // hashes
  families[kBookingRun].options = RunOptions(cache, rocksdb::kLZ4Compression);
  return families;
}

rocksdb::DBOptions ForReading(rocksdb::DBOptions options) {
  options.create_if_missing = false;
  options.create_missing_column_families = false;
  // Without it, RocksDB wants to forget the logs that a manifest names, which ends the
  // process when it may not write (RocksDB 7.8: DBImpl::Recover).
  options.track_and_verify_wals_in_manifest = true;
  options.listeners.clear();
  return options;
}

Status PrepareDirectory(const std::string& directory) {
  std::error_code error;
  const std::filesystem::path path(directory);
  const bool exists = std::filesystem::exists(path, error);
  if (exists && !std::filesystem::is_directory(path, error)) {
    return Refusal(Reason::kStoreFailed, "data_directory",
                   directory + " is not a directory; name another one");
  }
  std::vector<std::filesystem::path> made;
  for (auto above = path; !above.empty() && !std::filesystem::exists(above, error);
       above = above.parent_path()) {
    made.push_back(above);
  }
  std::filesystem::create_directories(path, error);
  if (!exists && !error) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  }
  if (error) {
    return Refusal(Reason::kStoreFailed, "data_directory",
                   "cannot create " + directory + ": " + error.message());
  }
  // Else it could be gone after a power loss, with all that was recorded in it.
  for (const std::filesystem::path& entry : made) {
    if (Status status = SyncParent(entry.string()); !status.ok()) return status;
  }
  return {};
}

Error OpenError(const std::string& directory, const rocksdb::Status& status) {
  const std::string text = status.ToString();
  // As RocksDB says it; only at the beginning, since a path may have any words in it.
  if (text.starts_with("IO error: While lock file") || text.starts_with("IO error: lock hold by")) {
    return Refusal(Reason::kStoreFailed, "data_directory",
                   directory + " is in use by another process; stop it or name another directory");
  }
  if (status.IsCorruption() || status.IsInvalidArgument() || status.IsPathNotFound()) {
    return Refusal(Reason::kDataDamaged, "data_directory",
                   "the store in " + directory + " is damaged (" + text +
                       "); keep a copy of it and restore a backup");
  }
  return Refusal(Reason::kStoreFailed, "data_directory",
                 "cannot open the store in " + directory + ": " + text +
                     "; check the disk and the rights of the directory, then start again");
}

}  // namespace budgetwatch
