#pragma once

#include <memory>
#include <string>

#include "domain/reason.h"

namespace rocksdb {
class DB;
class EventListener;
}  // namespace rocksdb

namespace budgetwatch {

// Whether RocksDB takes writes. After an error in the log, a flush or the manifest it
// stops. From a full disk it goes on by itself when there is room (StoreEnv);
// after any other I/O error nobody knows what the disk holds, and it goes on only from
// what a new start finds there. Thread-safe.
class StoreHealth {
 public:
  StoreHealth();
  ~StoreHealth();
  StoreHealth(const StoreHealth&) = delete;
  StoreHealth& operator=(const StoreHealth&) = delete;

  // Into DBOptions::listeners, before the database is opened.
  std::shared_ptr<rocksdb::EventListener> listener() const;

  // The database, which outlives the use of this, is open.
  void Attach(rocksdb::DB* db, std::string directory);

  // Whether RocksDB does not try to go on after an error. Closing it while it does would
  // not end (RocksDB 7.8: RecoverFromRetryableBGIOError).
  bool settled() const;
  void WaitUntilSettled();

  // Ok when a write can be tried; to be called before each. Errors: STORE_FAILED or
  // DATA_DAMAGED, with the cause and what to do. Called by one thread at a time.
  Status CheckWritable();

 private:
  class Listener;

  // A memtable that is not empty makes RocksDB start a new log when it goes on. It
  // never writes to one again that has failed, but keeps it as long as all memtables
  // are empty. The key is in no log and is read by nobody.
  Status FillMemtable();

  const std::shared_ptr<Listener> listener_;
  rocksdb::DB* db_ = nullptr;
  std::string directory_;
};

}  // namespace budgetwatch
