#include "storage/store_health.h"

#include <rocksdb/db.h>
#include <rocksdb/listener.h>

#include <atomic>

#include "base/clock.h"
#include "base/mutex.h"
#include "storage/status_map.h"

namespace budgetwatch {
namespace {

constexpr const char* kUnloggedKey = "unlogged";

}  // namespace

// Keeps the error since the database last went on, and follows how it does.
//
// RocksDB 7.8 tells the end of a successful recovery twice: when it clears its error, and
// when it is done with all of it (ClearBGError, RecoverFromRetryableBGIOError). An error
// in between starts another recovery, but the end of the first still clears it, and a
// file taken in between ends the process (ReserveFileNumbersBeforeIngestion). So nothing
// may be changed before it has told the second time.
class StoreHealth::Listener : public rocksdb::EventListener {
 public:
  void Attach(rocksdb::DB* db) { db_ = db; }

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override {
    // RocksDB gives a severity to those that it will not try again.
    const bool tried_again = error->severity() == rocksdb::Status::Severity::kNoError;
    // A compaction is tried again by itself, and holds nothing up.
    if (reason == rocksdb::BackgroundErrorReason::kCompaction && tried_again) return;
    // Going on, RocksDB takes it for given that files are not deleted while the manifest
    // is in doubt. It does not see to that itself after a failed ingestion (7.8:
    // ReserveFileNumbersBeforeIngestion), but allows it again when it has gone on.
    rocksdb::DB* const db = db_;
    if (db != nullptr && tried_again) db->DisableFileDeletions().PermitUncheckedError();
    const bool log_stays = reason == rocksdb::BackgroundErrorReason::kWriteCallback && sealed_;
    const MutexLock lock(mutex_);
    if (tried_again && phase_ == Phase::kIdle) phase_ = Phase::kRecovering;
    if (tried_again && phase_ == Phase::kCleared) phase_ = Phase::kClearedWithError;
    if (final_) return;
    error_ = *error;
    final_ = !tried_again || log_stays;
    failed_ = true;
  }

  // Never for what RocksDB does not try again by itself.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

  void OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info) override {
    const MutexLock lock(mutex_);
    if (!info.new_bg_error.ok()) {
      phase_ = Phase::kIdle;
      if (!final_) error_ = info.new_bg_error;
      final_ = failed_ = true;
    } else if (phase_ == Phase::kRecovering) {
      phase_ = Phase::kCleared;
    } else if (phase_ == Phase::kClearedWithError) {
      phase_ = Phase::kRecovering;
    } else if (phase_ == Phase::kCleared) {
      phase_ = Phase::kIdle;
      if (!final_) {
        error_ = rocksdb::Status();
        failed_ = false;
      }
    }
    settled_.notify_all();
  }

  void OnMemTableSealed(const rocksdb::MemTableInfo&) override { sealed_ = true; }
  void NoteFilled() { sealed_ = false; }

  bool WaitUntilSettled(std::chrono::nanoseconds timeout) {
    const SteadyTime deadline = SteadyNow() + timeout;
    MutexLock lock(mutex_);
    while (phase_ != Phase::kIdle) {
      if (lock.WaitUntil(settled_, deadline) == std::cv_status::timeout) break;
    }
    return phase_ == Phase::kIdle;
  }

  bool settled() const {
    const MutexLock lock(mutex_);
    return phase_ == Phase::kIdle;
  }

  bool failed() const { return failed_; }

  // The error, and whether only a new start ends it.
  std::pair<rocksdb::Status, bool> error() const {
    const MutexLock lock(mutex_);
    return {error_, final_};
  }

 private:
  // Where RocksDB is with its attempts to go on.
  enum class Phase {
    kIdle,              // it does not try
    kRecovering,        // until it tells the first time that it has
    kCleared,           // until it tells so the second time
    kClearedWithError,  // the same, and then it begins again
  };

  std::atomic<rocksdb::DB*> db_ = nullptr;
  mutable Mutex mutex_;
  std::condition_variable settled_;
  rocksdb::Status error_ BW_GUARDED_BY(mutex_);
  bool final_ BW_GUARDED_BY(mutex_) = false;
  Phase phase_ BW_GUARDED_BY(mutex_) = Phase::kIdle;
  std::atomic<bool> failed_ = false;
  std::atomic<bool> sealed_ = false;  // a memtable, since one was filled
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

bool StoreHealth::WaitUntilSettled(std::chrono::nanoseconds timeout) {
  return listener_->WaitUntilSettled(timeout);
}

// A memtable that is not empty makes RocksDB start a new log when it goes on. It must not
// write to one again that has failed, but keeps it as long as all memtables are empty.
// What is due to become a table is sealed here, and not by the change that follows. The
// key is in no log and is read by nobody; it takes less than any commit, so that it never
// is what fills a memtable.
Status StoreHealth::FillMemtable() {
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  rocksdb::Status status = db_->Put(unlogged, kUnloggedKey, "");
  listener_->NoteFilled();
  return ToStatus(status, directory_, "preparing for writes");
}

Status StoreHealth::Change(const std::function<rocksdb::Status()>& change, const char* doing) {
  const MutexLock lock(changing_);
  Status status = CheckWritable();
  if (status.ok()) status = FillMemtable();
  if (status.ok()) status = ToStatus(change(), directory_, doing);
  if (status.ok()) return status;
  // Says more than the status does: whether it passes, and what to do.
  Status cause = CheckWritable();
  return cause.ok() ? status : cause;
}

Status StoreHealth::CheckWritable() const {
  if (!listener_->failed()) return {};
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
