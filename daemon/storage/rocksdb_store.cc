#include "storage/rocksdb_store.h"

#include <rocksdb/db.h>
#include <rocksdb/iostats_context.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/write_batch.h>
#include <xxhash.h>

#include <algorithm>
#include <random>

#include "base/clock.h"
#include "base/failpoint.h"
#include "storage/key_codec.h"
#include "storage/recovery.h"
#include "storage/rocksdb_options.h"
#include "storage/status_map.h"

namespace budgetwatch {
namespace {

constexpr const char* kFormatKey = "format_version";
// Makes the hashes of payment ids differ from ledger to ledger, so that nobody can
// prepare ids that collide.
constexpr const char* kHashSeedKey = "payment_hash_seed";

// A log that is gone leaves a gap; the logs hold no more entries than this.
constexpr Sequence kGapSearchEntries = 1 << 20;

// RocksDB tries every half second to go on, and has nothing to wait for then.
constexpr std::chrono::seconds kSettleTime{10};

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

Error OtherFormat(const std::string& directory, int64_t version) {
  return Refusal(Reason::kDataDamaged, "data_directory",
                 "the store in " + directory + " has format " + std::to_string(version) +
                     ", this program knows " + std::to_string(kStorageFormatVersion) +
                     (version > kStorageFormatVersion
                          ? "; use a newer program"
                          : "; formats before 2 were never released, import the data again"));
}

// Of a store that could not be opened, perhaps because another version has written it.
std::optional<int64_t> FormatOf(const std::string& directory, rocksdb::DBOptions options) {
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(
      rocksdb::Options(ForReading(options), rocksdb::ColumnFamilyOptions()), directory, &opened);
  const std::unique_ptr<rocksdb::DB> db(opened);
  std::string value;
  if (!status.ok() || !db->Get(rocksdb::ReadOptions(), kFormatKey, &value).ok()) {
    return std::nullopt;
  }
  return DecodeInt64(value);
}

}  // namespace

Result<std::unique_ptr<RocksDbStore>> RocksDbStore::Open(const std::string& directory,
                                                         rocksdb::Env* env, const Memory& memory) {
  if (env == nullptr) {
    if (const Status status = PrepareDirectory(directory); !status.ok()) return status.error();
  }
  std::unique_ptr<RocksDbStore> store(new RocksDbStore(directory));
  if (const Status status = store->OpenDatabase(env, memory.database_bytes); !status.ok())
    return status.error();
  if (const Status status = store->CheckFormat(); !status.ok()) return status.error();
  if (const Status status = store->OpenJournal(); !status.ok()) return status.error();
  if (const Status status = store->OpenIndexes(memory); !status.ok()) return status.error();
  return store;
}

// Here and not in the header, where rocksdb::DB is incomplete.
RocksDbStore::RocksDbStore(std::string directory) : directory_(std::move(directory)) {}

RocksDbStore::~RocksDbStore() {
  maintenance_.reset();
  if (db_ == nullptr) return;
  if (!health_.settled()) {
    env_->Detach();
    if (!health_.WaitUntilSettled(kSettleTime)) {
      // Closing it would not end. It can do no harm any more.
      static_cast<void>(db_.release());
      static_cast<void>(env_.release());
      return;
    }
  }
  BW_FAILPOINT("before_close");
  for (rocksdb::ColumnFamilyHandle* handle : families_) db_->DestroyColumnFamilyHandle(handle);
  db_->Close().PermitUncheckedError();
}

Status RocksDbStore::CheckWritable() {
  Status status = health_.CheckWritable();
  return status.ok() ? maintenance_->CheckRoom() : status;
}

Status RocksDbStore::Failed(const rocksdb::Status& status, const char* doing) const {
  return ToStatus(status, directory_, doing);
}

Error RocksDbStore::Damaged(const std::string& what) const {
  return DamagedStore(directory_, what);
}

Status RocksDbStore::OpenDatabase(rocksdb::Env* env, size_t memory_bytes) {
  if (env == nullptr) env = rocksdb::Env::Default();
  auto mark = AcknowledgedMark::Open(directory_, env);
  if (!mark.ok()) return mark.error();
  mark_ = std::move(mark).value();
  env_ = std::make_unique<StoreEnv>(env, directory_, [this](uint64_t number, uint64_t bytes) {
    mark_->NoteManifest(number, bytes);
  });
  rocksdb::DBOptions options = DatabaseOptions(env_->get(), memory_bytes);
  options.listeners = {health_.listener()};
  const auto find_last = [this](rocksdb::DB* db, const auto& families) -> Result<Sequence> {
    const auto journal = RocksDbJournal::Open(db, families[kJournal], directory_);
    if (!journal.ok()) return journal.error();
    const Sequence last = journal.value()->last_sequence();
    const Status status = journal.value()->CheckGaps(last - kGapSearchEntries, last);
    if (!status.ok()) return status.error();
    return last;
  };
  auto opened = RecoverDatabase(directory_, options, FamilyDescriptors(memory_bytes),
                                mark_->content(), find_last);
  if (!opened.ok() && opened.error().reason != ReasonName(Reason::kDataDamaged)) {
    return opened.error();
  }
  if (!opened.ok()) {
    const auto version = FormatOf(directory_, options);
    return version && *version != kStorageFormatVersion ? OtherFormat(directory_, *version)
                                                        : opened.error();
  }
  db_ = std::move(opened.value().db);
  families_ = std::move(opened.value().families);
  health_.Attach(db_.get(), directory_);
  return RemoveUnfinishedRuns();
}

// Files that a crash left on their way to become runs.
Status RocksDbStore::RemoveUnfinishedRuns() {
  rocksdb::Env* env = db_->GetEnv();
  std::vector<std::string> names;
  if (Status status = Failed(env->GetChildren(directory_, &names), "listing its files");
      !status.ok()) {
    return status;
  }
  for (const std::string& name : names) {
    if (!name.ends_with(kUnfinishedRunSuffix)) continue;
    Status status = Failed(env->DeleteFile(directory_ + "/" + name), "removing an unfinished run");
    if (!status.ok()) return status;
  }
  return {};
}

Status RocksDbStore::CheckFormat() {
  std::string value;
  const rocksdb::Status found = db_->Get(rocksdb::ReadOptions(), kFormatKey, &value);
  if (found.IsNotFound()) {
    std::random_device random;
    hash_seed_ = uint64_t{random()} << 32 | random();
    rocksdb::WriteBatch batch;
    rocksdb::Status status = batch.Put(kFormatKey, EncodeInt64(kStorageFormatVersion));
    if (status.ok()) {
      status = batch.Put(kHashSeedKey, EncodeInt64(static_cast<int64_t>(hash_seed_)));
    }
    rocksdb::WriteOptions durable;
    durable.sync = true;
    if (status.ok()) status = db_->Write(durable, &batch);
    return Failed(status, "writing the format version");
  }
  if (!found.ok()) return Failed(found, "reading the format version");
  const auto version = DecodeInt64(value);
  if (!version) return Damaged("the format version is no number");
  if (*version != kStorageFormatVersion) return OtherFormat(directory_, *version);
  const rocksdb::Status seed = db_->Get(rocksdb::ReadOptions(), kHashSeedKey, &value);
  if (!seed.ok()) return Failed(seed, "reading the seed of its hashes");
  const auto number = DecodeInt64(value);
  if (!number) return Damaged("the seed of its hashes is no number");
  hash_seed_ = static_cast<uint64_t>(*number);
  return {};
}

Status RocksDbStore::LoadProjects() {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      db_->NewIterator(rocksdb::ReadOptions(), family(kProjectCode)));
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    const auto number = DecodeProjectNumberKey(View(iterator->key()));
    auto project = DecodeProjectKey(View(iterator->value()));
    if (!number || !project ||
        !bookings_->AddProject({project->fiscal_year, std::move(project->project_code)}, *number)) {
      return Damaged("the list of project codes cannot be read");
    }
  }
  return Failed(iterator->status(), "reading the list of project codes");
}

