#include "storage/rocksdb_store.h"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <filesystem>

#include "storage/key_codec.h"
#include "storage/record_codec.h"

namespace budgetwatch {
namespace {

constexpr const char* kFormatKey = "format_version";

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

rocksdb::ColumnFamilyOptions FamilyOptions() {
  rocksdb::ColumnFamilyOptions options;
  // Small memtables write faster here and make a restart quick.
  options.write_buffer_size = 16u << 20;
  options.max_write_buffer_number = 4;
  options.compression = rocksdb::kZSTD;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_size = 16u << 10;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::DBOptions DatabaseOptions(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  options.max_background_jobs = 2;
  options.max_total_wal_size = 256u << 20;
  options.keep_log_file_num = 3;
  // A torn record at the end was never acknowledged; damage anywhere before it must
  // be told and not skipped.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  if (env != nullptr) options.env = env;
  return options;
}

// The directory with its parents, readable by the owner only. RocksDB itself would
// create just the last part, and a plain file there gives it a puzzling error.
Status PrepareDirectory(const std::string& directory) {
  std::error_code error;
  const std::filesystem::path path(directory);
  if (std::filesystem::exists(path, error) && !std::filesystem::is_directory(path, error)) {
    return Refusal(Reason::kStoreFailed, "data_directory",
                   directory + " is not a directory; name another one");
  }
  std::filesystem::create_directories(path, error);
  if (error) {
    return Refusal(Reason::kStoreFailed, "data_directory",
                   "cannot create " + directory + ": " + error.message());
  }
  return {};
}

Error OpenError(const std::string& directory, const rocksdb::Status& status) {
  const std::string text = status.ToString();
  if (status.IsIOError() && text.find("lock") != std::string::npos) {
    return Refusal(Reason::kStoreFailed, "data_directory",
                   directory + " is in use by another process; stop it or name another directory");
  }
  if (status.IsCorruption() || status.IsInvalidArgument()) {
    return Refusal(Reason::kDataDamaged, "data_directory",
                   "the store in " + directory + " is damaged (" + text +
                       "); keep a copy of it and restore a backup");
  }
  return Refusal(Reason::kStoreFailed, "data_directory",
                 "cannot open the store in " + directory + ": " + text);
}

}  // namespace

Result<std::unique_ptr<RocksDbStore>> RocksDbStore::Open(const std::string& directory,
                                                         rocksdb::Env* env) {
  if (env == nullptr) {
    if (const Status status = PrepareDirectory(directory); !status.ok()) return status.error();
  }
  std::unique_ptr<RocksDbStore> store(new RocksDbStore(directory));
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : kFamilyNames) families.emplace_back(name, FamilyOptions());
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::Open(DatabaseOptions(env), directory, families, &store->families_, &db);
  if (!opened.ok()) return OpenError(directory, opened);
  store->db_.reset(db);
  if (const Status status = store->CheckFormat(); !status.ok()) return status.error();
  if (const Status status = store->FindLastSequence(); !status.ok()) return status.error();
  return store;
}

// Here and not in the header, where rocksdb::DB is incomplete.
RocksDbStore::RocksDbStore(std::string directory) : directory_(std::move(directory)) {}

RocksDbStore::~RocksDbStore() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
  db_->Close().PermitUncheckedError();
}

Status RocksDbStore::Failed(const rocksdb::Status& status, const char* doing) const {
  if (status.ok()) return {};
  if (status.IsCorruption()) {
    return Damaged(std::string(doing) + ": " + status.ToString());
  }
  return Refusal(
      Reason::kStoreFailed, "",
      "the store in " + directory_ + " failed while " + doing + ": " + status.ToString());
}

Error RocksDbStore::Damaged(const std::string& what) const {
  return Refusal(Reason::kDataDamaged, "",
                 "the store in " + directory_ + " is damaged (" + what +
                     "); keep a copy of it and restore a backup");
}

