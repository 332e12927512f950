#pragma once

#include <signal.h>

#include <atomic>
#include <thread>

namespace budgetwatch {

class Application;

// Ends the process when its orderly stop takes too long, or is asked for again, and says
// what was not answered. What was acknowledged is durable all the same.
class StopGuard {
 public:
  // Time to close the store, on top of the time for calls.
  static constexpr int kClosingSeconds = 10;

  // `signals` ask for a stop and are blocked. The application outlives the guard.
  StopGuard(const sigset_t& signals, const Application& application, int stop_timeout_seconds);
  ~StopGuard();
  StopGuard(const StopGuard&) = delete;
  StopGuard& operator=(const StopGuard&) = delete;

 private:
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace budgetwatch
