// Goal: what cannot be opened is refused with a sentence that names the cure, and
// damage is told instead of served.
// Method: real directories, prepared with RocksDB itself or with plain files.

#include "storage/rocksdb_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <random>
#include <thread>

#include "service/verify.h"
#include "storage/bloom_filter.h"
#include "storage/key_codec.h"
#include "storage/run_format.h"
#include "support/builders.h"
#include "support/raw_store.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

Error OpenError(const std::filesystem::path& path) {
  const auto opened = RocksDbStore::Open(path.string());
  EXPECT_FALSE(opened.ok());
  return opened.ok() ? Error() : opened.error();
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(RocksDbStore, CreatesTheDirectoryWithItsParents) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "a" / "b";
  EXPECT_TRUE(RocksDbStore::Open(path.string()).ok());
  // What is paid to whom is nobody else's business.
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
}

TEST(RocksDbStore, RefusesADirectoryInUse) {
  const TemporaryDirectory directory;
  const auto first = RocksDbStore::Open(directory.path().string());
  ASSERT_TRUE(first.ok());
  const Error error = OpenError(directory.path());
  EXPECT_EQ(error.reason, "STORE_FAILED");
  EXPECT_TRUE(Contains(error.message, "in use by another process")) << error.message;
  EXPECT_TRUE(Contains(error.message, directory.path().string())) << error.message;
}

// Whose name may have any words in it.
TEST(RocksDbStore, ADirectoryThatCannotBeWrittenIsNotInUse) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "lock";
  ASSERT_TRUE(RocksDbStore::Open(path.string()).ok());
  std::filesystem::remove(path / "LOCK");
  std::filesystem::create_directory(path / "LOCK");
  const Error error = OpenError(path);
  EXPECT_EQ(error.reason, "STORE_FAILED");
  EXPECT_FALSE(Contains(error.message, "in use")) << error.message;
  EXPECT_TRUE(Contains(error.message, "check the disk and the rights")) << error.message;
}

TEST(RocksDbStore, TheDatabaseOfAnotherProgramIsNotTaken) {
  const TemporaryDirectory directory;
  const auto path = (directory.path() / "other").string();
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, path, &opened).ok());
  ASSERT_TRUE(opened->Put(rocksdb::WriteOptions(), "key", "value").ok());
  delete opened;
  const Error error = OpenError(path);
  EXPECT_EQ(error.reason, "DATA_DAMAGED");
  EXPECT_TRUE(Contains(error.message, "of another program")) << error.message;
  std::vector<std::string> families;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(options, path, &families).ok());
  EXPECT_EQ(families, std::vector<std::string>{"default"});
}

TEST(RocksDbStore, RefusesAPlainFile) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "file";
  std::ofstream(file) << "text";
  const Error error = OpenError(file);
  EXPECT_EQ(error.reason, "STORE_FAILED");
  EXPECT_TRUE(Contains(error.message, "is not a directory")) << error.message;
  EXPECT_EQ(OpenError(file / "below").reason, "STORE_FAILED");
}

TEST(RocksDbStore, RefusesANewerFormat) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(RocksDbStore::Open(directory.path().string()).ok());
  PutRaw(directory.path(), "default", "format_version", EncodeInt64(kStorageFormatVersion + 1));
  const Error error = OpenError(directory.path());
  EXPECT_EQ(error.reason, "DATA_DAMAGED");
  EXPECT_TRUE(Contains(error.message, "use a newer program")) << error.message;
  PutRaw(directory.path(), "default", "format_version", "x");
  EXPECT_TRUE(Contains(OpenError(directory.path()).message, "is no number"));
}

// Not as damage, although this program cannot read it, and without changing it.
TEST(RocksDbStore, RefusesWhatANewerProgramHasWritten) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(RocksDbStore::Open(directory.path().string()).ok());
  PutRaw(directory.path(), "journal", SequenceKey(1), "of another format");
  EXPECT_TRUE(Contains(OpenError(directory.path()).message, "restore a backup"));
  PutRaw(directory.path(), "default", "format_version", EncodeInt64(kStorageFormatVersion + 1));
  EXPECT_TRUE(Contains(OpenError(directory.path()).message, "use a newer program"));
}

