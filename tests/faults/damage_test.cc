// Goal: damage to any file of the store is told, with what to do, or does not matter;
// it is never served as truth.
// Method: a store with tables and a filled log is copied, one file is damaged at a
// random place, and everything is read and compared with what a client was answered.
// BUDGETWATCH_SEED replays the places, BUDGETWATCH_ROUNDS sets how many of each kind.

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <cinttypes>
#include <cstdio>
#include <fstream>

#include "faults/store_stack.h"
#include "storage/acknowledged_mark.h"
#include "storage/recovery.h"
#include "storage/rocksdb_options.h"
#include "support/faulty_file_system.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

namespace fs = std::filesystem;

constexpr int kDefaultPlaces = 4;
constexpr uint64_t kBlockBytes = 4096;

enum class Damage { kFlipBit, kZeroBlock, kCutEnd, kCutHalf, kCutAll, kDelete };
constexpr Damage kDamages[] = {Damage::kFlipBit, Damage::kZeroBlock, Damage::kCutEnd,
                               Damage::kCutHalf, Damage::kCutAll,    Damage::kDelete};

const char* DamageName(Damage damage) {
  switch (damage) {
    case Damage::kFlipBit: return "bit flipped";
    case Damage::kZeroBlock: return "block zeroed";
    case Damage::kCutEnd: return "end cut";
    case Damage::kCutHalf: return "half cut";
    case Damage::kCutAll: return "cut to zero";
    case Damage::kDelete: return "deleted";
  }
  return "";
}

void Change(const fs::path& path, uint64_t place, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(place));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  ASSERT_TRUE(file.good());
}

// REQUIRES: the file is not empty.
void Apply(Damage damage, const fs::path& path, SeededRandom* random) {
  const auto size = static_cast<int64_t>(fs::file_size(path));
  const auto place = static_cast<uint64_t>(random->Below(size));
  switch (damage) {
    case Damage::kFlipBit: {
      std::ifstream file(path, std::ios::binary);
      file.seekg(static_cast<std::streamoff>(place));
      const int byte = file.get();
      Change(path, place, std::string(1, static_cast<char>(byte ^ (1 << random->Below(8)))));
      break;
    }
    case Damage::kZeroBlock: {
      const uint64_t begin = place / kBlockBytes * kBlockBytes;
      const uint64_t end = std::min(begin + kBlockBytes, static_cast<uint64_t>(size));
      Change(path, begin, std::string(end - begin, '\0'));
      break;
    }
    case Damage::kCutEnd: {
      const int64_t most = std::min<int64_t>(size, kBlockBytes);
      fs::resize_file(path, static_cast<uint64_t>(size - 1 - random->Below(most)));
      break;
    }
    case Damage::kCutHalf: fs::resize_file(path, static_cast<uint64_t>(size) / 2); break;
    case Damage::kCutAll: fs::resize_file(path, 0); break;
    case Damage::kDelete: fs::remove(path); break;
  }
}

struct Row {
  int told_at_start = 0;
  int told_when_read = 0;
  int did_not_matter = 0;
  int served = 0;  // something that is not so
};

// Whether a person learns from the sentence what to do.
bool NamesACure(const std::string& message) {
  return message.find("restore a backup") != std::string::npos ||
         message.find("check the disk") != std::string::npos;
}

class DamageTest : public testing::Test {
 protected:
  DamageTest() : seed_(SeedOfThisRun()), random_(seed_), load_(seed_) {}

  // Tables of several starts, and a log that is in none of them.
  void MakeStore() {
    for (const int batch_count : {10, 7, 3}) {
      auto stack = StoreStack::Open(original().string(), nullptr, clock_);
      ASSERT_TRUE(stack.ok()) << stack.error().message;
      AuditTally tally;
      stack.value()->ApplyPlan(1'000'000 + batch_count, &load_);
      for (int i = 0; i < batch_count; ++i) {
        clock_.Advance(1);
        stack.value()->Send({load_.Make(1000)}, &load_, &tally);
      }
      // The last record of the log is a commit, not a checkpoint.
      stack.value()->Send({load_.Make(10)}, &load_, &tally);
      ASSERT_TRUE(tally.clean());
    }
  }