Status RocksDbStore::CheckFormat() {
  std::string value;
  const rocksdb::Status found = db_->Get(rocksdb::ReadOptions(), kFormatKey, &value);
  if (found.IsNotFound()) {
    rocksdb::WriteOptions durable;
    durable.sync = true;
    return Failed(db_->Put(durable, kFormatKey, EncodeInt64(kStorageFormatVersion)),
                  "writing the format version");
  }
  if (!found.ok()) return Failed(found, "reading the format version");
  const auto version = DecodeInt64(value);
  if (!version) return Damaged("the format version is no number");
  if (*version > kStorageFormatVersion) {
    return Refusal(Reason::kDataDamaged, "data_directory",
                   "the store in " + directory_ + " has format " + std::to_string(*version) +
                       ", this program knows up to " + std::to_string(kStorageFormatVersion) +
                       "; use a newer program");
  }
  return {};
}

Status RocksDbStore::FindLastSequence() {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      db_->NewIterator(rocksdb::ReadOptions(), families_[kJournal]));
  iterator->SeekToLast();
  if (!iterator->Valid()) return Failed(iterator->status(), "reading the end of the journal");
  const auto record = DecodeJournalRecord(View(iterator->value()));
  if (!record) return Damaged("the last journal record cannot be read");
  last_sequence_ = record->first_sequence + static_cast<Sequence>(record->entries.size()) - 1;
  return {};
}

Status RocksDbStore::Write(const Commit& commit) {
  BW_CHECK(commit.first_sequence == last_sequence_ + 1 && !commit.entries.empty());
  rocksdb::WriteBatch batch;
  rocksdb::Status status;
  const auto put = [&](Family family, const std::string& key, const std::string& value) {
    if (status.ok()) status = batch.Put(families_[family], key, value);
  };
  for (size_t begin = 0; begin < commit.entries.size(); begin += kEntriesPerRecord) {
    const size_t end = std::min(commit.entries.size(), begin + kEntriesPerRecord);
    put(kJournal, SequenceKey(commit.first_sequence + static_cast<Sequence>(begin)),
        EncodeJournalRecord(commit, begin, end));
  }
  Sequence sequence = commit.first_sequence;
  for (const JournalEntry& entry : commit.entries) {
    if (const auto* payment = std::get_if<PaymentEntry>(&entry)) {
      put(kPaymentId, PaymentIdKey({payment->source, payment->event.payment_id}),
          EncodeInt64(sequence));
      const Bookings bookings = BookingsOf(*payment);
      for (int side = 0; side < bookings.count; ++side) {
        const Booking& booking = bookings.items[side];
        put(kBooking,
            EncodeBookingKey({booking.date.year(), std::string(booking.project_code), booking.date,
                              sequence, side == 1}),
            "");
      }
    } else {
      put(kControl, SequenceKey(sequence), "");
    }
    ++sequence;
  }
  for (const auto& [original, taken_fen] : commit.taken_fen) {
    put(kTaken, SequenceKey(original), EncodeInt64(taken_fen));
  }
  rocksdb::WriteOptions durable;
  durable.sync = true;
  if (status.ok()) status = db_->Write(durable, &batch);
  if (!status.ok()) return Failed(status, "writing a commit");
  last_sequence_ = sequence - 1;
  return {};
}

Status RocksDbStore::WriteCheckpoint(const StateCheckpoint& checkpoint,
                                     const std::vector<TotalRow>& changed) {
  rocksdb::WriteBatch batch;
  rocksdb::Status status = batch.Put(families_[kCheckpoint], SequenceKey(checkpoint.sequence),
                                     EncodeCheckpoint(checkpoint));
  for (const TotalRow& row : changed) {
    if (!status.ok()) break;
    status = batch.Put(
        families_[kTotal],
        EncodeTotalKey({row.date.year(), row.project_code, row.date, checkpoint.sequence}),
        EncodeTotal(row.total));
  }
  // Not synced: the log keeps its order, so that the checkpoint never survives
  // without the entries it sums.
  rocksdb::WriteOptions lazy;
  lazy.sync = false;
  if (status.ok()) status = db_->Write(lazy, &batch);
  return Failed(status, "writing a checkpoint");
}