TEST(RocksDbStore, RefusesAnOlderFormat) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(RocksDbStore::Open(directory.path().string()).ok());
  PutRaw(directory.path(), "default", "format_version", EncodeInt64(1));
  const Error error = OpenError(directory.path());
  EXPECT_EQ(error.reason, "DATA_DAMAGED");
  EXPECT_TRUE(Contains(error.message, "import the data again")) << error.message;
}

TEST(RocksDbStore, TellsDamageInsteadOfServingIt) {
  const TemporaryDirectory directory;
  {
    const auto store = RocksDbStore::Open(directory.path().string(), nullptr, {.seal_count = 1});
    ASSERT_TRUE(store.ok());
    const PaymentEntry payment = MakeEntry(MakePayment("a", "P1", "2020-01-01", 1));
    ASSERT_TRUE(store.value()->Write({1, 1, {payment, ClosingEntry{2019}}, {}}).ok());
    ASSERT_TRUE(store.value()->Write({3, 2, {ClosingEntry{2018}}, {}}).ok());
    ASSERT_TRUE(store.value()->WaitForIndexes().ok());
  }
  PutRaw(directory.path(), "taken", SequenceKey(1), "x");
  PutRaw(directory.path(), "total", "x", "");
  {
    const auto opened = RocksDbStore::Open(directory.path().string());
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    const RocksDbStore& store = *opened.value();
    const auto nothing = [](const auto&) { return Status(); };
    EXPECT_TRUE(store.ReadEntry(3).ok());
    EXPECT_EQ(store.TakenFen(1).error().reason, "DATA_DAMAGED");
    EXPECT_EQ(store.ScanTotals(9, std::nullopt, nothing).error().reason, "DATA_DAMAGED");
  }
  // A start reads the newest part of the journal.
  PutRaw(directory.path(), "journal", SequenceKey(1), "\xff\xff");
  EXPECT_EQ(OpenError(directory.path()).reason, "DATA_DAMAGED");
}

TEST(RocksDbStore, RefusesADamagedListOfProjectCodes) {
  const TemporaryDirectory directory;
  {
    const auto store = RocksDbStore::Open(directory.path().string());
    ASSERT_TRUE(store.value()->Write({1, 1, ManyPayments(0, 9), {}}).ok());
  }
  PutRaw(directory.path(), "project_code", ProjectNumberKey(3), "");
  EXPECT_EQ(OpenError(directory.path()).reason, "DATA_DAMAGED");
}

// The journal lost its end, but a run had been made of it.
TEST(RocksDbStore, RefusesAJournalThatEndsBeforeItsIndexes) {
  const TemporaryDirectory directory;
  {
    const auto store = RocksDbStore::Open(directory.path().string(), nullptr, {.seal_count = 1});
    ASSERT_TRUE(store.value()->Write({1, 1, ManyPayments(0, 1), {}}).ok());
    ASSERT_TRUE(store.value()->Write({2, 2, ManyPayments(1, 1), {}}).ok());
    ASSERT_TRUE(store.value()->WaitForIndexes().ok());
  }
  DeleteRaw(directory.path(), "journal", SequenceKey(2));
  const Error error = OpenError(directory.path());
  EXPECT_EQ(error.reason, "DATA_DAMAGED");
  EXPECT_TRUE(Contains(error.message, "was acknowledged")) << error.message;
  // The indexes know it even without the mark.
  std::filesystem::remove(directory.path() / AcknowledgedMark::kFileName);
  const Error unmarked = OpenError(directory.path());
  EXPECT_EQ(unmarked.reason, "DATA_DAMAGED");
  EXPECT_TRUE(Contains(unmarked.message, "acknowledged are missing")) << unmarked.message;
}

