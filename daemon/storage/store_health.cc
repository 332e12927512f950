#include "storage/store_health.h"

#include <rocksdb/db.h>
#include <rocksdb/listener.h>

#include "base/mutex.h"
#include "storage/status_map.h"

namespace budgetwatch {
namespace {

constexpr const char* kUnloggedKey = "unlogged";
// What resuming needs beside the memtables that it flushes.
constexpr uint64_t kReserveBytes = 8u << 20;

std::string Megabytes(uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

// Keeps the worst error since the last recovery.
class StoreHealth::Listener : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) override {
    const MutexLock lock(mutex_);
    if (failed_ && error->severity() <= error_.severity()) return;
    error_ = *error;
    failed_ = true;
  }

  // RocksDB itself would look for room every five seconds and wait for more of it.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

  bool failed() const { return failed_; }

  rocksdb::Status error() const {
    const MutexLock lock(mutex_);
    return error_;
  }

  void Forget() {
    const MutexLock lock(mutex_);
    error_ = rocksdb::Status();
    failed_ = false;
  }

 private:
  mutable Mutex mutex_;
  rocksdb::Status error_ BW_GUARDED_BY(mutex_);
  std::atomic<bool> failed_ = false;
};

StoreHealth::StoreHealth() : listener_(std::make_shared<Listener>()) {}

StoreHealth::~StoreHealth() = default;

std::shared_ptr<rocksdb::EventListener> StoreHealth::listener() const { return listener_; }

Status StoreHealth::Attach(rocksdb::DB* db, std::string directory) {
  db_ = db;
  directory_ = std::move(directory);
  return FillMemtable();
}

Status StoreHealth::FillMemtable() {
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  return ToStatus(db_->Put(unlogged, kUnloggedKey, ""), directory_, "preparing for writes");
}

Status StoreHealth::Recover() {
  if (!listener_->failed()) return {};
  const rocksdb::Status error = listener_->error();
  switch (error.severity()) {
    case rocksdb::Status::Severity::kNoError:
    case rocksdb::Status::Severity::kSoftError: {
      // A compaction found no room; writes go on meanwhile.
      const Status resumed = Resume();
      return {};
    }
    case rocksdb::Status::Severity::kHardError: return Resume();
    default: break;
  }
  if (error.IsCorruption()) return DamagedStore(directory_, error.ToString());
  return Refusal(Reason::kStoreFailed, "",
                 "the disk under " + directory_ + " failed (" + error.ToString() +
                     "); nothing is recorded until the disk is checked and the server is "
                     "started again");
}

Status StoreHealth::Resume() {
  uint64_t needed_bytes = 0;
  if (!db_->GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables,
                                     &needed_bytes)) {
    needed_bytes = 0;
  }
  needed_bytes += kReserveBytes;
  uint64_t free_bytes = 0;
  // An attempt without room would make the error final.
  if (db_->GetEnv()->GetFreeSpace(directory_, &free_bytes).ok() && free_bytes < needed_bytes) {
    return Refusal(Reason::kStoreFailed, "",
                   "the disk of " + directory_ + " is full: " + Megabytes(free_bytes) +
                       " are free, recording goes on by itself from " + Megabytes(needed_bytes) +
                       " on");
  }
  const rocksdb::Status resumed = db_->Resume();
  if (!resumed.ok()) return ToStatus(resumed, directory_, "going on after an error");
  listener_->Forget();
  return FillMemtable();
}

}  // namespace budgetwatch