Status RocksDbStore::OpenJournal() {
  auto journal = RocksDbJournal::Open(db_.get(), family(kJournal), directory_);
  if (!journal.ok()) return journal.error();
  journal_ = std::move(journal).value();
  // What a start finds, opening the database has made durable. After a power loss the mark
  // may be behind it, and in a ledger that was just restored there is none.
  if (LastSequence() > mark_->content().sequence) mark_->Advance(LastSequence());
  checkpoints_ = std::make_unique<CheckpointTable>(
      CheckpointTable::Place{db_.get(), &health_, family(kTotal), family(kCheckpoint), directory_});
  return {};
}

Status RocksDbStore::OpenIndexes(const Memory& memory) {
  auto payments = PaymentIndex::Open(
      {db_.get(), &health_, family(kPaymentRun), directory_, memory.filter_bytes});
  if (!payments.ok()) return payments.error();
  payments_ = std::move(payments).value();
  auto bookings = BookingIndex::Open({db_.get(), &health_, family(kBookingRun), directory_});
  if (!bookings.ok()) return bookings.error();
  bookings_ = std::move(bookings).value();
  if (Status status = LoadProjects(); !status.ok()) return status;
  if (Status status = CatchUpIndexes(); !status.ok()) return status;
  maintenance_ = std::make_unique<IndexMaintenance>(
      *payments_, *bookings_, IndexMaintenance::Options{memory.seal_count, memory.upkeep_at_start});
  return {};
}

