#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "storage/journal_chain.h"
#include "storage/record_codec.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Slice;
class Status;
class WriteBatch;
}  // namespace rocksdb

namespace budgetwatch {

// The journal in its column family: chained records by the sequence of their first
// entry. Thread-safe; Put and Advance are called by one thread at a time.
class RocksDbJournal {
 public:
  using Visitor = std::function<Status(const JournalItem&)>;

  // `db` outlives the journal. Errors, here and below: STORE_FAILED, DATA_DAMAGED.
  static Result<std::unique_ptr<RocksDbJournal>> Open(rocksdb::DB* db,
                                                      rocksdb::ColumnFamilyHandle* family,
                                                      std::string directory);

  // Adds the records of a commit to a batch and tells the hash of the last one.
  rocksdb::Status Put(const Commit& commit, rocksdb::WriteBatch* batch, ChainHash* chain) const;

  // What was put is durable: the journal ends there now.
  void Advance(Sequence last, const ChainHash& chain);

  // The following are those of Store.
  Sequence last_sequence() const { return last_sequence_.load(); }
  Status Scan(Sequence first, Sequence last, const Visitor& visitor) const;
  Result<JournalItem> Read(Sequence sequence) const;
  Result<Sequence> SequenceAt(WallMicros time) const;
  Result<std::string> ChainHashAt(Sequence sequence) const;
  Result<ChainCheck> CheckChain(Sequence last) const;

  // Error: DATA_DAMAGED when an entry of [first, last] is missing.
  Status CheckGaps(Sequence first, Sequence last) const {
    return ScanRecords(std::max<Sequence>(first, 1), last,
                       [](const JournalRecord&) { return Status(); });
  }

 private:
  using RecordPtr = std::shared_ptr<const JournalRecord>;
  using RecordVisitor = std::function<Status(const JournalRecord&)>;

  RocksDbJournal(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family, std::string directory);

  Status FindEnd();
  // The record that holds `sequence`. Neighbours are often read after each other (a
  // repeated batch, a page of a list), so some are kept.
  Result<RecordPtr> ReadRecord(Sequence sequence) const;
  Result<RecordPtr> FindRecord(Sequence sequence) const;
  Result<RecordPtr> RecordOf(const rocksdb::Slice& key, const rocksdb::Slice& value) const;
  Status ScanRecords(Sequence first, Sequence last, const RecordVisitor& visitor) const;
  Status Failed(const rocksdb::Status& status, const char* doing) const;
  Error Damaged(const std::string& what) const;

  rocksdb::DB* const db_;
  rocksdb::ColumnFamilyHandle* const family_;
  const std::string directory_;
  std::atomic<Sequence> last_sequence_ = 0;
  mutable Mutex mutex_;
  // By the place of the sequence that was asked for; about 8 KiB each.
  mutable std::array<RecordPtr, 512> cached_records_ BW_GUARDED_BY(mutex_);
  // Where the last two commits end; [1] is the newest.
  struct ChainEnd {
    Sequence sequence = 0;
    ChainHash hash = kChainStart;
  };
  std::array<ChainEnd, 2> chain_ends_ BW_GUARDED_BY(mutex_);
};

}  // namespace budgetwatch
