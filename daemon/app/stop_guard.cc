#include "app/stop_guard.h"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

#include "app/application.h"
#include "app/log.h"

namespace budgetwatch {

StopGuard::StopGuard(const sigset_t& signals, const Application& application,
                     int stop_timeout_seconds)
    : thread_([this, signals, &application, stop_timeout_seconds] {
        const timespec patience = {stop_timeout_seconds + kClosingSeconds, 0};
        const int received = sigtimedwait(&signals, nullptr, &patience);
        if (stopped_) return;
        spdlog::error("stopped at once because={} unanswered={}",
                      Quoted(received < 0 ? "the stop took too long" : "a second signal came"),
                      Quoted(application.Unanswered()));
        std::_Exit(1);
      }) {}

StopGuard::~StopGuard() {
  stopped_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

}  // namespace budgetwatch
