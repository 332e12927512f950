// Goal: a disk that is full or fails, at any operation, makes the ledger stop
// acknowledging and say why, while reads go on; when a full disk has room again, it
// records again in the same process; nothing acknowledged is lost and nothing else
// appears.
// Method: the real committer and the real RocksDB over a disk that fails on order. A
// client that keeps its own record audits the ledger before and after a new start.

#include <gtest/gtest.h>

#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <thread>

#include "faults/store_stack.h"
#include "service/verify.h"
#include "support/faulty_file_system.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class IoErrorTest : public testing::Test {
 protected:
  IoErrorTest()
      : seed_(SeedOfThisRun()),
        disk_(std::make_shared<FaultyFileSystem>(seed_, directory_.path() / "attic")),
        env_(rocksdb::NewCompositeEnv(disk_)),
        load_(seed_) {
    RecordProperty("seed", std::to_string(seed_));
  }

  void Open() {
    stack_.reset();
    auto stack = StoreStack::Open((directory_.path() / "store").string(), env_.get(), clock_);
    ASSERT_TRUE(stack.ok()) << stack.error().message;
    stack_ = std::move(stack).value();
  }

  std::optional<Error> Send(size_t count) {
    clock_.Advance(1);
    return stack_->Send({load_.Make(count)}, &load_, &tally_);
  }

  // Sends until the store refuses; fails when it never does.
  Error SendUntilRefused(size_t count, int batches) {
    for (int i = 0; i < batches; ++i) {
      if (auto error = Send(count)) return *error;
    }
    ADD_FAILURE() << "the store never refused";
    return {};
  }

  // Sends until the store takes it, which is when RocksDB has noticed that there is room
  // or a fault is over; the last error, if it never does.
  std::optional<Error> SendUntilTaken(size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::optional<Error> error;
    do {
      error = Send(count);
      // What only a new start ends is not worth waiting for.
      if (!error || !Contains(error->message, "goes on by itself")) break;
      std::this_thread::yield();
    } while (std::chrono::steady_clock::now() < deadline);
    return error;
  }

  // What was answered is there, in the running ledger.
  void Audit() {
    load_.Audit(stack_->ledger(), stack_->payments(), &tally_);
    EXPECT_TRUE(tally_.clean());
    for (const std::string& message : tally_.messages) ADD_FAILURE() << message;
  }

  // The running ledger answers while it cannot record.
  void ExpectStopped(const Error& error) {
    EXPECT_EQ(error.reason, "STORE_FAILED");
    ASSERT_TRUE(stack_->committer().store_error());
    EXPECT_EQ(stack_->committer().store_error()->reason, "STORE_FAILED");
    const auto verification = VerifyLedger(stack_->ledger());
    ASSERT_TRUE(verification.ok()) << verification.error().message;
    EXPECT_EQ(verification.value().differences, std::vector<std::string>());
  }

  // After a new start, with or without a power loss.
  void RestartAndAudit(bool power_loss) {
    if (power_loss) disk_->CutPower();
    stack_.reset();
    if (power_loss) disk_->RestorePower();
    disk_->ClearFaults();
    disk_->SetFreeBytes(std::nullopt);
    Open();
    if (!HasFatalFailure()) Audit();
  }

  const uint64_t seed_;
  const TemporaryDirectory directory_;
  const std::shared_ptr<FaultyFileSystem> disk_;
  const std::unique_ptr<rocksdb::Env> env_;
  FakeClock clock_;
  PaymentLoad load_;
  AuditTally tally_;
  std::unique_ptr<StoreStack> stack_;
};

TEST_F(IoErrorTest, AFullDiskStopsRecordingUntilThereIsRoom) {
  Open();
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_FALSE(Send(100));
  for (int round = 0; round < 5; ++round) {
    disk_->SetFreeBytes(20'000 + round * 7'000);
    ExpectStopped(SendUntilRefused(50, 1000));
    const auto again = Send(20);
    ASSERT_TRUE(again);
    EXPECT_TRUE(Contains(again->message, "the disk is full")) << again->message;
    EXPECT_TRUE(Contains(again->message, "goes on by itself")) << again->message;
    disk_->SetFreeBytes(100 << 20);
    EXPECT_FALSE(SendUntilTaken(50)) << "round " << round;
    EXPECT_FALSE(stack_->committer().store_error());
  }
  RestartAndAudit(false);
}

TEST_F(IoErrorTest, ARunThatCannotBeWrittenIsNotTriedAgainWithEachCommit) {
  Open();
  ASSERT_FALSE(HasFatalFailure());
  disk_->Inject({FileOperation::kCreate, FileKind::kOther});
  for (int i = 0; i < 1000 && stack_->store().IndexFailureCount() == 0; ++i) {
    EXPECT_FALSE(Send(10));
    (void)stack_->store().WaitForIndexes();
  }
  ASSERT_EQ(stack_->store().IndexFailureCount(), 1);
  for (size_t i = 0; i < StoreStack::kSealCount / 10; ++i) {
    EXPECT_FALSE(Send(1));
    EXPECT_FALSE(stack_->store().WaitForIndexes().ok());
  }
  EXPECT_EQ(stack_->store().IndexFailureCount(), 1);
  disk_->ClearFaults();
  for (size_t i = 0; i < StoreStack::kSealCount && !stack_->store().WaitForIndexes().ok(); ++i) {
    EXPECT_FALSE(Send(1));
  }
  EXPECT_TRUE(stack_->store().WaitForIndexes().ok());
  EXPECT_EQ(stack_->store().IndexFailureCount(), 1);
  RestartAndAudit(false);
}

