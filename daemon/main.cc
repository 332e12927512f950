#include <pthread.h>
#include <signal.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdio>

#include "app/allocator.h"
#include "app/application.h"
#include "app/command_line.h"
#include "app/log.h"
#include "app/offline_tools.h"
#include "app/service_manager.h"
#include "app/stop_guard.h"

namespace {

using budgetwatch::Application;
using budgetwatch::ServiceManager;

// Signs of life in the time in which one is expected: a beat takes from one to the next.
constexpr int kSignsOfLife = 4;

// Waits for a signal; 0 when it is time for a sign of life before one comes.
int WaitForSignal(const sigset_t& signals, const ServiceManager& manager) {
  int received = 0;
  const auto interval = manager.watchdog_interval();
  if (!interval) {
    sigwait(&signals, &received);
    return received;
  }
  const auto pause = *interval / kSignsOfLife;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(pause);
  const timespec patience = {seconds.count(), std::chrono::nanoseconds(pause - seconds).count()};
  received = sigtimedwait(&signals, nullptr, &patience);
  return received < 0 ? 0 : received;
}

// Until it is asked to stop; the signal that asked.
int Serve(Application& application, const budgetwatch::SettingsSource& source,
          const sigset_t& signals, const ServiceManager& manager) {
  manager.Ready(application.Summary());
  while (true) {
    const int received = WaitForSignal(signals, manager);
    if (received == SIGHUP) {
      manager.Reloading();
      const budgetwatch::Status status = application.Reload(source);
      manager.Ready(status.ok() ? application.Summary()
                                : "the last reload failed, see the log; " + application.Summary());
    } else if (received != 0) {
      return received;
    } else if (application.Beat()) {
      manager.Alive(application.Summary());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto done = budgetwatch::RunOfflineTool(argc, argv)) return *done;
  std::optional<int> exit_code;
  const budgetwatch::CommandLine line = budgetwatch::ReadCommandLine(argc, argv, &exit_code);
  if (exit_code) return *exit_code;
  budgetwatch::SetUpLog(line.options.log_level);

  // Blocked before any thread starts, so that only this one takes them.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  sigset_t signals = stop_signals;
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  budgetwatch::KeepFreedMemory();
  const ServiceManager manager;
  auto started = Application::Start(line.options);
  if (!started.ok()) {
    budgetwatch::Complain(started.error().message);
    return 1;
  }
  Application& application = *started.value();
  std::printf("ready grpc=%s metrics=%s\n", application.grpc_address().c_str(),
              application.metrics_address().c_str());
  std::fflush(stdout);
  const int received = Serve(application, line.source, signals, manager);
  const int stop_seconds = application.options().stop_timeout_seconds;
  manager.Stopping(
      std::chrono::seconds(stop_seconds + 2 * budgetwatch::StopGuard::kClosingSeconds));
  spdlog::info("stopping signal={}", received);
  budgetwatch::StopGuard guard(stop_signals, application, stop_seconds);
  application.Stop();
  return 0;
}