// Puts what the runs do not hold yet into memory again.
Status RocksDbStore::CatchUpIndexes() {
  const Sequence last = LastSequence();
  const Sequence sealed = std::max(payments_->sealed_sequence(), bookings_->sealed_sequence());
  if (sealed > last) {
    return Damaged("its indexes know journal sequence " + std::to_string(sealed) +
                   ", but the journal ends at " + std::to_string(last) +
                   ": payments that were acknowledged are missing");
  }
  const Sequence first = std::min(payments_->sealed_sequence(), bookings_->sealed_sequence()) + 1;
  IndexChange change;
  Status status = ScanJournal(first, last, [&](const JournalItem& item) -> Status {
    const auto* payment = std::get_if<PaymentEntry>(&item.entry);
    if (payment == nullptr) return {};
    Collect(item.sequence, *payment, HashOf(payment->key()), &change);
    if (!change.projects.empty()) {
      return Damaged("journal sequence " + std::to_string(item.sequence) +
                     " is on a project that the list of project codes lacks");
    }
    if (item.sequence <= payments_->sealed_sequence()) change.payments.pop_back();
    if (item.sequence <= bookings_->sealed_sequence()) change.bookings.clear();
    return {};
  });
  if (!status.ok()) return status;
  Publish(std::move(change), last);
  return {};
}

uint64_t RocksDbStore::HashOf(const PaymentKeyView& key) const {
  const uint64_t source = XXH3_64bits_withSeed(key.source.data(), key.source.size(), hash_seed_);
  return XXH3_64bits_withSeed(key.payment_id.data(), key.payment_id.size(), source);
}

void RocksDbStore::Collect(Sequence sequence, const PaymentEntry& entry, uint64_t key_hash,
                           IndexChange* change) const {
  change->payments.push_back({key_hash, sequence});
  const Bookings bookings = BookingsOf(entry);
  for (int side = 0; side < bookings.count; ++side) {
    const Booking& booking = bookings.items[side];
    const int fiscal_year = booking.date.year();
    auto number = bookings_->NumberOf(fiscal_year, booking.project_code);
    if (!number) {
      const std::string code(booking.project_code);
      const auto next = static_cast<uint32_t>(change->projects.size());
      const auto [known, added] = change->new_numbers.try_emplace(
          EncodeProjectKey({fiscal_year, code}), bookings_->project_count() + next);
      if (added) change->projects.push_back({fiscal_year, code});
      number = known->second;
    }
    change->bookings.push_back(BookingIndex::WordOf(*number, booking.date, sequence, side == 1));
  }
}

