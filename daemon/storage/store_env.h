#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace budgetwatch {

class StoreFileSystem;

// The Env of the database: another one with these changes.
//
// 1. What finds no room on the disk fails with an I/O error that may be tried again,
//    which is how RocksDB tells errors that it goes on from by itself, as soon as it
//    can. Its own treatment of a full disk leaves the database half stopped, and the
//    next index run that it ingests ends the process (RocksDB 7.8: ClearBGError).
// 2. It tells how much of the manifest in use is durable.
// 3. RocksDB's own messages may be lost; nothing else hangs on them.
// 4. Zeros stand behind the end of a log that grows by little, so that a sync need not
//    write the file's size too. RocksDB passes over zeros at the end of a log.
//
// Thread-safe.
class StoreEnv {
 public:
  using ManifestSynced = std::function<void(uint64_t number, uint64_t bytes)>;

  // `base` outlives this. `synced` is called by RocksDB's threads.
  StoreEnv(rocksdb::Env* base, const std::string& directory, ManifestSynced synced);
  ~StoreEnv();

  rocksdb::Env* get() const { return env_.get(); }

  // From now on nothing reaches the disk, and whatever is written seems to succeed:
  // to end RocksDB's attempts to go on, as a crash would. What is acknowledged is safe.
  void Detach();

 private:
  const std::shared_ptr<StoreFileSystem> file_system_;
  const std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace budgetwatch
