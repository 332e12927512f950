#include "lib/retry.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

namespace budgetwatch::client {

std::chrono::steady_clock::time_point SystemPacer::Now() {
  return std::chrono::steady_clock::now();
}

bool SystemPacer::Wait(std::chrono::milliseconds duration, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock<std::mutex> lock(mutex);
  condition.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

double SystemPacer::Random() {
  thread_local std::minstd_rand engine(std::random_device{}());
  return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
}

bool IsRetriable(const CallStatus& status) {
  return status.code == CallCode::kUnavailable || status.code == CallCode::kResourceExhausted ||
         status.code == CallCode::kDeadlineExceeded || status.code == CallCode::kCancelled;
}

Backoff::Backoff(const RetryPolicy& policy, Pacer* pacer) : policy_(policy), pacer_(pacer) {
  Reset();
}

void Backoff::Reset() {
  next_wait_ = policy_.initial_wait;
  started_ = pacer_->Now();
}

bool Backoff::WaitAfter(const CallStatus& status, std::stop_token stop) {
  if (!IsRetriable(status) || stop.stop_requested()) return false;
  const auto shortened = std::chrono::duration_cast<std::chrono::milliseconds>(
      next_wait_ * (1.0 - pacer_->Random() / 2));
  const auto wait = std::max(shortened, status.retry_delay);
  if (pacer_->Now() + wait > started_ + policy_.total_max) return false;
  next_wait_ = std::min(next_wait_ * 2, policy_.wait_max);
  return pacer_->Wait(wait, stop);
}

CallStatus CallWithRetry(const RetryPolicy& policy, Pacer* pacer, std::stop_token stop,
                         const std::function<CallStatus()>& attempt) {
  Backoff backoff(policy, pacer);
  while (true) {
    CallStatus status = attempt();
    if (status.ok() || !backoff.WaitAfter(status, stop)) return status;
  }
}

}  // namespace budgetwatch::client