void RocksDbStore::Publish(IndexChange change, Sequence last) {
  for (BookingIndex::Project& project : change.projects) {
    BW_CHECK(bookings_->AddProject(std::move(project), bookings_->project_count()));
  }
  payments_->Append(change.payments, last);
  bookings_->Append(change.bookings, last);
}

rocksdb::Status RocksDbStore::PutIndexKeys(const Commit& commit, const IndexChange& change,
                                           rocksdb::WriteBatch* batch) const {
  rocksdb::Status status;
  const auto put = [&](Family id, const std::string& key, const std::string& value) {
    if (status.ok()) status = batch->Put(family(id), key, value);
  };
  uint32_t number = bookings_->project_count();
  for (const BookingIndex::Project& project : change.projects) {
    put(kProjectCode, ProjectNumberKey(number++),
        EncodeProjectKey({project.fiscal_year, project.code}));
  }
  for (size_t i = 0; i < commit.entries.size(); ++i) {
    if (std::holds_alternative<PaymentEntry>(commit.entries[i])) continue;
    put(kControl, SequenceKey(commit.first_sequence + static_cast<Sequence>(i)), "");
  }
  for (const auto& [original, taken_fen] : commit.taken_fen) {
    put(kTaken, SequenceKey(original), EncodeInt64(taken_fen));
  }
  return status;
}

Status RocksDbStore::Write(const Commit& commit, WriteCost* cost) {
  BW_CHECK(commit.first_sequence == LastSequence() + 1 && !commit.entries.empty());
  if (Status status = health_.CheckWritable(); !status.ok()) return status;
  if (Status status = maintenance_->WaitForRoom(); !status.ok()) return status;
  BW_CHECK(commit.key_hashes.empty() || commit.key_hashes.size() == commit.entries.size());
  const int64_t start = MonotonicNanos();
  IndexChange change;
  change.payments.reserve(commit.entries.size());
  change.bookings.reserve(commit.entries.size());
  Sequence sequence = commit.first_sequence;
  for (size_t i = 0; i < commit.entries.size(); ++i, ++sequence) {
    if (const auto* payment = std::get_if<PaymentEntry>(&commit.entries[i])) {
      Collect(sequence, *payment,
              commit.key_hashes.empty() ? HashOf(payment->key()) : commit.key_hashes[i], &change);
    }
  }
  rocksdb::WriteBatch batch;
  rocksdb::Status status = PutIndexKeys(commit, change, &batch);
  ChainHash chain;
  if (status.ok()) status = journal_->Put(commit, &batch, &chain);
  const int64_t encoded = MonotonicNanos();
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableTimeExceptForMutex);
  const uint64_t synced_before = rocksdb::get_iostats_context()->fsync_nanos;
  rocksdb::WriteOptions durable;
  durable.sync = true;
  Status written = Failed(status, "encoding a commit");
  if (written.ok()) {
    written = health_.Change([&] { return db_->Write(durable, &batch); }, "writing a commit");
  }
  if (cost != nullptr) {
    cost->encode_nanos = encoded - start;
    cost->sync_nanos =
        static_cast<int64_t>(rocksdb::get_iostats_context()->fsync_nanos - synced_before);
  }
  if (!written.ok()) return written;
  Publish(std::move(change), sequence - 1);
  journal_->Advance(sequence - 1, chain);
  mark_->Advance(sequence - 1);
  maintenance_->Appended();
  return {};
}

Status RocksDbStore::ScanControlEntries(Sequence first, Sequence last,
                                        const JournalVisitor& visitor) const {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      db_->NewIterator(rocksdb::ReadOptions(), family(kControl)));
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

