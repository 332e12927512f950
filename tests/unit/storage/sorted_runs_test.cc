// Goal: whatever filters may take, they take no more, and every word is found.
// Method: runs are appended and merged as the store does it, and opened again with other
// bounds; what is found is compared with what was appended.

#include "storage/sorted_runs.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/check.h"
#include "storage/bloom_filter.h"
#include "storage/rocksdb_options.h"
#include "storage/run_format.h"
#include "storage/store_health.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

constexpr uint64_t kRunWords = 64;
constexpr size_t kRunFilter = kRunWords * 2;

uint64_t HighOf(uint64_t sequence) { return sequence * 0x9e3779b97f4a7c15u; }

// A disk with as much room as the test wants.
class SizedDisk : public rocksdb::EnvWrapper {
 public:
  SizedDisk() : EnvWrapper(rocksdb::Env::Default()) {}
  rocksdb::Status GetFreeSpace(const std::string&, uint64_t* bytes) override {
    *bytes = free_bytes;
    return rocksdb::Status::OK();
  }
  const char* Name() const override { return "SizedDisk"; }

  uint64_t free_bytes = uint64_t{1} << 40;
};

class SortedRunsTest : public testing::Test {
 protected:
  SortedRunsTest() { OpenDatabase(); }
  ~SortedRunsTest() override { CloseDatabase(); }

  void OpenDatabase() {
    rocksdb::DBOptions options = DatabaseOptions(&env_);
    options.listeners.push_back(health_.listener());
    rocksdb::DB* db = nullptr;
    BW_CHECK(
        rocksdb::DB::Open(options, directory_.path().string(), FamilyDescriptors(), &families_, &db)
            .ok());
    db_.reset(db);
    health_.Attach(db, directory_.path().string());
  }

  void CloseDatabase() {
    runs_.reset();
    for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
    families_.clear();
    db_.reset();
  }

  void Open(size_t filter_bytes) {
    runs_.reset();
    auto runs = SortedRuns::Open(
        {db_.get(), &health_, families_[kPaymentRun], directory_.path().string(), filter_bytes});
    ASSERT_TRUE(runs.ok()) << runs.error().message;
    runs_ = std::move(runs).value();
  }

  Status Append(uint64_t count) {
    std::vector<IndexWord> words;
    for (uint64_t i = 0; i < count; ++i) {
      ++last_;
      words.push_back({HighOf(last_), last_});
    }
    std::sort(words.begin(), words.end());
    return runs_->Append(static_cast<Sequence>(last_), words);
  }

  void AppendRun() {
    ASSERT_TRUE(Append(kRunWords).ok());
    ASSERT_TRUE(runs_->MergeDue([] { return Status(); }).ok());
  }

  // Asks for all that was appended and for as much that was not.
  void ExpectAllFound() const {
    std::vector<uint64_t> highs;
    for (uint64_t sequence = 1; sequence <= 2 * last_; ++sequence) {
      highs.push_back(HighOf(sequence));
    }
    std::multiset<uint64_t> found;
    const Status status = runs_->Find(highs, {}, [&found](size_t index, uint64_t low) {
      EXPECT_EQ(low, index + 1);
      found.insert(low);
    });
    ASSERT_TRUE(status.ok()) << status.error().message;
    EXPECT_EQ(found.size(), last_);
    EXPECT_EQ(std::set<uint64_t>(found.begin(), found.end()).size(), last_);
  }

  const TemporaryDirectory directory_;
  SizedDisk env_;
  StoreHealth health_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  std::unique_ptr<SortedRuns> runs_;
  uint64_t last_ = 0;
};

TEST_F(SortedRunsTest, FiltersKeepToTheirBoundWhileRunsGrow) {
  for (const size_t bound : {size_t{0}, kRunFilter - 1, 2 * kRunFilter, 20 * kRunFilter}) {
    Open(bound);
    size_t most = 0;
    for (int i = 0; i < 50; ++i) {
      AppendRun();
      EXPECT_LE(runs_->filter_bytes(), bound);
      most = std::max(most, runs_->filter_bytes());
    }
    ExpectAllFound();
    EXPECT_GE(2 * most + kRunFilter, bound) << "the room is used";
  }
}

TEST_F(SortedRunsTest, MergingWaitsForRoomOnTheDisk) {
  Open(0);
  env_.free_bytes = 256u << 20;  // what is left to commits, and nothing for the run
  for (int i = 0; i < 7; ++i) AppendRun();
  EXPECT_EQ(runs_->run_count(), 7u);
  ExpectAllFound();
  env_.free_bytes += 1 << 20;
  AppendRun();
  EXPECT_LT(runs_->run_count(), 7u);
  ExpectAllFound();
}

