#include "storage/rocksdb_journal.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "storage/key_codec.h"
#include "storage/status_map.h"

namespace budgetwatch {
namespace {

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// Records end where the next slot begins.
Sequence RecordSlot(Sequence sequence) { return sequence - sequence % kEntriesPerRecord; }

}  // namespace

RocksDbJournal::RocksDbJournal(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family,
                               std::string directory)
    : db_(db), family_(family), directory_(std::move(directory)) {}

Result<std::unique_ptr<RocksDbJournal>> RocksDbJournal::Open(rocksdb::DB* db,
                                                             rocksdb::ColumnFamilyHandle* family,
                                                             std::string directory) {
  std::unique_ptr<RocksDbJournal> journal(new RocksDbJournal(db, family, std::move(directory)));
  if (const Status status = journal->FindEnd(); !status.ok()) return status.error();
  return journal;
}

Status RocksDbJournal::Failed(const rocksdb::Status& status, const char* doing) const {
  return ToStatus(status, directory_, doing);
}

Error RocksDbJournal::Damaged(const std::string& what) const {
  return DamagedStore(directory_, what);
}

Status RocksDbJournal::FindEnd() {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      db_->NewIterator(rocksdb::ReadOptions(), family_));
  iterator->SeekToLast();
  if (!iterator->Valid()) return Failed(iterator->status(), "reading the end of the journal");
  const auto record = RecordOf(iterator->key(), iterator->value());
  if (!record.ok()) return record.error();
  const auto chained = SplitChainedRecord(record.value()->bytes());
  if (!chained) return Damaged("the last journal record has no hash");
  last_sequence_ = record.value()->last_sequence();
  const MutexLock lock(mutex_);
  chain_ends_.fill({last_sequence_, chained->hash});
  return {};
}

rocksdb::Status RocksDbJournal::Put(const Commit& commit, rocksdb::WriteBatch* batch,
                                    ChainHash* chain) const {
  {
    const MutexLock lock(mutex_);
    *chain = chain_ends_[1].hash;
  }
  rocksdb::Status status;
  for (size_t begin = 0; begin < commit.entries.size() && status.ok();) {
    const Sequence first = commit.first_sequence + static_cast<Sequence>(begin);
    const size_t end =
        std::min(commit.entries.size(),
                 begin + static_cast<size_t>(RecordSlot(first) + kEntriesPerRecord - first));
    std::string record = EncodeJournalRecord(commit, begin, end);
    *chain = NextChainHash(*chain, record);
    AppendChainHash(*chain, &record);
    status = batch->Put(family_, SequenceKey(first), record);
    begin = end;
  }
  return status;
}

void RocksDbJournal::Advance(Sequence last, const ChainHash& chain) {
  {
    const MutexLock lock(mutex_);
    chain_ends_ = {chain_ends_[1], {last, chain}};
  }
  last_sequence_ = last;
}

// Visits the records that hold [first, last].
Status RocksDbJournal::ScanRecords(Sequence first, Sequence last,
                                   const RecordVisitor& visitor) const {
  if (first > last) return {};
  rocksdb::ReadOptions sequential;
  sequential.readahead_size = 2u << 20;
  sequential.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> iterator(db_->NewIterator(sequential, family_));
  Sequence expected = first;
  for (iterator->SeekForPrev(SequenceKey(first)); iterator->Valid() && expected <= last;
       iterator->Next()) {
    const auto record = RecordOf(iterator->key(), iterator->value());
    if (!record.ok()) return record.error();
    if (!record.value()->Holds(expected)) break;
    Status status = visitor(*record.value());
    if (!status.ok()) return status;
    expected = record.value()->last_sequence() + 1;
  }
  if (!iterator->status().ok()) return Failed(iterator->status(), "reading the journal");
  if (expected <= last) {
    return Damaged("journal sequence " + std::to_string(expected) + " is missing");
  }
  return {};
}

Status RocksDbJournal::Scan(Sequence first, Sequence last, const Visitor& visitor) const {
  first = std::max<Sequence>(first, 1);
  return ScanRecords(first, last, [&](const JournalRecord& record) -> Status {
    const Sequence end = std::min(last, record.last_sequence());
    for (Sequence at = std::max(first, record.first_sequence()); at <= end; ++at) {
      const auto item = record.Item(at);
      if (!item) return Damaged("journal sequence " + std::to_string(at) + " cannot be read");
      Status status = visitor(*item);
      if (!status.ok()) return status;
    }
    return {};
  });
}

Result<std::string> RocksDbJournal::ChainHashAt(Sequence sequence) const {
  {
    const MutexLock lock(mutex_);
    for (const ChainEnd& end : chain_ends_) {
      if (end.sequence == sequence) return ChainHashText(end.hash);
    }
  }
  if (sequence <= 0) return sequence == 0 ? ChainHashText(kChainStart) : std::string();
  if (sequence > last_sequence()) return std::string();
  const auto record = ReadRecord(sequence);
  if (!record.ok()) return record.error();
  if (record.value()->last_sequence() != sequence) return std::string();
  const auto parts = SplitChainedRecord(record.value()->bytes());
  if (!parts) {
    return Damaged("the journal record that ends at sequence " + std::to_string(sequence) +
                   " has no hash");
  }
  return ChainHashText(parts->hash);
}