TEST(RocksDbStore, AChangedRecordDoesNotFitTheChain) {
  const TemporaryDirectory directory;
  std::string head;
  {
    const auto store = RocksDbStore::Open(directory.path().string());
    ASSERT_TRUE(store.value()->Write({1, 1, ManyPayments(0, 1), {}}).ok());
    ASSERT_TRUE(store.value()->Write({2, 2, ManyPayments(1, 1), {}}).ok());
    head = store.value()->ChainHashAt(2).value();
    EXPECT_EQ(head.size(), 64u);
    EXPECT_EQ(store.value()->CheckChain(2).value().difference, "");
    EXPECT_EQ(store.value()->CheckChain(2).value().chain_hash, head);
    EXPECT_NE(store.value()->CheckChain(1).value().chain_hash, head);
    EXPECT_EQ(store.value()->CheckChain(1).value().chain_hash,
              store.value()->ChainHashAt(1).value());
    EXPECT_EQ(store.value()->ChainHashAt(3).value(), "");
  }
  // The same payment with another amount, in a record that can be read.
  const JournalEntry other = MakeEntry(MakePayment("id-0", "P0", "2020-01-01", 1));
  std::string forged = EncodeJournalRecord({1, 1, {other}, {}}, 0, 1);
  AppendChainHash(NextChainHash(kChainStart, forged), &forged);
  PutRaw(directory.path(), "journal", SequenceKey(1), forged);
  const auto store = RocksDbStore::Open(directory.path().string());
  ASSERT_TRUE(store.ok());
  EXPECT_EQ(store.value()->ChainHashAt(2).value(), head);
  EXPECT_TRUE(Contains(store.value()->CheckChain(2).value().difference, "sequence 2"));
}

// A digest of the ids is the same from memory, from runs and from the journal, up to any
// sequence, and tells an id that is there twice.
TEST(RocksDbStore, SumsUpItsIndexes) {
  constexpr int kCount = 1'000;
  for (const size_t seal_count : {size_t{1} << 20, size_t{64}}) {
    const TemporaryDirectory directory;
    const auto store =
        RocksDbStore::Open(directory.path().string(), nullptr, {.seal_count = seal_count});
    std::vector<SetDigest> expected(1);  // by the last sequence
    for (int done = 0; done < kCount; done += 50) {
      std::vector<JournalEntry> entries = ManyPayments(done, 50);
      for (const JournalEntry& entry : entries) {
        SetDigest digest = expected.back();
        digest.Add(store.value()->HashOf(std::get<PaymentEntry>(entry).key()),
                   std::ssize(expected));
        expected.push_back(digest);
      }
      ASSERT_TRUE(store.value()->Write({done + 1, done + 1, std::move(entries), {}}).ok());
    }
    ASSERT_TRUE(store.value()->WaitForIndexes().ok());
    for (const Sequence last : {0, 1, 63, 500, 999, kCount}) {
      const auto summary = store.value()->SummarizeIndexes(last);
      ASSERT_TRUE(summary.ok()) << summary.error().message;
      EXPECT_EQ(summary.value().payments, expected[static_cast<size_t>(last)]) << last;
      EXPECT_FALSE(summary.value().same_hash);
      EXPECT_EQ(summary.value().booking_count, last);
    }
    // No committer writes this.
    ASSERT_TRUE(store.value()->Write({kCount + 1, kCount + 1, ManyPayments(7, 1), {}}).ok());
    ASSERT_TRUE(store.value()->WaitForIndexes().ok());
    EXPECT_TRUE(store.value()->SummarizeIndexes(kCount + 1).value().same_hash);
    EXPECT_FALSE(store.value()->SummarizeIndexes(kCount).value().same_hash);
  }
}

// Runs are made, merged and dropped while they are read.
TEST(RocksDbStore, SumsUpItsIndexesWhileTheyGrow) {
  constexpr int kCount = 1'000;
  const TemporaryDirectory directory;
  const auto store = RocksDbStore::Open(directory.path().string(), nullptr, {.seal_count = 64});
  ASSERT_TRUE(store.value()->Write({1, 1, ManyPayments(0, kCount), {}}).ok());
  const IndexSummary before = store.value()->SummarizeIndexes(kCount).value();
  EXPECT_EQ(before.payments.count, kCount);
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = kCount; i < 5 * kCount; i += 20) {
      EXPECT_TRUE(store.value()->Write({i + 1, i + 1, ManyPayments(i, 20), {}}).ok());
    }
    done = true;
  });
  do {
    const auto summary = store.value()->SummarizeIndexes(kCount);
    EXPECT_TRUE(summary.ok()) << summary.error().message;
    if (!summary.ok()) break;
    EXPECT_EQ(summary.value().payments, before.payments);
    EXPECT_EQ(summary.value().booking_count, kCount);
  } while (!done);
  writer.join();
}