  std::vector<std::string> FilesOf(FileKind kind) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(original())) {
      const std::string name = entry.path().filename().string();
      const bool mark = name == AcknowledgedMark::kFileName;
      if ((FileKindOf(name) == kind && kind != FileKind::kOther) ||
          (kind == FileKind::kOther && mark)) {
        if (entry.file_size() > 0) names.push_back(name);
      }
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  void TryOne(FileKind kind, Damage damage, Row* row) {
    const std::vector<std::string> names = FilesOf(kind);
    ASSERT_FALSE(names.empty()) << "no file of kind " << FileKindName(kind);
    const auto index = random_.Below(static_cast<int64_t>(names.size()));
    const std::string& name = names[static_cast<size_t>(index)];
    const TemporaryDirectory scratch;
    fs::copy(original(), scratch.path() / "store");
    Apply(damage, scratch.path() / "store" / name, &random_);
    auto stack = StoreStack::Open((scratch.path() / "store").string(), nullptr, clock_);
    if (!stack.ok()) {
      ++row->told_at_start;
      EXPECT_TRUE(NamesACure(stack.error().message)) << stack.error().message;
      return;
    }
    PaymentLoad load = load_;
    AuditTally tally;
    load.Audit(stack.value()->ledger(), stack.value()->payments(), &tally);
    ++(tally.wrong() ? row->served : (tally.told > 0 ? row->told_when_read : row->did_not_matter));
    if (!tally.wrong()) return;
    for (const std::string& message : tally.messages) {
      ADD_FAILURE() << name << ' ' << DamageName(damage) << ": " << message;
    }
  }

  fs::path original() const { return directory_.path() / "original"; }

  const uint64_t seed_;
  const TemporaryDirectory directory_;
  FakeClock clock_;
  SeededRandom random_;
  PaymentLoad load_;
};

TEST_F(DamageTest, IsToldOrDoesNotMatter) {
  const auto places = static_cast<int>(NumberFromEnvironment("BUDGETWATCH_ROUNDS", kDefaultPlaces));
  std::printf("seed %" PRIu64 "\n", seed_);
  MakeStore();
  ASSERT_FALSE(HasFatalFailure());
  Row sum;
  std::printf("%-10s %-13s %14s %15s %15s %7s\n", "file", "damage", "told at start",
              "told when read", "did not matter", "served");
  for (const FileKind kind : {FileKind::kLog, FileKind::kTable, FileKind::kManifest,
                              FileKind::kCurrent, FileKind::kOther}) {
    for (const Damage damage : kDamages) {
      Row row;
      const bool one_place = damage == Damage::kCutAll || damage == Damage::kDelete;
      for (int i = 0; i < (one_place ? 1 : places); ++i) TryOne(kind, damage, &row);
      std::printf("%-10s %-13s %14d %15d %15d %7d\n",
                  kind == FileKind::kOther ? "mark" : FileKindName(kind), DamageName(damage),
                  row.told_at_start, row.told_when_read, row.did_not_matter, row.served);
      sum.told_at_start += row.told_at_start;
      sum.told_when_read += row.told_when_read;
      sum.did_not_matter += row.did_not_matter;
      sum.served += row.served;
    }
  }
  std::printf("damage told=%d did_not_matter=%d served=%d\n",
              sum.told_at_start + sum.told_when_read, sum.did_not_matter, sum.served);
  EXPECT_EQ(sum.served, 0);
  EXPECT_GT(sum.told_at_start, 0);
}