Status RocksDbStore::ScanJournal(Sequence first, Sequence last,
                                 const JournalVisitor& visitor) const {
  if (first < 1) first = 1;
  if (first > last) return {};
  const std::unique_ptr<rocksdb::Iterator> iterator(
      db_->NewIterator(rocksdb::ReadOptions(), families_[kJournal]));
  Sequence expected = first;
  for (iterator->SeekForPrev(SequenceKey(first)); iterator->Valid() && expected <= last;
       iterator->Next()) {
    const auto record = DecodeJournalRecord(View(iterator->value()));
    if (!record || DecodeSequenceKey(View(iterator->key())) != record->first_sequence) {
      return Damaged("the journal record before sequence " + std::to_string(expected) +
                     " cannot be read");
    }
    Sequence sequence = record->first_sequence;
    for (const JournalEntry& entry : record->entries) {
      if (sequence >= first && sequence <= last) {
        if (sequence != expected) break;
        const Status status = visitor({sequence, record->recorded_time, entry});
        if (!status.ok()) return status;
        ++expected;
      }
      ++sequence;
    }
  }
  if (!iterator->status().ok()) return Failed(iterator->status(), "reading the journal");
  if (expected <= last) {
    return Damaged("journal sequence " + std::to_string(expected) + " is missing");
  }
  return {};
}

Status RocksDbStore::ScanControlEntries(Sequence first, Sequence last,
                                        const JournalVisitor& visitor) const {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      db_->NewIterator(rocksdb::ReadOptions(), families_[kControl]));
  for (iterator->Seek(SequenceKey(first)); iterator->Valid(); iterator->Next()) {
    const auto sequence = DecodeSequenceKey(View(iterator->key()));
    if (!sequence) return Damaged("a key of the control index cannot be read");
    if (*sequence > last) break;
    const auto item = ReadEntry(*sequence);
    if (!item.ok()) return item.error();
    const Status status = visitor(item.value());
    if (!status.ok()) return status;
  }
  return Failed(iterator->status(), "reading the control index");
}

Result<std::shared_ptr<const JournalRecordView>> RocksDbStore::ReadRecord(Sequence sequence) const {
  const auto holds = [sequence](const JournalRecordView& record) {
    return sequence >= record.first_sequence &&
           sequence < record.first_sequence + static_cast<Sequence>(record.entries.size());
  };
  {
    const MutexLock lock(cache_mutex_);
    if (cached_record_ != nullptr && holds(*cached_record_)) return cached_record_;
  }
  const std::unique_ptr<rocksdb::Iterator> iterator(
      db_->NewIterator(rocksdb::ReadOptions(), families_[kJournal]));
  iterator->SeekForPrev(SequenceKey(sequence));
  const Status status = Failed(iterator->status(), "reading the journal");
  if (!status.ok()) return status.error();
  if (!iterator->Valid()) {
    return Damaged("journal sequence " + std::to_string(sequence) + " is missing");
  }
  auto decoded = DecodeJournalRecord(View(iterator->value()));
  if (!decoded || !holds(*decoded)) {
    return Damaged("journal sequence " + std::to_string(sequence) + " is missing or unreadable");
  }
  auto record = std::make_shared<const JournalRecordView>(*std::move(decoded));
  const MutexLock lock(cache_mutex_);
  cached_record_ = record;
  return record;
}

Result<JournalItem> RocksDbStore::ReadEntry(Sequence sequence) const {
  const auto record = ReadRecord(sequence);
  if (!record.ok()) return record.error();
  const JournalRecordView& view = *record.value();
  return JournalItem{sequence, view.recorded_time,
                     view.entries[static_cast<size_t>(sequence - view.first_sequence)]};
}

Result<Sequence> RocksDbStore::SequenceAt(WallMicros time) const {
  // The times of entries never fall with their sequence.
  Sequence known = 0;
  Sequence unknown = LastSequence() + 1;
  while (unknown - known > 1) {
    const Sequence middle = known + (unknown - known) / 2;
    const auto item = ReadEntry(middle);
    if (!item.ok()) return item.error();
    (item.value().recorded_time <= time ? known : unknown) = middle;
  }
  return known;
}

Result<std::optional<StateCheckpoint>> RocksDbStore::LastCheckpoint(Sequence sequence) const {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      db_->NewIterator(rocksdb::ReadOptions(), families_[kCheckpoint]));
  iterator->SeekForPrev(SequenceKey(sequence));
  if (!iterator->Valid()) {
    const Status status = Failed(iterator->status(), "reading the last checkpoint");
    if (!status.ok()) return status.error();
    return std::optional<StateCheckpoint>();
  }
  auto checkpoint = DecodeCheckpoint(View(iterator->value()));
  if (!checkpoint) return Damaged("the last checkpoint cannot be read");
  return checkpoint;
}

