#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/worker_pool.h"
#include "service/checkpointer.h"
#include "service/commit_listener.h"
#include "service/ledger.h"

namespace budgetwatch {

// Who handed in a batch. Either may be empty.
struct PaymentCaller {
  // Whether nobody waits for the answer any more; asked when the batch's turn comes, so that
  // an overloaded ledger does no work for callers who have gone.
  std::function<bool()> abandoned = nullptr;
  // Called once behind the answer, on the same thread, when the other batches of its group
  // are answered too: for callers who send several answers together.
  std::function<void()> group_answered = nullptr;
};

// A batch of events from one source, each well-formed or refused already.
struct PaymentBatch {
  std::string source;
  std::vector<std::variant<PaymentEvent, PaymentRefusal>> events;
  // Keeps what the texts of the events borrow, until the batch is answered.
  std::shared_ptr<const void> texts = nullptr;
  int64_t parse_nanos = 0;  // what decoding and checking it took
  PaymentCaller caller = {};
};

// Where a durable command went.
struct Committed {
  Sequence first_sequence = 0;  // 0 when nothing had to be written
  Sequence last_sequence = 0;   // of the ledger when the command was done
  WallMicros recorded_time = 0;
};

// The one writer of the ledger. Commands wait in a bounded queue; the committer
// decides them in order, writes what waits as one durable group and applies it. When
// more waits, a second thread tells the listeners and answers, group by group, while the
// next one is decided and written. Thread-safe.
//
// 1. Commands take effect in the order of their submission, and those that do are
//    answered in that order.
// 2. A command is answered once: after its group is durable and applied, or with
//    an error, and then nothing of it is visible.
// 3. Recorded times rise from group to group, even if the clock steps back.
class Committer {
 public:
  struct Options {
    // Events that may wait; past it commands are refused with QUEUE_FULL.
    size_t max_queued_events = 200'000;
    // A group is closed when it has this many events, or nothing more waits.
    size_t max_group_events = 16'384;
    // Journal entries between two checkpoints of the totals.
    Sequence checkpoint_interval = 524'288;
  };

  // Called on a thread of the committer, or at once where the batch is refused; must not
  // block.
  using PaymentsDone = std::function<void(Result<std::vector<PaymentOutcome>>)>;

  // Makes the entries of a control command from the current state, on the
  // committer's thread, with everything submitted before applied.
  using DecideControl = std::function<Result<std::vector<JournalEntry>>(const LedgerState&)>;

  // Errors: STORE_FAILED, DATA_DAMAGED.
  static Result<std::unique_ptr<Committer>> Create(Ledger& ledger, const Clock& clock,
                                                   const Options& options);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // Call before the first command. The listener outlives the committer.
  void AddListener(CommitListener* listener) { listeners_.push_back(listener); }

  // Starts the threads. Without them, RunOnce does the work and answers.
  void Start();

  // Answers what was accepted, refuses what comes later, ends the threads.
  // Idempotent.
  void Stop();

  // Hands in a batch; `done` is called once, at once when it is refused.
  // Errors: QUEUE_FULL, SHUTTING_DOWN, STORE_FAILED, DATA_DAMAGED, and CALL_ENDED for a
  // batch that was abandoned before its turn.
  void SubmitPayments(PaymentBatch batch, PaymentsDone done);

  // Runs a control command and waits for it. Not to be called on the committer's
  // thread. Errors: as above, and those of `decide`.
  Result<Committed> Run(DecideControl decide);

  // Has `done` called when everything handed in before is done and answered, whatever came
  // of it. Passes a full queue by, so hand in one at a time; dropped when it stops. For
  // those who ask whether it moves.
  void Pass(std::function<void()> done);

  // The sequence known at `time`, fixed for ever: later entries get later times.
  // Errors: KNOWN_AT_IN_FUTURE, and as above; STORE_FAILED also for a time at or
  // after that of a failed write while it may still be found after a restart.
  Result<Sequence> FixTime(WallMicros time);

  // Does what waits now, one group; false when nothing waited.
  bool RunOnce();

  // Checkpoints that the store refused; without one, a restart reads more.
  int64_t checkpoint_failure_count() const { return checkpointer_.failure_count(); }

  // Events waiting.
  size_t queue_depth() const { return queued_events_.load(std::memory_order_relaxed); }

  // Events that may wait.
  size_t queue_limit() const { return options_.max_queued_events; }

  // The error of the last write; nothing after a good one, and when the store could be
  // written again since. Its thread looks at the store for that while nothing waits.
  std::optional<Error> store_error() const;

 private:
  struct PaymentsCommand {
    PaymentBatch batch;
    PaymentsDone done;
    std::vector<PaymentGroup::Known> known;  // of the well-formed events, in order
    Sequence known_up_to = 0;                // entries behind it were not looked at
    int64_t submitted_nanos = 0;
  };
  struct ControlCommand {
    DecideControl decide;
    std::function<void(Result<Committed>)> done;
  };
  using Command = std::variant<PaymentsCommand, ControlCommand>;

  Committer(Ledger& ledger, const Clock& clock, const Options& options, Sequence checkpoint);

  // What became of a group, for those who hear of it.
  struct GroupResult {
    std::vector<JournalEntry> entries;  // durable and applied, unless it failed
    CommitStats stats;
    std::optional<Error> failure;  // of the whole group
    bool write_failed = false;     // and it was the store's
  };
  // A group of payment batches with their outcomes.
  struct AnsweredBatches {
    std::vector<Command> commands;
    std::vector<std::vector<PaymentOutcome>> outcomes;  // of each command
    GroupResult result;
  };

  static size_t CostOf(const Command& command);
  Status LookUp(PaymentsCommand* command) const;
  std::optional<Error> WhyNot(size_t cost) const BW_REQUIRES(mutex_);
  std::optional<Error> Enqueue(Command& command);
  std::vector<Command> TakeGroup();
  static void Refuse(PaymentsCommand& command, Error error);
  static void DropAbandoned(std::vector<Command>* group);
  void Loop();
  bool WaitForWork();
  void CheckStore();
  void CommitPayments(std::vector<Command> commands);
  void CommitControl(ControlCommand command);
  Status LookUpRest(std::vector<Command>* commands) const;
  Status Decide(AnsweredBatches* batches, PaymentGroup* group) const;
  void WriteAndApply(Commit commit, GroupResult* result);
  void Afterwards(std::function<void()> task);
  void Tell(const GroupResult& result) const;
  void Answer(AnsweredBatches* batches) const;
  void CheckpointWhenDue();
  Committed Here() const;

  Ledger& ledger_;
  const Clock& clock_;
  const Options options_;
  std::vector<CommitListener*> listeners_;

  mutable Mutex mutex_;
  std::condition_variable work_;
  std::deque<Command> queue_ BW_GUARDED_BY(mutex_);
  bool stopping_ BW_GUARDED_BY(mutex_) = false;
  std::optional<Error> store_error_ BW_GUARDED_BY(mutex_);
  std::atomic<size_t> queued_events_ = 0;
  std::thread thread_;
  // What waits for it holds what it was admitted with, which bounds it.
  std::unique_ptr<WorkerPool> answering_;
  std::atomic<int> unanswered_groups_ = 0;  // with it

  struct FailedWrite {
    WallMicros recorded_time = 0;
    Error error;
  };

  // Of the committer's thread.
  WallMicros last_time_ = 0;
  std::optional<FailedWrite> failed_write_;  // the first since a write succeeded
  Checkpointer checkpointer_;
  Sequence checkpoint_tried_ = 0;
};

}  // namespace budgetwatch
