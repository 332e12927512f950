#include "service/committer.h"

#include <algorithm>
#include <chrono>
#include <future>

#include "base/failpoint.h"
#include "base/thread_name.h"

namespace budgetwatch {
namespace {

// While the store fails and nobody writes, this often it is asked whether it still does.
constexpr std::chrono::milliseconds kStoreCheckInterval{250};

void Count(const PaymentOutcome& outcome, CommitStats* stats) {
  switch (outcome.kind) {
    case PaymentOutcome::Kind::kRecorded: ++stats->recorded_count; break;
    case PaymentOutcome::Kind::kDuplicate: ++stats->duplicate_count; break;
    case PaymentOutcome::Kind::kSuspended: ++stats->suspended_count; break;
    case PaymentOutcome::Kind::kRejected: ++stats->rejected_count; break;
  }
}

Error ShuttingDown() {
  return Refusal(Reason::kShuttingDown, "", "the server stops; send it again to the next one");
}

}  // namespace

Committer::Committer(Ledger& ledger, const Clock& clock, const Options& options,
                     Sequence checkpoint)
    : ledger_(ledger),
      clock_(clock),
      options_(options),
      last_time_(ledger.writer_state().recorded_time()),
      checkpointer_(ledger.writer_store(), checkpoint) {}

Result<std::unique_ptr<Committer>> Committer::Create(Ledger& ledger, const Clock& clock,
                                                     const Options& options) {
  const auto checkpoint = ledger.store().LastCheckpoint(ledger.writer_state().sequence());
  if (!checkpoint.ok()) return checkpoint.error();
  return std::unique_ptr<Committer>(
      new Committer(ledger, clock, options, checkpoint.value() ? checkpoint.value()->sequence : 0));
}

Committer::~Committer() { Stop(); }

void Committer::Start() {
  BW_CHECK(!thread_.joinable());
  checkpointer_.Start();
  answering_ = std::make_unique<WorkerPool>(1, SIZE_MAX);
  BW_CHECK(answering_->Post([] { NameThread("answers"); }));
  thread_ = std::thread([this] {
    NameThread("committer");
    Loop();
  });
}

void Committer::Stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  if (thread_.joinable()) thread_.join();
  while (RunOnce()) {
  }
  answering_.reset();  // after its last answer
  checkpointer_.Stop();
}

std::optional<Error> Committer::store_error() const {
  const MutexLock lock(mutex_);
  return store_error_;
}

size_t Committer::CostOf(const Command& command) {
  const auto* payments = std::get_if<PaymentsCommand>(&command);
  return payments == nullptr ? 1 : std::max<size_t>(1, payments->batch.events.size());
}

// Why a command of that cost cannot wait.
std::optional<Error> Committer::WhyNot(size_t cost) const {
  if (stopping_) return ShuttingDown();
  const size_t queued = queued_events_.load(std::memory_order_relaxed);
  if (queued == 0 || queued + cost <= options_.max_queued_events) return std::nullopt;
  return Refusal(Reason::kQueueFull, "",
                 std::to_string(queued) + " events wait to be recorded; send it again later");
}

std::optional<Error> Committer::Enqueue(Command& command) {
  const size_t cost = CostOf(command);
  {
    const MutexLock lock(mutex_);
    if (auto refused = WhyNot(cost)) return refused;
    queued_events_.fetch_add(cost, std::memory_order_relaxed);
    queue_.push_back(std::move(command));
  }
  work_.notify_one();
  return std::nullopt;
}

// What was recorded some time ago, on the caller's thread, of which there are many; only
// what came since is left for the committer's.
Status Committer::LookUp(PaymentsCommand* command) const {
  const Store& store = ledger_.store();
  std::vector<HashedKey> keys;
  std::vector<const PaymentEvent*> events;
  keys.reserve(command->batch.events.size());
  events.reserve(command->batch.events.size());
  for (const auto& event : command->batch.events) {
    const auto* payment = std::get_if<PaymentEvent>(&event);
    if (payment == nullptr) continue;
    const PaymentKeyView key{command->batch.source, payment->payment_id};
    keys.push_back({key, store.HashOf(key)});
    events.push_back(payment);
  }
  command->known_up_to = store.SealedSequence();
  const auto found = store.FindPayments(keys, {0, command->known_up_to});
  if (!found.ok()) return found.error();
  command->known.reserve(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    PaymentGroup::Known& known = command->known.emplace_back();
    known.key_hash = keys[i].hash;
    known.sequence = found.value()[i];
    if (known.sequence == 0) continue;
    const auto same = store.IsRecordedAs(known.sequence, *events[i]);
    if (!same.ok()) return same.error();
    known.same = same.value();
  }
  return {};
}

