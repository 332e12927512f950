#include "storage/directory_sync.h"

#include <fcntl.h>
#include <rocksdb/env.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace budgetwatch {
namespace {

Error Failed(const std::string& doing, const std::string& path, const std::string& cause) {
  return Refusal(Reason::kStoreFailed, "data_directory", doing + " " + path + ": " + cause);
}

std::string LastCause() { return std::generic_category().message(errno); }

Status SyncFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Failed("cannot open", path, LastCause());
  const bool synced = fsync(file) == 0;
  const std::string cause = LastCause();
  close(file);
  if (!synced) return Failed("cannot make durable", path, cause);
  return {};
}

}  // namespace

Status SyncTree(const std::string& directory) {
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::recursive_directory_iterator();
       entry.increment(error)) {
    if (Status status = SyncFile(entry->path().string()); !status.ok()) return status;
  }
  if (error) return Failed("cannot list", directory, error.message());
  return SyncFile(directory);
}

Status SyncParent(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  return SyncFile(parent.empty() ? "." : parent.string());
}

Status RenameDurably(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (error) return Failed("cannot rename " + from + " to", to, error.message());
  if (Status status = SyncParent(from); !status.ok()) return status;
  return SyncParent(to);
}

Result<std::unique_ptr<StoreLock>> StoreLock::Take(const std::string& directory) {
  rocksdb::FileLock* lock = nullptr;
  const rocksdb::Status locked = rocksdb::Env::Default()->LockFile(directory + "/LOCK", &lock);
  if (!locked.ok()) {
    return Failed("cannot use", directory,
                  locked.ToString() + "; stop the process that has it, or name another directory");
  }
  return std::unique_ptr<StoreLock>(new StoreLock(lock));
}

StoreLock::~StoreLock() { rocksdb::Env::Default()->UnlockFile(lock_).PermitUncheckedError(); }

}  // namespace budgetwatch