TEST_F(SortedRunsTest, SmallRunsAreMergedBehindLargeOnesForWhichThereIsNoRoom) {
  Open(0);
  env_.free_bytes = (256u << 20) + (64u << 10);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(Append(20'000).ok());
    ASSERT_TRUE(runs_->MergeDue([] { return Status(); }).ok());
  }
  EXPECT_EQ(runs_->run_count(), 4u);
  for (int i = 0; i < 4; ++i) AppendRun();
  EXPECT_EQ(runs_->run_count(), 5u);
  ExpectAllFound();
  env_.free_bytes += 8u << 20;
  ASSERT_TRUE(runs_->MergeDue([] { return Status(); }).ok());
  EXPECT_EQ(runs_->run_count(), 2u);
  ExpectAllFound();
}

TEST_F(SortedRunsTest, ANewRunLeavesRoomToCommits) {
  Open(0);
  env_.free_bytes = 16u << 20;
  const Status status = Append(kRunWords);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("the disk is full"), std::string::npos)
      << status.error().message;
  last_ = 0;
  env_.free_bytes += 1u << 20;
  AppendRun();
  ExpectAllFound();
}

TEST_F(SortedRunsTest, AnotherBoundAfterAStartTakesAndGivesFilters) {
  constexpr size_t kPlenty = 1u << 20;
  Open(kPlenty);
  for (int i = 0; i < 22; ++i) AppendRun();  // 16 + 4 + 1 + 1
  EXPECT_EQ(runs_->run_count(), 4u);
  EXPECT_EQ(runs_->filter_bytes(), 22 * kRunFilter);
  Open(7 * kRunFilter);
  EXPECT_EQ(runs_->filter_bytes(), 6 * kRunFilter) << "the newest ones";
  ExpectAllFound();
  Open(0);
  EXPECT_EQ(runs_->filter_bytes(), 0u);
  ExpectAllFound();
  Open(kPlenty);
  EXPECT_EQ(runs_->filter_bytes(), 22 * kRunFilter);
  ExpectAllFound();
}

TEST_F(SortedRunsTest, ARunWithoutAFilterGetsOneWhenItIsMerged) {
  Open(kRunFilter);
  for (int i = 0; i < 12; ++i) AppendRun();
  EXPECT_EQ(runs_->run_count(), 3u);
  Open(1u << 20);
  EXPECT_EQ(runs_->filter_bytes(), 0u) << "they were written without";
  ExpectAllFound();
  for (int i = 0; i < 4; ++i) AppendRun();
  EXPECT_EQ(runs_->run_count(), 1u);
  EXPECT_EQ(runs_->filter_bytes(), 16 * kRunFilter);
  ExpectAllFound();
}

TEST_F(SortedRunsTest, ARunCanLoseItsFilterWhileItIsMerged) {
  constexpr uint64_t kMany = 20'000;
  Open(4 * BloomFilter::BytesFor(kMany));
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Append(kMany).ok());
  const size_t before = runs_->filter_bytes();
  size_t meanwhile = 0;
  const Status merged = runs_->MergeDue([&] {
    const Status appended = Append(kRunWords);
    meanwhile = runs_->filter_bytes();
    return appended;
  });
  ASSERT_TRUE(merged.ok()) << merged.error().message;
  EXPECT_EQ(meanwhile, before - BloomFilter::BytesFor(kMany) + kRunFilter);
  EXPECT_EQ(runs_->run_count(), 2u);
  ExpectAllFound();
}

// Half a filter would deny what the run holds.
TEST_F(SortedRunsTest, AFilterThatIsCutIsDamage) {
  Open(1u << 20);
  AppendRun();
  const auto filter = PartKey(1, kFirstFilterPart);
  ASSERT_TRUE(db_->Put(rocksdb::WriteOptions(), families_[kPaymentRun], filter.slice(),
                       std::string(kRunFilter - 64, '\xff'))
                  .ok());
  const auto runs = SortedRuns::Open(
      {db_.get(), &health_, families_[kPaymentRun], directory_.path().string(), 1u << 20});
  ASSERT_FALSE(runs.ok());
  EXPECT_EQ(runs.error().reason, ReasonName(Reason::kDataDamaged));
}

// One that has no room in memory is read by nobody but the verification.
TEST_F(SortedRunsTest, DamageInAFilterOutOfMemoryIsToldWhenAllIsRead) {
  constexpr uint64_t kMany = 80 * kWordsPerBlock;  // so that the filter has a block of its own
  Open(1u << 20);
  ASSERT_TRUE(Append(kMany).ok());
  BloomFilter filter(kMany);
  for (uint64_t sequence = 1; sequence <= last_; ++sequence) filter.Add(HighOf(sequence));
  CloseDatabase();
  int damaged = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
    if (file.path().extension() != ".sst") continue;
    std::ifstream in(file.path(), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const size_t place = bytes.find(filter.bytes());
    if (place == std::string::npos) continue;
    bytes[place] = static_cast<char>(bytes[place] ^ 1);
    std::ofstream(file.path(), std::ios::binary) << bytes;
    ++damaged;
  }
  ASSERT_EQ(damaged, 1);
  OpenDatabase();
  Open(0);
  ExpectAllFound();
  const Status read = runs_->VisitInOrder([](Sequence) { return std::vector<IndexWord>(); },
                                          [](const IndexWord&, bool) {});
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().reason, ReasonName(Reason::kDataDamaged));
}

}  // namespace
}  // namespace budgetwatch
