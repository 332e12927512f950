#include "faults/store_stack.h"

#include <atomic>
#include <future>

namespace budgetwatch {
namespace {

// Less than larger runs need, so that some have no filter.
constexpr size_t kFilterBytes = 4096;

}  // namespace

Result<std::unique_ptr<StoreStack>> StoreStack::Open(const std::string& directory,
                                                     rocksdb::Env* env, const FakeClock& clock) {
  std::unique_ptr<StoreStack> stack(new StoreStack());
  auto store =
      RocksDbStore::Open(directory, env, {.seal_count = kSealCount, .filter_bytes = kFilterBytes});
  if (!store.ok()) return store.error();
  stack->store_ = std::move(store).value();
  auto ledger = Ledger::Open(*stack->store_);
  if (!ledger.ok()) return ledger.error();
  stack->ledger_ = std::move(ledger).value();
  Committer::Options options;
  options.checkpoint_interval = 500;
  auto committer = Committer::Create(*stack->ledger_, clock, options);
  if (!committer.ok()) return committer.error();
  stack->committer_ = std::move(committer).value();
  stack->payments_ = std::make_unique<Payments>(*stack->ledger_, *stack->committer_);
  stack->plans_ = std::make_unique<Plans>(*stack->ledger_, *stack->committer_);
  return stack;
}

void StoreStack::StartCommitter() {
  committer_->Start();
  started_ = true;
}

void StoreStack::Close() {
  if (committer_ != nullptr) committer_->Stop();
  plans_.reset();
  payments_.reset();
  committer_.reset();
  ledger_.reset();
  store_.reset();
}

std::optional<Error> StoreStack::Send(std::vector<PaymentLoad::Batch> batches, PaymentLoad* load,
                                      AuditTally* tally) {
  using Outcomes = Result<std::vector<PaymentOutcome>>;
  std::vector<std::promise<Outcomes>> promises(batches.size());
  for (size_t i = 0; i < batches.size(); ++i) {
    std::promise<Outcomes>* promise = &promises[i];
    payments_->Record(batches[i].front().source, PaymentLoad::RawOf(batches[i]), nullptr,
                      MonotonicNanos(),
                      [promise](Outcomes outcomes) { promise->set_value(std::move(outcomes)); });
  }
  while (!started_ && committer_->RunOnce()) {
  }
  std::optional<Error> failure;
  std::vector<PaymentLoad::Batch> unanswered;
  for (size_t i = 0; i < batches.size(); ++i) {
    const Outcomes outcomes = promises[i].get_future().get();
    if (outcomes.ok()) {
      load->Answered(batches[i], outcomes.value(), tally);
      continue;
    }
    failure = outcomes.error();
    unanswered.push_back(std::move(batches[i]));
    // The committer's thread makes the groups as it likes: each batch may be one.
    if (started_) load->Unanswered({std::move(unanswered.back())});
  }
  if (!started_ && !unanswered.empty()) load->Unanswered(std::move(unanswered));
  return failure;
}

std::optional<Error> StoreStack::ApplyPlan(int64_t budget_fen, PaymentLoad* load) {
  std::vector<Project> projects;
  for (int i = 0; i < 5; ++i) projects.push_back(MakeProject("P" + std::to_string(i), budget_fen));
  Plans::ApplyRequest request;
  request.plan = MakePlan("100", std::move(projects));
  request.effective_date = Day("2020-01-01");
  std::atomic<bool> done = false;
  std::optional<Result<Plans::ApplyResult>> result;
  std::thread caller([&] {
    result = plans_->Apply(std::move(request));
    done = true;
  });
  while (!started_ && !done) {
    if (!committer_->RunOnce()) std::this_thread::yield();
  }
  caller.join();
  if (!result->ok()) {
    load->PlanAnswered(0);
    return result->error();
  }
  BW_CHECK(result->value().applied);
  if (!result->value().unchanged) load->PlanAnswered(result->value().revision->sequence);
  return std::nullopt;
}

}  // namespace budgetwatch
