#include "transport/payment_stream.h"

#include <utility>

#include "transport/payment_codec.h"

namespace budgetwatch {
namespace {

// What an open stream costs beside what its batches hold: its place in gRPC, its reactor, what
// HTTP/2 lets the client send before it is read, and the answers that gRPC gathers.
constexpr size_t kStreamBytes = 128u << 10;

// What an answer takes beside its bytes until it is written.
constexpr size_t kAnswerBytes = 512;

}  // namespace

PaymentStream* PaymentStream::Start(Payments& payments, Calls& calls,
                                    grpc::CallbackServerContext* context) {
  std::shared_ptr<PaymentStream> stream(new PaymentStream(payments, calls, context));
  stream->self_ = stream;
  stream->Begin();
  return stream.get();
}

PaymentStream::PaymentStream(Payments& payments, Calls& calls, grpc::CallbackServerContext* context)
    : OpenCall(context),
      payments_(payments),
      calls_(calls),
      entry_(calls.census(), *context),
      call_(calls.observer(), "PaymentService/StreamPayments") {}

void PaymentStream::Begin() {
  auto hold = calls_.admission().AdmitStream(kStreamBytes);
  Next next;
  {
    const MutexLock lock(mutex_);
    if (hold.ok()) {
      hold_ = std::move(hold).value();
    } else {
      Fail(0, ToGrpcStatus(hold.error()));
    }
    next = Decide();
  }
  Do(next);
  calls_.open_calls().Add(self_);
}

// The one place that chooses the next steps, from the state alone.
PaymentStream::Next PaymentStream::Decide() {
  Next next;
  if (finished_) return next;
  const bool ending = reads_over_ || broken_ || failure_;
  const int under_way = committing_ + static_cast<int>(outgoing_.size());
  const bool room =
      under_way < calls_.limits().max_batches_per_stream &&
      committing_bytes_ + outgoing_bytes_ < static_cast<size_t>(calls_.limits().max_message_bytes);
  if (!ending && !reading_ && room) {
    reading_ = true;
    next.read = true;
  }
  if (broken_) {
    if (!writing_) outgoing_.clear();
  } else if (!writing_ && !outgoing_.empty()) {
    writing_ = true;
    next.write = &outgoing_.front().bytes;  // stays until OnWriteDone
    next.write_more = has_written_ && outgoing_.size() > 1;
    has_written_ = true;
  }
  if (next.read || next.write != nullptr) ++starting_;
  // The committer still holds a pointer to this while it works on a batch.
  if (ending && committing_ == 0 && starting_ == 0 && !writing_ && outgoing_.empty()) {
    finished_ = true;
    next.finish = broken_ ? grpc::Status::CANCELLED : failure_.value_or(grpc::Status::OK);
  }
  return next;
}

void PaymentStream::Do(Next next) {
  while (next.read || next.write != nullptr) {
    if (next.write != nullptr) {
      BeginWait();
      // With the next answer at hand, gRPC may send both together.
      grpc::WriteOptions write;
      if (next.write_more) write.set_buffer_hint();
      StartWrite(next.write, write);
    }
    if (next.read) StartRead(&incoming_);
    const MutexLock lock(mutex_);
    --starting_;
    next = Decide();
  }
  if (!next.finish) return;  // another thread may have deleted this
  call_.Done(*next.finish);
  Finish(*next.finish);
}

// Behind a failed batch nothing is answered, or the order would be wrong.
void PaymentStream::Fail(int64_t batch, grpc::Status status) {
  if (batch >= failed_batch_) return;
  failed_batch_ = batch;
  failure_ = std::move(status);
}

void PaymentStream::Drain() {
  const grpc::Status status = ToGrpcStatus(
      Refusal(Reason::kShuttingDown, "", "the server stops; send what is not answered again"));
  Next next;
  {
    const MutexLock lock(mutex_);
    if (!reads_over_) Fail(batches_read_, status);
    next = Decide();
  }
  Do(next);
}

void PaymentStream::OnReadDone(bool ok) {
  if (ok) HandIn();
  Next next;
  {
    const MutexLock lock(mutex_);
    reading_ = false;
    if (!ok) reads_over_ = true;
    next = Decide();
  }
  Do(next);
}

void PaymentStream::HandIn() {
  const int64_t received_nanos = MonotonicNanos();
  int64_t number = 0;
  {
    const MutexLock lock(mutex_);
    // A call that is ending may be deleted before the outcomes are there.
    if (finished_ || broken_ || failure_) return;
    number = batches_read_++;
    ++committing_;
  }
  const auto hold = std::make_shared<Hold>();
  const Status submitted = Submit(number, received_nanos, hold);
  incoming_.Clear();
  if (submitted.ok()) return;
  OnOutcomes(number, submitted.error(), std::move(*hold));
  OnGroupAnswered();
}

Status PaymentStream::Submit(int64_t number, int64_t received_nanos,
                             const std::shared_ptr<Hold>& hold) {
  DecodedBatch batch;
  Status decoded = DecodeBatch(incoming_, calls_.limits().max_batch_events, &batch);
  if (!decoded.ok()) return decoded;
  auto admitted = calls_.admission().AdmitBatch(batch.held_bytes());
  if (!admitted.ok()) return admitted.error();
  *hold = std::move(admitted).value();
  {
    const MutexLock lock(mutex_);
    committing_bytes_ += hold->bytes();
  }
  Status limited = calls_.LimitRate(context(), batch.source, batch.events.size());
  if (!limited.ok()) return limited;
  payments_.Record(batch.source, batch.events, batch.bytes, received_nanos,
                   [this, number, hold](Result<std::vector<PaymentOutcome>> outcomes) {
                     OnOutcomes(number, std::move(outcomes), std::move(*hold));
                   },
                   {.abandoned = [this] { return abandoned(); },
                    .group_answered = [this] { OnGroupAnswered(); }});
  return {};
}

void PaymentStream::OnOutcomes(int64_t batch, Result<std::vector<PaymentOutcome>> outcomes,
                               Hold hold) {
  const size_t request_bytes = hold.bytes();
  Answer answer;
  if (outcomes.ok()) {
    answer.bytes = EncodeOutcomes(outcomes.value());
    // An answer larger than its request (it never is by much) is still written.
    (void)hold.Resize(kAnswerBytes + answer.bytes.Length());
    answer.hold = std::move(hold);
  }
  const MutexLock lock(mutex_);
  committing_bytes_ -= request_bytes;
  // A refusal overtakes the batches before it, which are still being written; those
  // are answered.
  if (!outcomes.ok()) {
    Fail(batch, ToGrpcStatus(outcomes.error()));
  } else if (batch < failed_batch_) {
    outgoing_bytes_ += answer.hold.bytes();
    outgoing_.push_back(std::move(answer));
  }
}

void PaymentStream::OnGroupAnswered() {
  Next next;
  {
    const MutexLock lock(mutex_);
    --committing_;
    next = Decide();
  }
  Do(next);
}

void PaymentStream::OnWriteDone(bool ok) {
  EndWait();
  Next next;
  {
    const MutexLock lock(mutex_);
    writing_ = false;
    outgoing_bytes_ -= outgoing_.front().hold.bytes();
    outgoing_.pop_front();
    if (!ok) broken_ = true;
    next = Decide();
  }
  Do(next);
}

void PaymentStream::OnCancel() {
  Next next;
  {
    const MutexLock lock(mutex_);
    broken_ = true;
    next = Decide();
  }
  Do(next);
}

void PaymentStream::OnDone() {
  MarkOver();
  calls_.open_calls().Remove(this);
  hold_ = Hold();
  // The last owner may be the thread that looks for stalled calls.
  const std::shared_ptr<PaymentStream> last = std::move(self_);
}

}  // namespace budgetwatch
