#include "transport/payment_stream.h"

#include "transport/payment_codec.h"

namespace budgetwatch {

PaymentStream::PaymentStream(Payments& payments, RpcObserver& observer)
    : payments_(payments), call_(observer, "PaymentService/StreamPayments") {
  Next next;
  {
    const MutexLock lock(mutex_);
    next = Decide();
  }
  Do(next);
}

// The one place that chooses the next steps, from the state alone.
PaymentStream::Next PaymentStream::Decide() {
  Next next;
  if (finished_) return next;
  const bool ending = reads_over_ || broken_ || failure_;
  const int under_way = committing_ + static_cast<int>(outgoing_.size());
  if (!ending && !reading_ && under_way < kMaxUnderWay) {
    reading_ = true;
    next.read = true;
  }
  if (broken_) {
    if (!writing_) outgoing_.clear();
  } else if (!writing_ && !outgoing_.empty()) {
    writing_ = true;
    next.write = &outgoing_.front();  // stays until OnWriteDone
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
    if (next.write != nullptr) StartWrite(next.write);
    if (next.read) StartRead(&incoming_);
    const MutexLock lock(mutex_);
    --starting_;
    next = Decide();
  }
  if (!next.finish) return;  // another thread may have deleted this
  call_.Done(*next.finish);
  Finish(*next.finish);
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
  DecodedBatch batch;
  const Status decoded = DecodeBatch(incoming_, &batch);
  incoming_.Clear();
  int64_t number = 0;
  {
    const MutexLock lock(mutex_);
    // A call that is ending may be deleted before the outcomes are there.
    if (finished_ || broken_ || failure_) return;
    number = batches_read_++;
    ++committing_;
  }
  if (!decoded.ok()) {
    OnOutcomes(number, decoded.error());
    return;
  }
  payments_.Record(batch.message.source(), batch.events, received_nanos,
                   [this, number](Result<std::vector<PaymentOutcome>> outcomes) {
                     OnOutcomes(number, std::move(outcomes));
                   });
}

void PaymentStream::OnOutcomes(int64_t batch, Result<std::vector<PaymentOutcome>> outcomes) {
  grpc::ByteBuffer encoded;
  if (outcomes.ok()) encoded = EncodeOutcomes(outcomes.value());
  Next next;
  {
    const MutexLock lock(mutex_);
    --committing_;
    // A refusal overtakes the batches before it, which are still being written; those
    // are answered. Behind a failed batch nothing is, or the order would be wrong.
    if (outcomes.ok()) {
      if (batch < failed_batch_) outgoing_.push_back(std::move(encoded));
    } else if (batch < failed_batch_) {
      failed_batch_ = batch;
      failure_ = ToGrpcStatus(outcomes.error());
    }
    next = Decide();
  }
  Do(next);
}

void PaymentStream::OnWriteDone(bool ok) {
  Next next;
  {
    const MutexLock lock(mutex_);
    writing_ = false;
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

void PaymentStream::OnDone() { delete this; }

}  // namespace budgetwatch