Status RocksDbStore::ScanTotals(Sequence checkpoint, std::optional<int> fiscal_year,
                                const TotalVisitor& visitor) const {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      db_->NewIterator(rocksdb::ReadOptions(), families_[kTotal]));
  // From the last cell to the first, one jump for each: the versions of a cell are
  // ordered by checkpoint, and only the last one up to `checkpoint` counts.
  if (fiscal_year) {
    iterator->SeekForPrev(YearPrefix(*fiscal_year + 1));
  } else {
    iterator->SeekToLast();
  }
  while (iterator->Valid()) {
    auto key = DecodeTotalKey(View(iterator->key()));
    if (!key) return Damaged("a key of the totals cannot be read");
    if (fiscal_year && key->fiscal_year != *fiscal_year) break;
    if (key->checkpoint > checkpoint) {
      key->checkpoint = checkpoint;
      iterator->SeekForPrev(EncodeTotalKey(*key));
      continue;
    }
    const auto total = DecodeTotal(View(iterator->value()));
    if (!total) return Damaged("a total cannot be read");
    const Status status = visitor({key->project_code, key->date, *total});
    if (!status.ok()) return status;
    key->checkpoint = 0;
    iterator->SeekForPrev(EncodeTotalKey(*key));
  }
  return Failed(iterator->status(), "reading the totals");
}

Result<std::vector<BookingKey>> RocksDbStore::ListBookings(const BookingRange& range,
                                                           const std::optional<BookingKey>& after,
                                                           size_t limit) const {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      db_->NewIterator(rocksdb::ReadOptions(), families_[kBooking]));
  std::string start = YearPrefix(range.fiscal_year);
  if (range.project_code) {
    start = EncodeBookingKey({range.fiscal_year, *range.project_code, range.first, 0, false});
  }
  if (after) start = std::max(start, EncodeBookingKey(*after));
  std::vector<BookingKey> bookings;
  for (iterator->Seek(start); iterator->Valid() && bookings.size() < limit; iterator->Next()) {
    const auto key = DecodeBookingKey(View(iterator->key()));
    if (!key) return Damaged("a key of the booking index cannot be read");
    if (key->fiscal_year != range.fiscal_year) break;
    if (range.project_code && key->project_code != *range.project_code) break;
    if (range.project_code && key->date > range.last) break;
    if (key->date < range.first || key->date > range.last) continue;
    if (after && *key <= *after) continue;
    bookings.push_back(*key);
  }
  const Status status = Failed(iterator->status(), "reading the booking index");
  if (!status.ok()) return status.error();
  return bookings;
}

Result<std::optional<Sequence>> RocksDbStore::FindPayment(const PaymentKey& key) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), families_[kPaymentId], PaymentIdKey(key), &value);
  if (status.IsNotFound()) return std::optional<Sequence>();
  const Status read = Failed(status, "looking up a payment");
  if (!read.ok()) return read.error();
  const auto sequence = DecodeInt64(View(value));
  if (!sequence) return Damaged("the index of payments holds no sequence");
  return std::optional<Sequence>(*sequence);
}

Result<int64_t> RocksDbStore::TakenFen(Sequence sequence) const {
  std::string value;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), families_[kTaken], SequenceKey(sequence), &value);
  if (status.IsNotFound()) return int64_t{0};
  const Status read = Failed(status, "looking up what was taken from a payment");
  if (!read.ok()) return read.error();
  const auto taken_fen = DecodeInt64(value);
  if (!taken_fen) return Damaged("what was taken from a payment is no number");
  return *taken_fen;
}

int64_t RocksDbStore::SizeBytes() const {
  uint64_t total = 0;
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    uint64_t bytes = 0;
    if (db_->GetIntProperty(family, rocksdb::DB::Properties::kTotalSstFilesSize, &bytes)) {
      total += bytes;
    }
    if (db_->GetIntProperty(family, rocksdb::DB::Properties::kCurSizeAllMemTables, &bytes)) {
      total += bytes;
    }
  }
  return static_cast<int64_t>(total);
}

}  // namespace budgetwatch