// Completes what LookUp found.
Status Committer::LookUpRest(std::vector<Command>* commands) const {
  std::vector<HashedKey> keys;
  std::vector<PaymentGroup::Known*> looked_up;
  size_t count = 0;
  for (const Command& command : *commands) count += CostOf(command);
  keys.reserve(count);
  looked_up.reserve(count);
  SequenceRange range{INT64_MAX, INT64_MAX};
  for (Command& command : *commands) {
    auto& payments = std::get<PaymentsCommand>(command);
    range.after = std::min(range.after, payments.known_up_to);
    auto known = payments.known.begin();
    for (const auto& event : payments.batch.events) {
      const auto* payment = std::get_if<PaymentEvent>(&event);
      if (payment == nullptr) continue;
      if (known->sequence == 0) {
        keys.push_back({{payments.batch.source, payment->payment_id}, known->key_hash});
        looked_up.push_back(&*known);
      }
      ++known;
    }
  }
  const auto found = ledger_.store().FindPayments(keys, range);
  if (!found.ok()) return found.error();
  for (size_t i = 0; i < keys.size(); ++i) looked_up[i]->sequence = found.value()[i];
  return {};
}

void Committer::SubmitPayments(PaymentBatch batch, PaymentsDone done) {
  Command command = PaymentsCommand{std::move(batch), std::move(done), {}, 0, 0};
  auto& payments = std::get<PaymentsCommand>(command);
  std::optional<Error> refused;
  {
    // What has no place is not looked up either: that would be work for nothing when
    // there is too much already.
    const MutexLock lock(mutex_);
    refused = WhyNot(CostOf(command));
  }
  if (!refused) {
    if (const Status status = LookUp(&payments); !status.ok()) refused = status.error();
  }
  if (!refused) {
    payments.submitted_nanos = MonotonicNanos();
    refused = Enqueue(command);
  }
  if (refused) Refuse(payments, *std::move(refused));
}

Result<Committed> Committer::Run(DecideControl decide) {
  std::promise<Result<Committed>> promise;
  std::future<Result<Committed>> future = promise.get_future();
  Command command = ControlCommand{
      std::move(decide), [&promise](Result<Committed> result) { promise.set_value(result); }};
  if (auto refused = Enqueue(command)) return *std::move(refused);
  return future.get();
}

void Committer::Pass(std::function<void()> done) {
  Command command = ControlCommand{[](const LedgerState&) { return std::vector<JournalEntry>(); },
                                   [done = std::move(done)](const Result<Committed>&) { done(); }};
  {
    const MutexLock lock(mutex_);
    if (stopping_) return;
    queued_events_.fetch_add(CostOf(command), std::memory_order_relaxed);
    queue_.push_back(std::move(command));
  }
  work_.notify_one();
}

Result<Sequence> Committer::FixTime(WallMicros time) {
  Sequence sequence = 0;
  const auto done =
      Run([this, time, &sequence](const LedgerState&) -> Result<std::vector<JournalEntry>> {
        // The ledger's own times may be ahead of a clock that stepped back.
        if (time > std::max(clock_.Now(), last_time_)) {
          return Refusal(Reason::kKnownAtInFuture, "known_at",
                         "known_at lies in the future; leave it out for what is known now");
        }
        // A restart may find what a failed write has left, with its earlier time.
        if (failed_write_ && time >= failed_write_->recorded_time) return failed_write_->error;
        const auto found = ledger_.store().SequenceAt(time);
        if (!found.ok()) return found.error();
        sequence = found.value();
        last_time_ = std::max(last_time_, time);
        return std::vector<JournalEntry>();
      });
  if (!done.ok()) return done.error();
  return sequence;
}

void Committer::Loop() {
  while (WaitForWork()) RunOnce();
}

// False when the committer stops and nothing is left to do.
bool Committer::WaitForWork() {
  while (true) {
    {
      MutexLock lock(mutex_);
      const SteadyTime next_check = SteadyNow() + kStoreCheckInterval;
      bool check = false;
      while (queue_.empty() && !stopping_ && !check) {
        if (store_error_) {
          check = lock.WaitUntil(work_, next_check) == std::cv_status::timeout;
        } else {
          lock.Wait(work_);
        }
      }
      if (!queue_.empty()) return true;
      if (stopping_) return false;
    }
    CheckStore();
  }
}

