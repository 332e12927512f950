// Goal: a restore brings back exactly what was recorded, up to any moment, replaces
// nothing before that is proved, and whoever changed the files is told.
// Method: ledgers with payments, refunds and corrections in real directories; damage with
// RocksDB itself and with plain files.

#include "app/restore.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/journal_chain.h"
#include "storage/key_codec.h"
#include "storage/record_codec.h"
#include "storage/rocksdb_backups.h"
#include "storage/rocksdb_store.h"
#include "support/builders.h"
#include "support/raw_store.h"
#include "support/temporary_directory.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

namespace fs = std::filesystem;

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class RestoreTest : public testing::Test {
 protected:
  // A moment of the ledger: where a commit ended, and what was reported then.
  struct Moment {
    NotedPoint point;
    WallMicros time = 0;
    std::string report;
  };

  RestoreTest() {
    request_.backup_dir = Path("backups");
    request_.data_dir = Path("restored");
  }

  std::string Path(const std::string& name) const { return (directory_.path() / name).string(); }

  // Fills the ledger in data/, with a backup at its end.
  void RecordYear(size_t seal_count = PaymentIndex::kSealCount) {
    auto store = RocksDbStore::Open(Path("data"), nullptr, {.seal_count = seal_count});
    ASSERT_TRUE(store.ok());
    {
      TestLedger ledger(*store.value());
      const auto note = [&] {
        ledger.clock().Advance(5'000'000);
        const Sequence sequence = ledger.sequence();
        moments_.push_back({{sequence, store.value()->ChainHashAt(sequence).value()},
                            store.value()->ReadEntry(sequence).value().recorded_time,
                            ReportText(ledger.Report("100", "2020-12-31"))});
      };
      ledger.Apply(MakePlan("100", {MakeProject("A", 10'000), MakeProject("B", 5'000)}));
      note();
      std::vector<PaymentEvent> many;
      for (int i = 0; i < 300; ++i) {
        many.push_back(
            MakePayment("p" + std::to_string(i), i % 3 == 0 ? "C" : "A", "2020-05-05", 1000 + i));
      }
      ledger.Record(many);
      note();
      ledger.Record({MakeRefund("r1", "", "2020-05-06", 30, "p1"),
                     MakeRefund("w", "A", "2020-05-07", 1, "late"),
                     MakeCorrection("c1", "B", "2020-05-07", 9, "p2")});
      note();
      ledger.Record({MakeRefund("r2", "", "2020-05-08", 20, "p1"),
                     MakePayment("late", "A", "2020-05-08", 10)});
      ledger.Apply(MakePlan("100", {MakeProject("A", 9'000), MakeProject("B", 6'000)}),
                   "2020-06-01");
      note();
    }
    ASSERT_TRUE(store.value()->WaitForIndexes().ok());
    auto created = RocksDbBackups(*store.value(), Path("backups"), 0).Create();
    ASSERT_TRUE(created.ok()) << created.error().message;
    EXPECT_EQ(created.value().backup.point.chain_hash, moments_.back().point.chain_hash);
  }

  Result<Restored> Run() {
    auto restored = Restore(request_, clock_, [](const std::string&) {});
    clock_.Advance(1);
    return restored;
  }

  std::string RunError() {
    const auto restored = Run();
    EXPECT_FALSE(restored.ok());
    return restored.ok() ? "" : restored.error().message;
  }

  // That the restored ledger ends at this moment, and says the same.
  void ExpectRestored(const Moment& moment) {
    auto store = RocksDbStore::Open(request_.data_dir);
    ASSERT_TRUE(store.ok()) << store.error().message;
    EXPECT_EQ(store.value()->LastSequence(), moment.point.sequence);
    EXPECT_EQ(store.value()->ChainHashAt(moment.point.sequence).value(), moment.point.chain_hash);
    TestLedger ledger(*store.value());
    EXPECT_EQ(ReportText(ledger.Report("100", "2020-12-31")), moment.report);
  }

  // The names beside the data directories.
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory_.path())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string FirstDifference(const std::optional<NotedPoint>& noted = std::nullopt) const {
    const auto verification = VerifyDirectory(Path("data"), noted);
    EXPECT_TRUE(verification.ok()) << (verification.ok() ? "" : verification.error().message);
    if (!verification.ok() || verification.value().differences.empty()) return "";
    return verification.value().differences.front();
  }

  const TemporaryDirectory directory_;
  FakeClock clock_{1'593'561'600'123'456};  // 2020-07-01
  RestoreRequest request_;
  std::vector<Moment> moments_;
};

