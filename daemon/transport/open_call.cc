#include "transport/open_call.h"

#include <algorithm>
#include <chrono>

#include "base/clock.h"

namespace budgetwatch {

void OpenCall::Cancel() {
  {
    const MutexLock lock(mutex_);
    if (over_ || canceller_ != std::thread::id()) return;
    canceller_ = std::this_thread::get_id();
  }
  // Outside the lock: gRPC may finish the call, and so call MarkOver, on this thread.
  context_->TryCancel();
  const MutexLock lock(mutex_);
  canceller_ = std::thread::id();
  cancelled_.notify_all();
}

grpc::Status OpenCall::AbandonedStatus() const {
  const auto deadline = std::chrono::duration_cast<std::chrono::microseconds>(
      context_->deadline().time_since_epoch());
  if (deadline.count() <= SystemClock().Now()) {
    return {grpc::StatusCode::DEADLINE_EXCEEDED, "the deadline passed before its turn came"};
  }
  return grpc::Status::CANCELLED;
}

void OpenCall::BeginWait() { waiting_since_nanos_ = MonotonicNanos(); }

void OpenCall::MarkOver() {
  MutexLock lock(mutex_);
  over_ = true;
  while (canceller_ != std::thread::id() && canceller_ != std::this_thread::get_id()) {
    lock.Wait(cancelled_);
  }
}

OpenCalls::OpenCalls(int stall_seconds) : stall_nanos_(int64_t{stall_seconds} * 1'000'000'000) {
  thread_ = std::thread([this] { Loop(); });
}

OpenCalls::~OpenCalls() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void OpenCalls::Add(std::shared_ptr<OpenCall> call) {
  bool draining = false;
  {
    const MutexLock lock(mutex_);
    calls_.emplace(call.get(), call);
    draining = draining_;
  }
  if (draining) call->Drain();
}

void OpenCalls::Remove(OpenCall* call) {
  const MutexLock lock(mutex_);
  calls_.erase(call);
}

// A copy, since draining or cancelling a call may remove it on the same thread.
std::vector<std::shared_ptr<OpenCall>> OpenCalls::Calls() {
  const MutexLock lock(mutex_);
  std::vector<std::shared_ptr<OpenCall>> calls;
  calls.reserve(calls_.size());
  for (const auto& [key, call] : calls_) calls.push_back(call);
  return calls;
}

void OpenCalls::Drain() {
  {
    const MutexLock lock(mutex_);
    draining_ = true;
  }
  for (const auto& call : Calls()) call->Drain();
}

void OpenCalls::Loop() {
  // Often enough to be at most a quarter late.
  const auto period = std::chrono::nanoseconds(std::max<int64_t>(stall_nanos_ / 4, 10'000'000));
  while (true) {
    {
      MutexLock lock(mutex_);
      const auto next = SteadyNow() + period;
      while (!stopping_ && SteadyNow() < next) lock.WaitUntil(wake_, next);
      if (stopping_) return;
    }
    const int64_t now = MonotonicNanos();
    for (const auto& call : Calls()) {
      const int64_t since = call->waiting_since_nanos();
      if (since != 0 && now - since > stall_nanos_) call->Cancel();
    }
  }
}

}  // namespace budgetwatch
