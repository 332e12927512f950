#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "domain/reason.h"

namespace rocksdb {
class DB;
class EventListener;
}  // namespace rocksdb

namespace budgetwatch {

// Whether RocksDB takes writes. After an error in the log, a flush or the manifest it
// stops; a full disk is the one cause after which it can go on in the same process,
// once there is room. After any other I/O error nobody knows what the disk holds, and
// RocksDB goes on only from what a new start finds there. Thread-safe.
class StoreHealth {
 public:
  StoreHealth();
  ~StoreHealth();
  StoreHealth(const StoreHealth&) = delete;
  StoreHealth& operator=(const StoreHealth&) = delete;

  // Into DBOptions::listeners, before the database is opened.
  std::shared_ptr<rocksdb::EventListener> listener() const;

  // The database is open; to be called once, by the thread that opened it.
  Status Attach(rocksdb::DB* db, std::string directory);

  // Ok when writes can be tried; first gets the database going again where it can.
  // Errors: STORE_FAILED or DATA_DAMAGED, with the cause and what to do. Called by one
  // thread at a time.
  Status Recover();

 private:
  class Listener;

  Status Resume();
  // A memtable that is not empty makes the next Resume start a new log. RocksDB never
  // writes to one again that has failed, and keeps it as long as all memtables are
  // empty. The key is in no log and is read by nobody.
  Status FillMemtable();

  const std::shared_ptr<Listener> listener_;
  rocksdb::DB* db_ = nullptr;
  std::string directory_;
};

}  // namespace budgetwatch