void Committer::CheckStore() {
  if (!ledger_.writer_store().CheckWritable().ok()) return;
  {
    const MutexLock lock(mutex_);
    store_error_.reset();
  }
  Afterwards([this] {
    for (CommitListener* listener : listeners_) listener->OnWritableAgain();
  });
}

// A group is a run of payment batches, or one control command alone: a control
// command decides on a state in which everything before it is applied.
std::vector<Committer::Command> Committer::TakeGroup() {
  std::vector<Command> group;
  size_t events = 0;
  const MutexLock lock(mutex_);
  while (!queue_.empty()) {
    const bool control = std::holds_alternative<ControlCommand>(queue_.front());
    const size_t cost = CostOf(queue_.front());
    if (!group.empty() && (control || events + cost > options_.max_group_events)) break;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
    events += cost;
    if (control) break;
  }
  queued_events_.fetch_sub(events, std::memory_order_relaxed);
  return group;
}

void Committer::Refuse(PaymentsCommand& command, Error error) {
  command.done(std::move(error));
  if (command.batch.caller.group_answered) command.batch.caller.group_answered();
}

void Committer::DropAbandoned(std::vector<Command>* group) {
  std::erase_if(*group, [](Command& command) {
    auto* payments = std::get_if<PaymentsCommand>(&command);
    if (payments == nullptr || !payments->batch.caller.abandoned) return false;
    if (!payments->batch.caller.abandoned()) return false;
    Refuse(*payments, Refusal(Reason::kCallEnded, "",
                              "the call ended before its batch was recorded; send it again"));
    return true;
  });
}

bool Committer::RunOnce() {
  std::vector<Command> group = TakeGroup();
  if (group.empty()) return false;
  DropAbandoned(&group);
  if (group.empty()) return true;
  if (auto* control = std::get_if<ControlCommand>(&group.front())) {
    CommitControl(std::move(*control));
  } else {
    CommitPayments(std::move(group));
  }
  CheckpointWhenDue();
  return true;
}

// Outcomes of all batches, in their order.
Status Committer::Decide(AnsweredBatches* batches, PaymentGroup* group) const {
  if (Status status = LookUpRest(&batches->commands); !status.ok()) return status;
  size_t event_count = 0;
  for (const Command& command : batches->commands) event_count += CostOf(command);
  group->Reserve(event_count);
  CommitStats& stats = batches->result.stats;
  for (Command& command : batches->commands) {
    auto& payments = std::get<PaymentsCommand>(command);
    PaymentBatch& batch = payments.batch;
    auto known = payments.known.begin();
    // The batch stays where it is until it is answered.
    const MaybeOwnedString source = MaybeOwnedString::Borrow(batch.source);
    std::vector<PaymentOutcome>& outcomes = batches->outcomes.emplace_back();
    outcomes.reserve(batch.events.size());
    for (auto& event : batch.events) {
      if (auto* refusal = std::get_if<PaymentRefusal>(&event)) {
        outcomes.push_back(PaymentOutcome::Rejected(std::move(*refusal)));
      } else {
        auto outcome = group->Decide(source, std::move(std::get<PaymentEvent>(event)), *known++);
        if (!outcome.ok()) return outcome.error();
        outcomes.push_back(std::move(outcome).value());
      }
      Count(outcomes.back(), &stats);
    }
    stats.event_count += outcomes.size();
  }
  return {};
}

void Committer::CommitPayments(std::vector<Command> commands) {
  // Shared because a task must be copyable; one thread has it at a time.
  const auto batches = std::make_shared<AnsweredBatches>();
  batches->commands = std::move(commands);
  GroupResult& result = batches->result;
  const int64_t start = MonotonicNanos();
  for (const Command& command : batches->commands) {
    const auto& payments = std::get<PaymentsCommand>(command);
    result.stats.parse_nanos.push_back(payments.batch.parse_nanos);
    result.stats.wait_nanos.push_back(start - payments.submitted_nanos);
  }
  PaymentGroup group(ledger_.writer_state(), ledger_.store());
  const Status decided = Decide(batches.get(), &group);
  result.stats.decide_nanos = MonotonicNanos() - start;
  if (decided.ok()) {
    WriteAndApply({0, 0, group.TakeEntries(), group.taken_fen(), group.TakeKeyHashes()}, &result);
  } else {
    result.failure = decided.error();
  }
  Afterwards([this, batches] {
    Tell(batches->result);
    Answer(batches.get());
  });
}