TEST_F(RestoreTest, BringsBackAllThatWasRecorded) {
  RecordYear();
  const auto restored = Run();
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  EXPECT_EQ(restored.value().backup.id, 1);
  EXPECT_EQ(restored.value().verification.chain_hash, moments_.back().point.chain_hash);
  EXPECT_EQ(restored.value().replaced_dir, "");
  EXPECT_EQ(Names(), (std::vector<std::string>{"backups", "data", "restored"}));
  EXPECT_EQ(std::filesystem::status(request_.data_dir).permissions(),
            std::filesystem::perms::owner_all);
  ExpectRestored(moments_.back());
}

TEST_F(RestoreTest, BringsBackWhatWasKnownAtAMoment) {
  RecordYear();
  request_.replace = true;
  for (const Moment& moment : moments_) {
    request_.known_at = {moment.point.sequence, std::nullopt};
    const auto by_sequence = Run();
    ASSERT_TRUE(by_sequence.ok()) << by_sequence.error().message;
    ExpectRestored(moment);
    request_.known_at = {std::nullopt, moment.time};
    const auto by_time = Run();
    ASSERT_TRUE(by_time.ok()) << by_time.error().message;
    ExpectRestored(moment);
  }
}

TEST_F(RestoreTest, ARestoredLedgerGoesOn) {
  RecordYear();
  request_.known_at.sequence = moments_[2].point.sequence;
  ASSERT_TRUE(Run().ok());
  auto store = RocksDbStore::Open(request_.data_dir);
  ASSERT_TRUE(store.ok());
  TestLedger ledger(*store.value());
  EXPECT_EQ(ledger.RecordOne(MakePayment("p1", "A", "2020-05-05", 1001)), "duplicate");
  // 30 of 1001 were taken before: as in the ledger itself, no more than the rest can be.
  EXPECT_EQ(ledger.RecordOne(MakeRefund("r9", "", "2020-05-08", 972, "p1")),
            "REFUND_EXCEEDS_PAYMENT");
  EXPECT_EQ(ledger.RecordOne(MakeRefund("r9", "", "2020-05-08", 971, "p1")), "recorded");
  EXPECT_EQ(VerifyLedger(ledger.ledger()).value().differences, std::vector<std::string>());
}

TEST_F(RestoreTest, ACommitIsKnownWholeOrNotAtAll) {
  RecordYear();
  request_.known_at.sequence = moments_[1].point.sequence - 1;
  ASSERT_TRUE(Run().ok());
  ExpectRestored(moments_[0]);
}

TEST_F(RestoreTest, MomentsThatTheBackupDoesNotKnowAreRefused) {
  RecordYear();
  request_.known_at.sequence = moments_.back().point.sequence + 1;
  EXPECT_TRUE(Contains(RunError(), "ends at sequence")) << RunError();
  request_.known_at = {std::nullopt, 1};
  EXPECT_TRUE(Contains(RunError(), "no commit was whole")) << RunError();
  EXPECT_EQ(Names(), (std::vector<std::string>{"backups", "data"}));
}

