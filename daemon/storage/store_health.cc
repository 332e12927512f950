#include "storage/store_health.h"

#include <rocksdb/db.h>
#include <rocksdb/listener.h>

#include <atomic>

#include "base/mutex.h"
#include "storage/status_map.h"

namespace budgetwatch {
namespace {

constexpr const char* kUnloggedKey = "unlogged";

}  // namespace

// Keeps the error since the database last went on.
class StoreHealth::Listener : public rocksdb::EventListener {
 public:
  void Attach(rocksdb::DB* db) { db_ = db; }

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override {
    // RocksDB gives a severity to those that it will not try again.
    const bool final = error->severity() != rocksdb::Status::Severity::kNoError;
    // A compaction is tried again by itself, and holds nothing up.
    if (reason == rocksdb::BackgroundErrorReason::kCompaction && !final) return;
    // Going on, RocksDB takes it for given that files are not deleted while the manifest
    // is in doubt. It does not see to that itself after a failed ingestion (7.8:
    // ReserveFileNumbersBeforeIngestion), but allows it again when it has gone on.
    rocksdb::DB* const db = db_;
    if (db != nullptr && !final) db->DisableFileDeletions().PermitUncheckedError();
    const MutexLock lock(mutex_);
    trying_ = trying_ || !final;
    if (final_) return;
    error_ = *error;
    final_ = final;
    failed_ = true;
  }

  // Never for what RocksDB does not try again by itself.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

  void OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info) override {
    const MutexLock lock(mutex_);
    trying_ = false;
    settled_.notify_all();
    if (info.new_bg_error.ok()) {
      error_ = rocksdb::Status();
      failed_ = final_ = false;
      memtable_filled_ = false;
    } else if (!final_) {
      error_ = info.new_bg_error;
      final_ = true;
    }
  }

  void WaitUntilSettled() {
    MutexLock lock(mutex_);
    while (trying_) lock.Wait(settled_);
  }

  bool settled() const {
    const MutexLock lock(mutex_);
    return !trying_;
  }

  bool failed() const { return failed_; }
  std::atomic<bool>& memtable_filled() { return memtable_filled_; }

  // The error, and whether only a new start ends it.
  std::pair<rocksdb::Status, bool> error() const {
    const MutexLock lock(mutex_);
    return {error_, final_};
  }

 private:
  std::atomic<rocksdb::DB*> db_ = nullptr;
  mutable Mutex mutex_;
  std::condition_variable settled_;
  rocksdb::Status error_ BW_GUARDED_BY(mutex_);
  bool final_ BW_GUARDED_BY(mutex_) = false;
  bool trying_ BW_GUARDED_BY(mutex_) = false;  // RocksDB tries to go on
  std::atomic<bool> failed_ = false;
  std::atomic<bool> memtable_filled_ = false;
};

StoreHealth::StoreHealth() : listener_(std::make_shared<Listener>()) {}

StoreHealth::~StoreHealth() = default;

std::shared_ptr<rocksdb::EventListener> StoreHealth::listener() const { return listener_; }

void StoreHealth::Attach(rocksdb::DB* db, std::string directory) {
  db_ = db;
  directory_ = std::move(directory);
  listener_->Attach(db);
}

bool StoreHealth::settled() const { return listener_->settled(); }

void StoreHealth::WaitUntilSettled() { listener_->WaitUntilSettled(); }

Status StoreHealth::FillMemtable() {
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  listener_->memtable_filled() = true;
  return ToStatus(db_->Put(unlogged, kUnloggedKey, ""), directory_, "preparing for writes");
}

Status StoreHealth::CheckWritable() {
  if (!listener_->failed()) {
    return listener_->memtable_filled() ? Status() : FillMemtable();
  }
  const auto [error, final] = listener_->error();
  if (error.IsCorruption()) return DamagedStore(directory_, error.ToString());
  if (final) {
    return Refusal(Reason::kStoreFailed, "",
                   "the disk under " + directory_ + " failed (" + error.ToString() +
                       "); nothing is recorded until the disk is checked and the server is "
                       "started again");
  }
  return Refusal(Reason::kStoreFailed, "",
                 "the store in " + directory_ + " cannot write (" + error.ToString() +
                     "); make room, and recording goes on by itself");
}

}  // namespace budgetwatch