void Committer::Answer(AnsweredBatches* batches) const {
  BW_FAILPOINT("before_answer");
  for (size_t i = 0; i < batches->commands.size(); ++i) {
    PaymentsDone& done = std::get<PaymentsCommand>(batches->commands[i]).done;
    if (batches->result.failure) {
      done(*batches->result.failure);
    } else {
      done(std::move(batches->outcomes[i]));
    }
    BW_FAILPOINT("after_answer");
  }
  for (const Command& command : batches->commands) {
    const PaymentBatch& batch = std::get<PaymentsCommand>(command).batch;
    if (batch.caller.group_answered) batch.caller.group_answered();
  }
}

void Committer::CommitControl(ControlCommand command) {
  auto entries = command.decide(ledger_.writer_state());
  if (!entries.ok()) {
    command.done(entries.error());
    return;
  }
  const auto result = std::make_shared<GroupResult>();
  Commit commit;
  commit.entries = std::move(entries).value();
  const Sequence first = ledger_.writer_state().sequence() + 1;
  WriteAndApply(std::move(commit), result.get());
  Committed committed = Here();
  committed.first_sequence = result->entries.empty() ? 0 : first;
  Afterwards([this, result, committed, done = std::move(command.done)] {
    Tell(*result);
    if (result->failure) {
      done(*result->failure);
    } else {
      done(committed);
    }
  });
}

// Runs what follows a group behind the groups before it. While nothing else is to do,
// here: another thread would only be later.
void Committer::Afterwards(std::function<void()> task) {
  if (answering_ == nullptr || (unanswered_groups_ == 0 && queue_depth() == 0)) {
    task();
    return;
  }
  ++unanswered_groups_;
  BW_CHECK(answering_->Post([this, task = std::move(task)] {
    task();
    --unanswered_groups_;
  }));
}

void Committer::Tell(const GroupResult& result) const {
  if (result.failure && !result.write_failed) return;
  for (CommitListener* listener : listeners_) {
    if (result.write_failed) {
      listener->OnWriteFailed(*result.failure);
    } else {
      listener->OnCommitted(result.entries, result.stats);
    }
  }
}

Committed Committer::Here() const {
  return {0, ledger_.writer_state().sequence(), ledger_.writer_state().recorded_time()};
}

// Gives the commit its place and time first.
void Committer::WriteAndApply(Commit commit, GroupResult* result) {
  CommitStats& stats = result->stats;
  stats.entry_count = commit.entries.size();
  if (commit.entries.empty()) return;
  commit.first_sequence = ledger_.writer_state().sequence() + 1;
  commit.recorded_time = std::max(clock_.Now(), last_time_ + 1);
  const int64_t start = MonotonicNanos();
  BW_FAILPOINT("before_write");
  WriteCost cost;
  const Status status = ledger_.writer_store().Write(commit, &cost);
  const int64_t written = MonotonicNanos();
  stats.write_nanos = written - start;
  stats.encode_nanos = cost.encode_nanos;
  stats.sync_nanos = cost.sync_nanos;
  {
    const MutexLock lock(mutex_);
    store_error_.reset();
    if (!status.ok()) store_error_ = status.error();
  }
  if (!status.ok()) {
    if (!failed_write_) failed_write_ = {commit.recorded_time, status.error()};
    result->failure = status.error();
    result->write_failed = true;
    return;
  }
  BW_FAILPOINT("after_write_before_apply");
  failed_write_.reset();
  last_time_ = commit.recorded_time;
  ledger_.Apply(commit.first_sequence, commit.recorded_time, commit.entries);
  stats.apply_nanos = MonotonicNanos() - written;
  result->entries = std::move(commit.entries);
}

void Committer::CheckpointWhenDue() {
  const LedgerState& state = ledger_.writer_state();
  const Sequence last = checkpointer_.last();
  // When it fails, a restart reads more of the journal. It is tried again when an eighth more
  // has come: a full disk takes none, and gathering what has changed takes time.
  const Sequence due = std::max(last + options_.checkpoint_interval,
                                checkpoint_tried_ + options_.checkpoint_interval / 8);
  if (state.sequence() < due || !checkpointer_.idle()) return;
  checkpoint_tried_ = state.sequence();
  checkpointer_.Write(
      {state.sequence(), state.gross_fen(), state.payment_counts(), state.unmatched_refunds()},
      TotalsChangedSince(last, state.totals()));
}

}  // namespace budgetwatch