// What a crash leaves of a change of the manifest that it cut off.
TEST_F(DamageTest, BehindWhatIsDurableOfTheManifestDoesNotMatter) {
  const auto places = static_cast<int>(NumberFromEnvironment("BUDGETWATCH_ROUNDS", kDefaultPlaces));
  MakeStore();
  ASSERT_FALSE(HasFatalFailure());
  const std::string manifest = FilesOf(FileKind::kManifest).back();
  for (int i = 0; i < 4 * places; ++i) {
    const TemporaryDirectory scratch;
    const fs::path store = scratch.path() / "store";
    fs::copy(original(), store);
    const uint64_t size = fs::file_size(store / manifest);
    std::string tail(static_cast<size_t>(1 + random_.Below(i % 2 == 0 ? 40 : 40'000)), '\0');
    if (i % 4 != 0) {
      for (char& byte : tail) byte = static_cast<char>(random_.Below(256));
      // A header that fits, of a record with other content.
      if (tail.size() > 20) tail.replace(4, 3, std::string("\x08\0\x01", 3));
    }
    fs::resize_file(store / manifest, size + tail.size());
    Change(store / manifest, size, tail);
    auto stack = StoreStack::Open(store.string(), nullptr, clock_);
    ASSERT_TRUE(stack.ok()) << stack.error().message;
    PaymentLoad load = load_;
    AuditTally tally;
    load.Audit(stack.value()->ledger(), stack.value()->payments(), &tally);
    EXPECT_TRUE(tally.clean());
  }
}

// Cutting the manifest does not make good for a log that is cut.
TEST_F(DamageTest, OfTheLogIsToldWhateverIsBehindTheManifest) {
  MakeStore();
  ASSERT_FALSE(HasFatalFailure());
  const fs::path log = original() / FilesOf(FileKind::kLog).back();
  fs::resize_file(log, fs::file_size(log) - 1);
  const fs::path manifest = original() / FilesOf(FileKind::kManifest).back();
  const uint64_t size = fs::file_size(manifest) + 30;
  fs::resize_file(manifest, size);
  const auto stack = StoreStack::Open(original().string(), nullptr, clock_);
  ASSERT_FALSE(stack.ok());
  EXPECT_EQ(stack.error().reason, "DATA_DAMAGED");
  EXPECT_EQ(fs::file_size(manifest), size) << "a refusal changes nothing";
}

// A manifest may name logs, as one that another program has written: RocksDB would end
// the process where it may not write.
TEST_F(DamageTest, OfALogThatTheManifestNamesIsToldAsWell) {
  MakeStore();
  ASSERT_FALSE(HasFatalFailure());
  {
    rocksdb::DBOptions options = DatabaseOptions(nullptr);
    options.track_and_verify_wals_in_manifest = true;
    options.atomic_flush = false;
    OpenedDatabase database;
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, original().string(), FamilyDescriptors(),
                                  &database.families, &db)
                    .ok());
    database.db.reset(db);
    // The first log stays for the other family, and its sync is noted.
    rocksdb::WriteOptions durable;
    durable.sync = true;
    ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), database.families[kCheckpoint], "~", "").ok());
    ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), "unlogged", "").ok());
    ASSERT_TRUE(db->Flush(rocksdb::FlushOptions(), database.families[0]).ok());
    ASSERT_TRUE(db->Put(durable, "unlogged", "").ok());
    CloseDatabase(&database);
  }
  const std::vector<std::string> logs = FilesOf(FileKind::kLog);
  ASSERT_GT(logs.size(), 1u);
  const fs::path log = original() / logs.back();
  fs::resize_file(log, fs::file_size(log) - 1);
  const auto stack = StoreStack::Open(original().string(), nullptr, clock_);
  // Nothing of the ledger is in what is missing: it may start, or say what is wrong.
  if (stack.ok()) return;
  EXPECT_TRUE(NamesACure(stack.error().message)) << stack.error().message;
}

