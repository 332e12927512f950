#pragma once

#include <chrono>
#include <functional>
#include <stop_token>

#include "lib/call_status.h"

namespace budgetwatch::client {

// How often and how long a call is tried again. The waits double from
// `initial_wait` to `wait_max`, each shortened at random by up to a half, so that
// many clients of a server that comes back do not return at the same moment.
struct RetryPolicy {
  std::chrono::milliseconds initial_wait{100};
  std::chrono::milliseconds wait_max{5'000};
  // From the first attempt (or the last progress) to the start of the last one.
  std::chrono::milliseconds total_max{10'000};
};

// Time and chance as the retries see them; tests put their own. Thread-safe.
class Pacer {
 public:
  virtual ~Pacer() = default;

  // A clock that never steps back.
  virtual std::chrono::steady_clock::time_point Now() = 0;

  // Waits; false, at once, when `stop` is requested.
  virtual bool Wait(std::chrono::milliseconds duration, std::stop_token stop) = 0;

  // A random number in [0, 1).
  virtual double Random() = 0;
};

// The machine's clock and randomness.
class SystemPacer : public Pacer {
 public:
  std::chrono::steady_clock::time_point Now() override;
  bool Wait(std::chrono::milliseconds duration, std::stop_token stop) override;
  double Random() override;
};

// Whether the same request may succeed later: UNAVAILABLE, RESOURCE_EXHAUSTED,
// DEADLINE_EXCEEDED, and CANCELLED, which a call that this side did not cancel gets
// from a server that is stopping. Every RPC of budgetwatch is idempotent, so repeating one of
// unknown outcome is safe.
bool IsRetriable(const CallStatus& status);

// Counts the waits of one call. Thread-compatible; `pacer` must outlive it.
class Backoff {
 public:
  Backoff(const RetryPolicy& policy, Pacer* pacer);

  // Waits before the next attempt after `status`. False, without an attempt left,
  // when the status is final, the bound would be passed, or `stop` is requested.
  [[nodiscard]] bool WaitAfter(const CallStatus& status, std::stop_token stop);

  // Starts anew after progress.
  void Reset();

 private:
  const RetryPolicy policy_;
  Pacer* const pacer_;
  std::chrono::milliseconds next_wait_;
  std::chrono::steady_clock::time_point started_;
};

// Calls `attempt` until it succeeds, fails for good or the policy ends; returns
// the last status.
CallStatus CallWithRetry(const RetryPolicy& policy, Pacer* pacer, std::stop_token stop,
                         const std::function<CallStatus()>& attempt);

}  // namespace budgetwatch::client
