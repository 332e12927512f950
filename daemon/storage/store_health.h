#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "domain/reason.h"

namespace rocksdb {
class DB;
class EventListener;
class Status;
}  // namespace rocksdb

namespace budgetwatch {

// Whether RocksDB takes changes, and the way of all of them to it. After an error in
// the log, a flush or the manifest it stops. From a full disk it goes on by itself when
// there is room (StoreEnv); after any other I/O error nobody knows what the disk holds,
// and it goes on only from what a new start finds there. Thread-safe.
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
  // Waits for that; false when it does not come in time.
  bool WaitUntilSettled(std::chrono::nanoseconds timeout);

  // Ok when a change can be tried. Errors: STORE_FAILED or DATA_DAMAGED, with the cause
  // and what to do.
  Status CheckWritable() const;

  // Makes a change of the database, when one can be tried; one at a time, so that none
  // is under way while RocksDB goes on after the error of another. `doing` completes
  // "failed while". Errors: as above.
  Status Change(const std::function<rocksdb::Status()>& change, const char* doing);

 private:
  class Listener;

  Status FillMemtable();

  const std::shared_ptr<Listener> listener_;
  Mutex changing_;
  rocksdb::DB* db_ = nullptr;
  std::string directory_;
};

}  // namespace budgetwatch
