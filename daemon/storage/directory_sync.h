#pragma once

#include <memory>
#include <string>

#include "domain/reason.h"

namespace rocksdb {
class FileLock;
}

namespace budgetwatch {

// Directories whose names and content must survive a power loss. Errors: STORE_FAILED.

// Makes every file below a directory durable, and every directory itself.
Status SyncTree(const std::string& directory);

// Makes the name of a file or directory durable, that is the directory that holds it.
Status SyncParent(const std::string& path);

// Renames durably; `to` may be an empty directory.
Status RenameDurably(const std::string& from, const std::string& to);

// Keeps every other process from opening the store in a directory, which exists, while it
// lives; also when the directory is renamed meanwhile.
class StoreLock {
 public:
  // Error: STORE_FAILED when a process has it.
  static Result<std::unique_ptr<StoreLock>> Take(const std::string& directory);
  ~StoreLock();

 private:
  explicit StoreLock(rocksdb::FileLock* lock) : lock_(lock) {}
  rocksdb::FileLock* const lock_;
};

}  // namespace budgetwatch
