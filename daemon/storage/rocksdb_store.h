#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/string_map.h"
#include "service/store.h"
#include "storage/acknowledged_mark.h"
#include "storage/booking_index.h"
#include "storage/checkpoint_table.h"
#include "storage/index_maintenance.h"
#include "storage/payment_index.h"
#include "storage/rocksdb_journal.h"
#include "storage/rocksdb_options.h"
#include "storage/store_env.h"
#include "storage/store_health.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Env;
class Status;
class WriteBatch;
}  // namespace rocksdb

namespace budgetwatch {

// Version of the format on disk; STORAGE.md describes it. Others are refused.
inline constexpr int kStorageFormatVersion = 2;

// The store on RocksDB. Every Write is one WriteBatch with one sync of the log: the
// journal and what was taken from payments. The indexes by id and by booking are
// appended to in memory, and moved to the disk as sorted runs in the background; a
// start reads what is not in them from the journal. See Store for the contract.
class RocksDbStore : public Store {
 public:
  // What it may hold in memory.
  struct Memory {
    // Payments in each index before they become a run.
    size_t seal_count = PaymentIndex::kSealCount;
    // The filters of the runs of payments, see SortedRuns::Place.
    size_t filter_bytes = 256u << 20;
    // The database's memtables and blocks, see DatabaseOptions.
    size_t database_bytes = kDatabaseMemoryBytes;
    // Whether runs that are due are written and merged before the first commit. Not for a
    // look at the ledger of somebody else: a run that is merged with less for filters than
    // the daemon has may stay without one.
    bool upkeep_at_start = true;
  };

  // Opens or creates the store in `directory`. `env` is for tests, null for the
  // default; it outlives the store. Errors: STORE_FAILED when the directory cannot be
  // used (another process has it, no permission, not a directory), DATA_DAMAGED when its
  // content is damaged or of another version.
  static Result<std::unique_ptr<RocksDbStore>> Open(const std::string& directory, rocksdb::Env* env,
                                                    const Memory& memory);
  static Result<std::unique_ptr<RocksDbStore>> Open(const std::string& directory,
                                                    rocksdb::Env* env = nullptr) {
    return Open(directory, env, Memory());
  }
  ~RocksDbStore() override;

  Status Write(const Commit& commit, WriteCost* cost = nullptr) override;
  Status WriteCheckpoint(const StateCheckpoint& checkpoint,
                         const std::vector<TotalRow>& changed) override {
    return checkpoints_->Write(checkpoint, changed);
  }
  Sequence LastSequence() const override { return journal_->last_sequence(); }
  Status ScanJournal(Sequence first, Sequence last, const JournalVisitor& visitor) const override {
    return journal_->Scan(first, last, visitor);
  }
  Status ScanControlEntries(Sequence first, Sequence last,
                            const JournalVisitor& visitor) const override;
  Result<Sequence> SequenceAt(WallMicros time) const override { return journal_->SequenceAt(time); }
  Result<std::optional<StateCheckpoint>> LastCheckpoint(Sequence sequence) const override {
    return checkpoints_->Last(sequence);
  }
  Status ScanTotals(Sequence checkpoint, std::optional<int> fiscal_year,
                    const TotalVisitor& visitor) const override {
    return checkpoints_->ScanTotals(checkpoint, fiscal_year, visitor);
  }
  Result<std::vector<BookingKey>> ListBookings(const BookingRange& range,
                                               const std::optional<BookingKey>& after,
                                               size_t limit) const override;
  Result<std::string> ChainHashAt(Sequence sequence) const override {
    return journal_->ChainHashAt(sequence);
  }
  Result<ChainCheck> CheckChain(Sequence last) const override { return journal_->CheckChain(last); }
  Result<IndexSummary> SummarizeIndexes(Sequence last) const override;
  Result<bool> ScanTaken(Sequence last, const TakenVisitor& visitor) const override;
  uint64_t HashOf(const PaymentKeyView& key) const override;
  Result<std::vector<Sequence>> FindPayments(const std::vector<HashedKey>& keys,
                                             const SequenceRange& range) const override;
  Sequence SealedSequence() const override { return payments_->sealed_sequence(); }
  Result<JournalItem> ReadEntry(Sequence sequence) const override {
    return journal_->Read(sequence);
  }
  Result<int64_t> TakenFen(Sequence sequence) const override;
  Status CheckWritable() override;
  int64_t SizeBytes() const override;
  int64_t IndexFailureCount() const override { return maintenance_->failure_count(); }
  std::string Location() const override { return directory_; }

  // For backups; lives as long as the store.
  rocksdb::DB* database() const { return db_.get(); }

  // Waits until the indexes have been moved to the disk as far as they should be.
  // For tests. Errors: why they could not.
  Status WaitForIndexes() { return maintenance_->WaitUntilIdle(); }

 private:
  // What a write adds to the indexes once it is durable.
  struct IndexChange {
    std::vector<PaymentIndex::Entry> payments;
    std::vector<IndexWord> bookings;
    std::vector<BookingIndex::Project> projects;  // booked on for the first time
    StringMap<uint32_t> new_numbers;              // of these, by their EncodeProjectKey
  };

  explicit RocksDbStore(std::string directory);

  Status OpenDatabase(rocksdb::Env* env, size_t memory_bytes);
  Status OpenJournal();
  Status OpenIndexes(const Memory& memory);
  Status CheckFormat();
  Status LoadProjects();
  Status CatchUpIndexes();
  Status RemoveUnfinishedRuns();

  void Collect(Sequence sequence, const PaymentEntry& entry, uint64_t key_hash,
               IndexChange* change) const;
  void Publish(IndexChange change, Sequence last);
  rocksdb::Status PutIndexKeys(const Commit& commit, const IndexChange& change,
                               rocksdb::WriteBatch* batch) const;

  rocksdb::ColumnFamilyHandle* family(int id) const { return families_[static_cast<size_t>(id)]; }
  Status Failed(const rocksdb::Status& status, const char* doing) const;
  Error Damaged(const std::string& what) const;

  const std::string directory_;
  StoreHealth health_;
  std::unique_ptr<AcknowledgedMark> mark_;
  std::unique_ptr<StoreEnv> env_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  uint64_t hash_seed_ = 0;
  std::unique_ptr<RocksDbJournal> journal_;
  std::unique_ptr<CheckpointTable> checkpoints_;
  std::unique_ptr<PaymentIndex> payments_;
  std::unique_ptr<BookingIndex> bookings_;
  std::unique_ptr<IndexMaintenance> maintenance_;
};

}  // namespace budgetwatch