// Looks at the keys itself: what other readers would pass over is a difference here.
Result<ChainCheck> RocksDbJournal::CheckChain(Sequence last) const {
  rocksdb::ReadOptions sequential;
  sequential.readahead_size = 2u << 20;
  sequential.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> iterator(db_->NewIterator(sequential, family_));
  const auto differ = [](std::string what) { return ChainCheck{std::move(what), ""}; };
  ChainHash hash = kChainStart;
  Sequence expected = 1;
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    const auto first = DecodeSequenceKey(View(iterator->key()));
    if (!first) return differ("a key of the journal cannot be read");
    if (*first > last) break;
    if (*first < expected) {
      return differ("the journal record at sequence " + std::to_string(*first) +
                    " does not belong there: sequence " + std::to_string(expected) + " is next");
    }
    if (*first > expected) break;
    const auto parts = SplitChainedRecord(View(iterator->value()));
    if (!parts || parts->hash != NextChainHash(hash, parts->content)) {
      return differ("the journal record at sequence " + std::to_string(*first) +
                    " does not fit its hash: it, or what is before it, was changed");
    }
    hash = parts->hash;
    const auto record = JournalRecord::Parse(iterator->value().ToString());
    if (!record || record->first_sequence() != *first) {
      return differ("the journal record at sequence " + std::to_string(*first) + " cannot be read");
    }
    expected = record->last_sequence() + 1;
  }
  if (!iterator->status().ok()) return Failed(iterator->status(), "reading the journal").error();
  if (expected <= last) {
    return differ("journal sequence " + std::to_string(expected) + " is missing");
  }
  return ChainCheck{"", ChainHashText(hash)};
}

Result<RocksDbJournal::RecordPtr> RocksDbJournal::RecordOf(const rocksdb::Slice& key,
                                                           const rocksdb::Slice& value) const {
  const auto first = DecodeSequenceKey(View(key));
  auto record = JournalRecord::Parse(value.ToString());
  if (!first || !record || record->first_sequence() != *first) {
    return Damaged("the journal record at sequence " + std::to_string(first.value_or(0)) +
                   " cannot be read");
  }
  return std::make_shared<const JournalRecord>(*std::move(record));
}

Result<RocksDbJournal::RecordPtr> RocksDbJournal::FindRecord(Sequence sequence) const {
  // A record mostly begins where a slot does, or holds one entry. Looking for it there
  // reads one block; going to the last record before a key reads one of each file.
  for (const Sequence first : {RecordSlot(sequence), sequence}) {
    const std::string key = SequenceKey(first);
    rocksdb::PinnableSlice value;
    const rocksdb::Status found = db_->Get(rocksdb::ReadOptions(), family_, key, &value);
    if (found.IsNotFound()) continue;
    if (!found.ok()) return Failed(found, "reading the journal").error();
    auto record = RecordOf(key, value);
    if (!record.ok() || record.value()->Holds(sequence)) return record;
  }
  const std::unique_ptr<rocksdb::Iterator> iterator(
      db_->NewIterator(rocksdb::ReadOptions(), family_));
  iterator->SeekForPrev(SequenceKey(sequence));
  const Status status = Failed(iterator->status(), "reading the journal");
  if (!status.ok()) return status.error();
  if (iterator->Valid()) {
    auto record = RecordOf(iterator->key(), iterator->value());
    if (!record.ok() || record.value()->Holds(sequence)) return record;
  }
  return Damaged("journal sequence " + std::to_string(sequence) + " is missing");
}

Result<RocksDbJournal::RecordPtr> RocksDbJournal::ReadRecord(Sequence sequence) const {
  const size_t place = static_cast<size_t>(sequence / kEntriesPerRecord) %
                       std::tuple_size_v<decltype(cached_records_)>;
  {
    const MutexLock lock(mutex_);
    const RecordPtr& cached = cached_records_[place];
    if (cached != nullptr && cached->Holds(sequence)) return cached;
  }
  auto record = FindRecord(sequence);
  if (!record.ok()) return record;
  const MutexLock lock(mutex_);
  cached_records_[place] = record.value();
  return record;
}

Result<JournalItem> RocksDbJournal::Read(Sequence sequence) const {
  const auto record = ReadRecord(sequence);
  if (!record.ok()) return record.error();
  auto item = record.value()->Item(sequence);
  if (!item) return Damaged("journal sequence " + std::to_string(sequence) + " cannot be read");
  return *std::move(item);
}

Result<Sequence> RocksDbJournal::SequenceAt(WallMicros time) const {
  // The times of entries never fall with their sequence.
  Sequence known = 0;
  Sequence unknown = last_sequence() + 1;
  while (unknown - known > 1) {
    const Sequence middle = known + (unknown - known) / 2;
    const auto item = Read(middle);
    if (!item.ok()) return item.error();
    (item.value().recorded_time <= time ? known : unknown) = middle;
  }
  return known;
}

}  // namespace budgetwatch
