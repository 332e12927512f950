#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "service/store.h"
#include "storage/record_codec.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Env;
class Status;
}  // namespace rocksdb

namespace budgetwatch {

// Version of the format on disk; STORAGE.md describes it. A newer one is refused.
inline constexpr int kStorageFormatVersion = 1;

// The store on RocksDB. Every Write is one WriteBatch with one sync of the log;
// the journal, the indexes and what was taken move together. See Store for the
// contract.
class RocksDbStore : public Store {
 public:
  // Opens or creates the store in `directory`. `env` is for tests, null for the
  // default; it outlives the store. Errors: STORE_FAILED when the directory cannot
  // be used (another process has it, no permission, not a directory), DATA_DAMAGED
  // when its content is damaged or of a newer version.
  static Result<std::unique_ptr<RocksDbStore>> Open(const std::string& directory,
                                                    rocksdb::Env* env = nullptr);
  ~RocksDbStore() override;

  Status Write(const Commit& commit) override;
  Status WriteCheckpoint(const StateCheckpoint& checkpoint,
                         const std::vector<TotalRow>& changed) override;
  Sequence LastSequence() const override { return last_sequence_.load(); }
  Status ScanJournal(Sequence first, Sequence last, const JournalVisitor& visitor) const override;
  Status ScanControlEntries(Sequence first, Sequence last,
                            const JournalVisitor& visitor) const override;
  Result<Sequence> SequenceAt(WallMicros time) const override;
  Result<std::optional<StateCheckpoint>> LastCheckpoint(Sequence sequence) const override;
  Status ScanTotals(Sequence checkpoint, std::optional<int> fiscal_year,
                    const TotalVisitor& visitor) const override;
  Result<std::vector<BookingKey>> ListBookings(const BookingRange& range,
                                               const std::optional<BookingKey>& after,
                                               size_t limit) const override;
  Result<std::optional<Sequence>> FindPayment(const PaymentKey& key) const override;
  Result<JournalItem> ReadEntry(Sequence sequence) const override;
  Result<int64_t> TakenFen(Sequence sequence) const override;
  int64_t SizeBytes() const override;
  std::string Location() const override { return directory_; }

 private:
  // Column families; order and names are on disk.
  enum Family { kDefault, kJournal, kControl, kPaymentId, kBooking, kTaken, kTotal, kCheckpoint };
  static constexpr const char* kFamilyNames[] = {"default", "journal", "control", "payment_id",
                                                 "booking", "taken",   "total",   "checkpoint"};

  explicit RocksDbStore(std::string directory);

  // The record that holds `sequence`. Neighbours are often read after each other (a
  // repeated batch, a page of a list), so the last one is kept decoded.
  Result<std::shared_ptr<const JournalRecordView>> ReadRecord(Sequence sequence) const;

  Status CheckFormat();
  Status FindLastSequence();
  Status Failed(const rocksdb::Status& status, const char* doing) const;
  Error Damaged(const std::string& what) const;

  const std::string directory_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  std::atomic<Sequence> last_sequence_ = 0;
  mutable Mutex cache_mutex_;
  mutable std::shared_ptr<const JournalRecordView> cached_record_ BW_GUARDED_BY(cache_mutex_);
};

}  // namespace budgetwatch