// A refusal does not make worse what can be repaired. A killed process leaves several logs
// when it had no time to write tables.
TEST_F(DamageTest, ALogThatWasAwayCountsAgainWhenItIsBack) {
  constexpr int kLogs = 3;
  const fs::path live = directory_.path() / "live";
  {
    auto stack = StoreStack::Open(live.string(), nullptr, clock_);
    ASSERT_TRUE(stack.ok()) << stack.error().message;
    ASSERT_TRUE(stack.value()->store().database()->PauseBackgroundWork().ok());
    load_.SetMemoBytes(1000);
    AuditTally tally;
    const auto log_count = [&live] {
      return std::count_if(fs::directory_iterator(live), fs::directory_iterator(),
                           [](const auto& entry) { return entry.path().extension() == ".log"; });
    };
    for (int i = 0; i < 60 && log_count() < kLogs; ++i) {
      clock_.Advance(1);
      stack.value()->Send({load_.Make(1000)}, &load_, &tally);
    }
    // The last log may have begun with a checkpoint, which is not missed.
    stack.value()->Send({load_.Make(10)}, &load_, &tally);
    ASSERT_EQ(log_count(), kLogs);
    ASSERT_TRUE(tally.clean());
    ASSERT_TRUE(stack.value()->store().WaitForIndexes().ok());
    fs::copy(live, original());
    ASSERT_TRUE(stack.value()->store().database()->ContinueBackgroundWork().ok());
  }
  const fs::path away = directory_.path() / "away";
  const std::vector<std::string> logs = FilesOf(FileKind::kLog);
  ASSERT_EQ(logs.size(), kLogs);
  for (const std::string& log : logs) {
    fs::rename(original() / log, away);
    const auto refused = StoreStack::Open(original().string(), nullptr, clock_);
    ASSERT_FALSE(refused.ok()) << log;
    EXPECT_EQ(refused.error().reason, "DATA_DAMAGED") << log;
    fs::rename(away, original() / log);
  }
  auto stack = StoreStack::Open(original().string(), nullptr, clock_);
  ASSERT_TRUE(stack.ok()) << stack.error().message;
  AuditTally tally;
  load_.Audit(stack.value()->ledger(), stack.value()->payments(), &tally);
  EXPECT_TRUE(tally.clean());
}

TEST_F(DamageTest, OfOneSlotOfTheMarkDoesNotMatterAndOfBothIsTold) {
  MakeStore();
  ASSERT_FALSE(HasFatalFailure());
  const fs::path mark = original() / AcknowledgedMark::kFileName;
  const uint64_t half = fs::file_size(mark) / 2;
  for (const uint64_t slot : {uint64_t{0}, half}) {
    const fs::path copy = directory_.path() / ("copy-" + std::to_string(slot));
    fs::copy(original(), copy);
    Change(copy / AcknowledgedMark::kFileName, slot, "\x7f");
    EXPECT_TRUE(StoreStack::Open(copy.string(), nullptr, clock_).ok());
  }
  Change(mark, 0, "\x7f");
  Change(mark, half, "\x7f");
  const auto refused = StoreStack::Open(original().string(), nullptr, clock_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "DATA_DAMAGED");
  EXPECT_TRUE(NamesACure(refused.error().message)) << refused.error().message;
  fs::resize_file(mark, half);
  EXPECT_FALSE(StoreStack::Open(original().string(), nullptr, clock_).ok());
}

// The last commit is acknowledged and gone: only the mark knows.
TEST_F(DamageTest, OfTheLastCommitIsToldFromAWriteThatWasCutOff) {
  MakeStore();
  ASSERT_FALSE(HasFatalFailure());
  const std::string log = FilesOf(FileKind::kLog).back();
  fs::resize_file(original() / log, fs::file_size(original() / log) - 1);
  const auto stack = StoreStack::Open(original().string(), nullptr, clock_);
  ASSERT_FALSE(stack.ok());
  EXPECT_EQ(stack.error().reason, "DATA_DAMAGED");
  EXPECT_NE(stack.error().message.find("was acknowledged"), std::string::npos)
      << stack.error().message;
  // The refusal has changed nothing: a second start finds the same.
  const auto again = StoreStack::Open(original().string(), nullptr, clock_);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().message, stack.error().message);
}

}  // namespace
}  // namespace budgetwatch