// Room for going on, but for no commit then.
TEST_F(IoErrorTest, ADiskThatIsFullAgainAtOnceIsNotTheEnd) {
  Open();
  ASSERT_FALSE(HasFatalFailure());
  for (int round = 0; round < 3; ++round) {
    disk_->SetFreeBytes(0);
    ExpectStopped(SendUntilRefused(20, 2));
    disk_->Inject({FileOperation::kWrite, FileKind::kLog, 0, 2, true});
    disk_->SetFreeBytes(100 << 20);
    if (const auto error = SendUntilTaken(20)) ADD_FAILURE() << error->message;
    Audit();
  }
  RestartAndAudit(true);
}

// Who obeys the health service does not write while it says that the store fails.
TEST_F(IoErrorTest, AFullDiskIsOverWithoutAWrite) {
  Open();
  ASSERT_FALSE(HasFatalFailure());
  stack_->StartCommitter();
  EXPECT_FALSE(Send(100));
  disk_->SetFreeBytes(0);
  ExpectStopped(SendUntilRefused(20, 2));
  disk_->SetFreeBytes(100 << 20);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (stack_->committer().store_error() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_FALSE(stack_->committer().store_error());
  EXPECT_FALSE(Send(50));
  RestartAndAudit(true);
}

// The disk is full when a log begins: nothing of it is in memory then.
TEST_F(IoErrorTest, ANewLogThatFailsAtOnceIsNotTheEnd) {
  Open();
  ASSERT_FALSE(HasFatalFailure());
  load_.SetMemoBytes(1000);
  disk_->Inject({FileOperation::kWrite, FileKind::kLog, 0, 1, true, true});
  for (int i = 0; i < 40 && disk_->failed_count() == 0; ++i) {
    const auto error = Send(2000);
    EXPECT_TRUE(!error || Contains(error->message, "goes on by itself")) << error->message;
  }
  EXPECT_EQ(disk_->failed_count(), 1) << "no log began";
  EXPECT_FALSE(SendUntilTaken(20));
  Audit();
  RestartAndAudit(true);
}

TEST_F(IoErrorTest, AFailingDiskStopsRecordingUntilANewStart) {
  Open();
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_FALSE(Send(100));
  disk_->Inject({FileOperation::kSync, FileKind::kLog, 0, 1, false});
  ExpectStopped(SendUntilRefused(10, 1));
  const auto again = Send(20);
  ASSERT_TRUE(again);
  EXPECT_TRUE(Contains(again->message, "started again")) << again->message;
  RestartAndAudit(true);
  EXPECT_FALSE(Send(10));
}

TEST_F(IoErrorTest, AReadThatFailsIsToldAndWorksLater) {
  Open();
  ASSERT_FALSE(HasFatalFailure());
  load_.SetMemoBytes(900);
  EXPECT_FALSE(Send(2000));
  Open();  // moves the log into tables, with nothing of them in memory yet
  ASSERT_FALSE(HasFatalFailure());
  disk_->Inject({FileOperation::kRead, FileKind::kTable});
  const auto failed = VerifyLedger(stack_->ledger());
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().reason, "STORE_FAILED");
  disk_->ClearFaults();
  Audit();
}

struct Case {
  FileOperation operation;
  FileKind kind;
  bool no_space;
};

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const bool no_space : {true, false}) {
    for (const FileKind kind : {FileKind::kLog, FileKind::kTable, FileKind::kManifest}) {
      cases.push_back({FileOperation::kWrite, kind, no_space});
      cases.push_back({FileOperation::kSync, kind, no_space});
    }
    cases.push_back({FileOperation::kCreate, FileKind::kTable, no_space});
    cases.push_back({FileOperation::kSyncDirectory, FileKind::kOther, no_space});
    // The mark, which may fail.
    cases.push_back({FileOperation::kWrite, FileKind::kOther, no_space});
  }
  return cases;
}

class FaultTest : public IoErrorTest, public testing::WithParamInterface<Case> {};

TEST_P(FaultTest, LosesNothing) {
  const Case& tried = GetParam();
  Open();
  ASSERT_FALSE(HasFatalFailure());
  disk_->Inject({tried.operation, tried.kind, 0, 1, tried.no_space});
  // More than a memtable holds, so that tables are written.
  load_.SetMemoBytes(1000);
  const int batches = tried.kind == FileKind::kLog ? 2 : 12;
  int refused = 0;
  for (int i = 0; i < batches; ++i) refused += Send(2000) ? 1 : 0;
  EXPECT_EQ(disk_->failed_count(), 1) << "the fault was not met";
  disk_->ClearFaults();
  const auto later = SendUntilTaken(20);
  std::printf("fault operation=\"%s\" file=%s error=\"%s\" refused=%d goes_on=%s\n",
              FileOperationName(tried.operation), FileKindName(tried.kind),
              tried.no_space ? "no space" : "I/O", refused, later ? "after_a_start" : "yes");
  if (tried.no_space) {
    EXPECT_FALSE(later) << later->message;
  }
  if (later) {
    EXPECT_EQ(later->reason, "STORE_FAILED");
    EXPECT_TRUE(Contains(later->message, "started again")) << later->message;
  }
  RestartAndAudit(!tried.no_space);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, FaultTest, testing::ValuesIn(AllCases()));

}  // namespace
}  // namespace budgetwatch