TEST_F(RestoreTest, ADirectoryWithContentIsSetAsideOnlyWhenAsked) {
  RecordYear();
  request_.data_dir = Path("data") + "/";
  EXPECT_TRUE(Contains(RunError(), "is not empty"));
  request_.replace = true;
  {
    const auto store = RocksDbStore::Open(Path("data"));
    EXPECT_TRUE(Contains(RunError(), "stop the process that has it")) << RunError();
  }
  clock_.Set(1'593'561'600'123'456);
  const auto restored = Run();
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  EXPECT_EQ(restored.value().replaced_dir, Path("data.replaced-20200701T000000.123456Z"));
  ExpectRestored(moments_.back());
  EXPECT_TRUE(RocksDbStore::Open(restored.value().replaced_dir).ok());
}

TEST_F(RestoreTest, AnEmptyDirectoryIsFilled) {
  RecordYear();
  fs::create_directory(request_.data_dir);
  ASSERT_TRUE(Run().ok());
  ExpectRestored(moments_.back());
}

TEST_F(RestoreTest, WhatIsNotThereIsTold) {
  EXPECT_TRUE(Contains(RunError(), "there is no such directory"));
  RecordYear();
  request_.backup_id = 7;
  EXPECT_TRUE(Contains(RunError(), "there is no backup 7"));
  request_.data_dir = Path("absent/restored");
  EXPECT_TRUE(Contains(RunError(), "create it first"));
  std::ofstream(Path("file")) << "text";
  request_.data_dir = Path("file");
  EXPECT_TRUE(Contains(RunError(), "is not a directory"));
  fs::create_directory_symlink(Path("data"), Path("link"));
  request_.data_dir = Path("link");
  request_.replace = true;
  EXPECT_TRUE(Contains(RunError(), "is a link"));
}

TEST_F(RestoreTest, ARestoreThatWasCutOffIsToldAndRepeated) {
  RecordYear();
  EXPECT_TRUE(RefuseUnfinishedRestore(request_.data_dir).ok());
  for (const char* leftover : {"restored.restoring", "restored.restoring-known-at"}) {
    fs::create_directory(Path(leftover));
    std::ofstream(Path(leftover) + "/CURRENT") << "half";
  }
  const Status refused = RefuseUnfinishedRestore(request_.data_dir + "/");
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(Contains(refused.error().message, "run it again")) << refused.error().message;
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(Names(), (std::vector<std::string>{"backups", "data", "restored"}));
  EXPECT_TRUE(RefuseUnfinishedRestore(request_.data_dir).ok());
}

TEST_F(RestoreTest, ADamagedBackupReplacesNothing) {
  RecordYear();
  fs::path largest;
  for (const auto& entry : fs::recursive_directory_iterator(Path("backups"))) {
    if (!entry.is_regular_file()) continue;
    if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
  }
  fs::resize_file(largest, fs::file_size(largest) - 1);
  request_.data_dir = Path("data");
  request_.replace = true;
  EXPECT_TRUE(Contains(RunError(), "restore another one")) << RunError();
  EXPECT_EQ(Names(), (std::vector<std::string>{"backups", "data"}));
  EXPECT_EQ(FirstDifference(moments_.back().point), "");
}

TEST_F(RestoreTest, ABackupWhoseDescriptionWasChangedIsPassedOver) {
  RecordYear();
  const std::string meta = Path("backups") + "/meta/1";
  std::ifstream in(meta);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  // Stored as hexadecimal digits: another one of the same form.
  const size_t hash = text.find("metadata ");
  ASSERT_NE(hash, std::string::npos);
  text[hash + 40] = text[hash + 40] == '3' ? '2' : '3';
  std::ofstream(meta) << text;
  EXPECT_TRUE(Contains(RunError(), "no backup that can be read")) << RunError();
}

TEST_F(RestoreTest, ASoundDirectoryVerifies) {
  RecordYear();
  for (const Moment& moment : moments_) EXPECT_EQ(FirstDifference(moment.point), "");
  const auto absent = VerifyDirectory(Path("absent"));
  ASSERT_FALSE(absent.ok());
  EXPECT_TRUE(Contains(absent.error().message, "there is no ledger"));
  EXPECT_FALSE(fs::exists(Path("absent")));
  const auto store = RocksDbStore::Open(Path("data"));
  const auto used = VerifyDirectory(Path("data"));
  ASSERT_FALSE(used.ok());
  EXPECT_TRUE(Contains(used.error().message, "in use by another process"));
}

// The journal of data/ with one fen more in its first payment. `sealed`: all hashes behind
// it are made anew, which takes no more than the files.
void ForgeJournal(const std::string& directory, Sequence first_payment, bool sealed) {
  ChangeRaw(directory, "journal", [&](rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family) {
    const std::unique_ptr<rocksdb::Iterator> iterator(
        db->NewIterator(rocksdb::ReadOptions(), family));
    ChainHash chain = kChainStart;
    rocksdb::WriteBatch batch;
    rocksdb::Status status;
    for (iterator->SeekToFirst(); iterator->Valid() && status.ok(); iterator->Next()) {
      const auto record = JournalRecord::Parse(iterator->value().ToString());
      Commit commit;
      commit.first_sequence = record->first_sequence();
      for (Sequence at = record->first_sequence(); at <= record->last_sequence(); ++at) {
        JournalItem item = *record->Item(at);
        commit.recorded_time = item.recorded_time;
        if (at == first_payment) ++std::get<PaymentEntry>(item.entry).event.amount_fen;
        commit.entries.push_back(std::move(item.entry));
      }
      const bool holds = record->Holds(first_payment);
      std::string forged = EncodeJournalRecord(commit, 0, commit.entries.size());
      chain = NextChainHash(chain, forged);
      AppendChainHash(chain, &forged);
      if (holds || (sealed && record->first_sequence() > first_payment)) {
        status = batch.Put(family, iterator->key(), forged);
      }
    }
    return status.ok() ? db->Write(rocksdb::WriteOptions(), &batch) : status;
  });
}

TEST_F(RestoreTest, ARewrittenRecordIsTold) {
  RecordYear();
  ForgeJournal(Path("data"), 2, false);
  EXPECT_TRUE(Contains(FirstDifference(), "does not fit its hash")) << FirstDifference();
}

TEST_F(RestoreTest, ARewrittenJournalIsToldByWhoNotedItsHash) {
  RecordYear();
  ForgeJournal(Path("data"), 2, true);
  const std::string unnoted = FirstDifference();
  EXPECT_FALSE(Contains(unnoted, "hash")) << unnoted;
  for (size_t i = 1; i < moments_.size(); ++i) {
    EXPECT_TRUE(Contains(FirstDifference(moments_[i].point), "was noted with hash"));
  }
  // What lies before the change is the same.
  EXPECT_EQ(FirstDifference(moments_[0].point), unnoted);
}

TEST_F(RestoreTest, ALostRecordIsTold) {
  RecordYear();
  DeleteRaw(Path("data"), "journal", SequenceKey(2));
  fs::remove(fs::path(Path("data")) / AcknowledgedMark::kFileName);
  const auto verification = VerifyDirectory(Path("data"));
  ASSERT_FALSE(verification.ok());
  EXPECT_EQ(verification.error().reason, "DATA_DAMAGED");
}

// One word of an index run becomes another.
void ForgeRun(const std::string& directory, const std::string& family, size_t offset) {
  ChangeRaw(directory, family, [&](rocksdb::DB* db, rocksdb::ColumnFamilyHandle* handle) {
    const std::unique_ptr<rocksdb::Iterator> iterator(
        db->NewIterator(rocksdb::ReadOptions(), handle));
    iterator->SeekToFirst();
    std::string block = iterator->value().ToString();
    block[offset] = static_cast<char>(block[offset] ^ 1);
    return db->Put(rocksdb::WriteOptions(), handle, iterator->key(), block);
  });
}

TEST_F(RestoreTest, ALostIndexEntryIsTold) {
  RecordYear(10);
  ForgeRun(Path("data"), "payment_run", 16 * 20);  // a hash is another now
  EXPECT_TRUE(Contains(FirstDifference(), "the index of ids has nothing")) << FirstDifference();
}

TEST_F(RestoreTest, AMovedBookingIsTold) {
  RecordYear(10);
  ForgeRun(Path("data"), "booking_run", 16 * 20 + 8 + 1);  // of another sequence now
  EXPECT_TRUE(Contains(FirstDifference(), "the index of bookings")) << FirstDifference();
}

TEST_F(RestoreTest, WhatWasTakenFromNobodyIsTold) {
  RecordYear();
  PutRaw(Path("data"), "taken", SequenceKey(50), EncodeInt64(5));
  EXPECT_TRUE(Contains(FirstDifference(), "sequence 50: 0.05 yuan are marked as taken"))
      << FirstDifference();
}

}  // namespace
}  // namespace budgetwatch