// What the verification says of the ledger in a directory.
std::string VerificationOf(const std::filesystem::path& directory) {
  auto store = RocksDbStore::Open(directory.string());
  if (!store.ok()) return store.error().message;
  const auto ledger = Ledger::Open(*store.value());
  if (!ledger.ok()) return ledger.error().message;
  const auto verification = VerifyLedger(*ledger.value());
  if (!verification.ok()) return verification.error().message;
  std::string all;
  for (const std::string& difference : verification.value().differences) all += difference + "\n";
  return all;
}

TEST(RocksDbStore, AVerificationNamesAnIdThatIsThereTwice) {
  const TemporaryDirectory directory;
  {
    const auto store = RocksDbStore::Open(directory.path().string(), nullptr, {.seal_count = 64});
    ASSERT_TRUE(store.value()->Write({1, 1, ManyPayments(0, 100), {}}).ok());
    ASSERT_TRUE(store.value()->WaitForIndexes().ok());
  }
  EXPECT_EQ(VerificationOf(directory.path()), "");
  {
    const auto store = RocksDbStore::Open(directory.path().string(), nullptr, {.seal_count = 64});
    ASSERT_TRUE(store.value()->Write({101, 101, ManyPayments(7, 1), {}}).ok());
  }
  EXPECT_TRUE(Contains(VerificationOf(directory.path()), "for payment \"id-7\""))
      << VerificationOf(directory.path());
}

// The index holds the ids, but a search for them ends elsewhere.
TEST(RocksDbStore, AVerificationNamesAnIdThatIsNotFoundInItsRun) {
  const auto tamper = [](const std::string& key, const std::string& value) {
    const TemporaryDirectory directory;
    {
      const auto store = RocksDbStore::Open(directory.path().string(), nullptr, {.seal_count = 64});
      EXPECT_TRUE(store.value()->Write({1, 1, ManyPayments(0, 100), {}}).ok());
      EXPECT_TRUE(store.value()->WaitForIndexes().ok());
    }
    EXPECT_EQ(VerificationOf(directory.path()), "");
    PutRaw(directory.path(), "payment_run", key, value);
    return VerificationOf(directory.path());
  };
  const auto filter = PartKey(1, kFirstFilterPart).slice().ToString();
  const std::string nothing(BloomFilter(100).bytes().size(), '\0');
  EXPECT_TRUE(Contains(tamper(filter, nothing), "the index of ids has nothing for payment"));
  // As many words, of no order.
  const auto block = PartKey(1, 0).slice().ToString();
  EXPECT_NE(tamper(block, std::string(100 * sizeof(IndexWord), '\x01')), "");
}