Result<std::vector<BookingKey>> RocksDbStore::ListBookings(const BookingRange& range,
                                                           const std::optional<BookingKey>& after,
                                                           size_t limit) const {
  return bookings_->List(range, after, limit);
}

Result<std::vector<Sequence>> RocksDbStore::FindPayments(const std::vector<HashedKey>& keys,
                                                         const SequenceRange& range) const {
  std::vector<uint64_t> hashes;
  hashes.reserve(keys.size());
  for (const HashedKey& key : keys) hashes.push_back(key.hash);
  std::vector<Sequence> sequences(keys.size());
  // Different ids may share a hash: the entry decides.
  const Status status = payments_->Find(hashes, range, [&](size_t i, Sequence sequence) -> Status {
    const auto item = ReadEntry(sequence);
    if (!item.ok()) return item.error();
    const auto* payment = std::get_if<PaymentEntry>(&item.value().entry);
    if (payment == nullptr) {
      return Damaged("the index of payments points to sequence " + std::to_string(sequence) +
                     ", which is no payment");
    }
    if (payment->key() == keys[i].key) sequences[i] = sequence;
    return {};
  });
  if (!status.ok()) return status.error();
  return sequences;
}

Result<int64_t> RocksDbStore::TakenFen(Sequence sequence) const {
  std::string value;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), family(kTaken), SequenceKey(sequence), &value);
  if (status.IsNotFound()) return int64_t{0};
  const Status read = Failed(status, "looking up what was taken from a payment");
  if (!read.ok()) return read.error();
  const auto taken_fen = DecodeInt64(value);
  if (!taken_fen) return Damaged("what was taken from a payment is no number");
  return *taken_fen;
}

Result<IndexSummary> RocksDbStore::SummarizeIndexes(Sequence last) const {
  auto summary = payments_->Summarize(last);
  if (!summary.ok()) return summary.error();
  const auto bookings = bookings_->CountUpTo(last);
  if (!bookings.ok()) return bookings.error();
  summary.value().booking_count = bookings.value();
  return summary;
}

Result<bool> RocksDbStore::ScanTaken(Sequence last, const TakenVisitor& visitor) const {
  // One snapshot of both families: what was taken belongs to the journal's end in it.
  rocksdb::ManagedSnapshot snapshot(db_.get());
  rocksdb::ReadOptions options;
  options.snapshot = snapshot.snapshot();
  const std::unique_ptr<rocksdb::Iterator> behind(db_->NewIterator(options, family(kJournal)));
  behind->Seek(SequenceKey(last + 1));
  if (behind->Valid()) return false;
  Status status = Failed(behind->status(), "reading the end of the journal");
  if (!status.ok()) return status.error();
  const std::unique_ptr<rocksdb::Iterator> taken(db_->NewIterator(options, family(kTaken)));
  for (taken->SeekToFirst(); taken->Valid(); taken->Next()) {
    const auto payment = DecodeSequenceKey(View(taken->key()));
    const auto taken_fen = DecodeInt64(View(taken->value()));
    if (!payment || !taken_fen) return Damaged("what was taken from a payment cannot be read");
    visitor(*payment, *taken_fen);
  }
  status = Failed(taken->status(), "reading what was taken from payments");
  if (!status.ok()) return status.error();
  return true;
}

int64_t RocksDbStore::SizeBytes() const {
  uint64_t total = 0;
  for (rocksdb::ColumnFamilyHandle* handle : families_) {
    uint64_t bytes = 0;
    if (db_->GetIntProperty(handle, rocksdb::DB::Properties::kTotalSstFilesSize, &bytes)) {
      total += bytes;
    }
    if (db_->GetIntProperty(handle, rocksdb::DB::Properties::kCurSizeAllMemTables, &bytes)) {
      total += bytes;
    }
  }
  return static_cast<int64_t>(total);
}

}  // namespace budgetwatch