// Every payment is found and listed, whether it is in memory, in a run or in a merged
// one, and nothing else is.
TEST(RocksDbStore, IndexesAnswerTheSameFromMemoryAndFromRuns) {
  constexpr int kCount = 3'000;
  constexpr size_t kSealCount = 64;
  const TemporaryDirectory directory;
  auto store = RocksDbStore::Open(directory.path().string(), nullptr, {.seal_count = kSealCount});
  std::mt19937_64 random(3);
  for (int done = 0; done < kCount;) {
    const int count = std::min(kCount - done, static_cast<int>(1 + random() % 90));
    ASSERT_TRUE(store.value()->Write({done + 1, done + 1, ManyPayments(done, count), {}}).ok());
    done += count;
    if (random() % 8 == 0) {
      store.value().reset();
      store = RocksDbStore::Open(directory.path().string(), nullptr, {.seal_count = kSealCount});
      ASSERT_TRUE(store.ok()) << store.error().message;
    }
  }
  ASSERT_TRUE(store.value()->WaitForIndexes().ok());
  std::vector<std::string> ids;
  std::vector<HashedKey> keys;
  for (int i = 0; i < kCount + 50; ++i) ids.push_back("id-" + std::to_string(i));
  for (const std::string& id : ids) {
    const PaymentKeyView key{"bank", id};
    keys.push_back({key, store.value()->HashOf(key)});
  }
  const auto found = store.value()->FindPayments(keys, {});
  ASSERT_TRUE(found.ok()) << found.error().message;
  for (int i = 0; i < kCount + 50; ++i) {
    EXPECT_EQ(found.value()[static_cast<size_t>(i)], i < kCount ? i + 1 : 0) << i;
  }
  // The two ranges that a batch is looked up in, one in runs, one in memory.
  const Sequence sealed = store.value()->SealedSequence();
  EXPECT_GT(sealed, 0);
  const auto old = store.value()->FindPayments(keys, {0, sealed});
  const auto young = store.value()->FindPayments(keys, {sealed, INT64_MAX});
  ASSERT_TRUE(old.ok() && young.ok());
  for (int i = 0; i < kCount + 50; ++i) {
    const Sequence sequence = i < kCount ? i + 1 : 0;
    EXPECT_EQ(old.value()[static_cast<size_t>(i)], sequence <= sealed ? sequence : 0) << i;
    EXPECT_EQ(young.value()[static_cast<size_t>(i)], sequence > sealed ? sequence : 0) << i;
  }
  const BookingRange year{2020, std::nullopt, Day("2020-01-01"), Day("2020-12-31")};
  const auto all = store.value()->ListBookings(year, std::nullopt, kCount * 2);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all.value().size(), static_cast<size_t>(kCount));
  EXPECT_TRUE(std::is_sorted(all.value().begin(), all.value().end()));
  // In pages it is the same list.
  std::vector<BookingKey> paged;
  while (true) {
    const auto after = paged.empty() ? std::nullopt : std::optional(paged.back());
    const auto page = store.value()->ListBookings(year, after, 37);
    ASSERT_TRUE(page.ok());
    if (page.value().empty()) break;
    paged.insert(paged.end(), page.value().begin(), page.value().end());
  }
  EXPECT_EQ(paged, all.value());
}

// As a client sends them that maps the wrong column.
TEST(RocksDbStore, ACommitMayBringManyNewProjectCodes) {
  constexpr int kCount = 5'000;
  const TemporaryDirectory directory;
  std::vector<JournalEntry> entries;
  for (int i = 0; i < 2 * kCount; ++i) {
    entries.emplace_back(MakeEntry(MakePayment(
        "id-" + std::to_string(i), "P" + std::to_string(i % kCount), "2020-01-01", 100)));
  }
  {
    const auto store = RocksDbStore::Open(directory.path().string());
    ASSERT_TRUE(store.value()->Write({1, 1, std::move(entries), {}}).ok());
  }
  const auto store = RocksDbStore::Open(directory.path().string());
  ASSERT_TRUE(store.ok()) << store.error().message;
  for (const int i : {0, 1, 2'500, kCount - 1}) {
    const BookingRange range{2020, "P" + std::to_string(i), Day("2020-01-01"), Day("2020-01-01")};
    const auto bookings = store.value()->ListBookings(range, std::nullopt, 10);
    ASSERT_TRUE(bookings.ok());
    ASSERT_EQ(bookings.value().size(), 2u) << i;
    EXPECT_EQ(bookings.value()[0].sequence, i + 1);
    EXPECT_EQ(bookings.value()[1].sequence, kCount + i + 1);
  }
}

// As after a power loss, or in a ledger that was just restored.
TEST(RocksDbStore, AMarkThatIsBehindFollowsWhatAStartFinds) {
  const TemporaryDirectory directory;
  const std::string path = directory.path().string();
  const auto marked = [&path] {
    return AcknowledgedMark::Open(path, rocksdb::Env::Default()).value()->content().sequence;
  };
  ASSERT_TRUE(RocksDbStore::Open(path).value()->Write({1, 1, ManyPayments(0, 5), {}}).ok());
  EXPECT_EQ(marked(), 5);
  std::filesystem::remove(directory.path() / AcknowledgedMark::kFileName);
  EXPECT_EQ(marked(), 0);
  ASSERT_TRUE(RocksDbStore::Open(path).ok());
  EXPECT_EQ(marked(), 5);
}

}  // namespace
}  // namespace budgetwatch
