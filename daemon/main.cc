#include <pthread.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "app/application.h"
#include "app/command_line.h"
#include "app/offline_tools.h"
#include "app/profile_file.h"

namespace {

// Logs go to standard error; standard output carries the one line that says where
// the daemon listens.
void SetUpLog(const std::string& level) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("budgetwatchd"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%f%z level=%l %v");
  spdlog::set_level(spdlog::level::from_str(level));
  spdlog::flush_on(spdlog::level::debug);
}

int CheckConfig(const budgetwatch::Options& options) {
  budgetwatch::Status status = budgetwatch::CheckOptions(options);
  if (status.ok() && !options.profile_file.empty()) {
    const auto profile = budgetwatch::ReadProfileFile(options.profile_file);
    if (!profile.ok()) status = profile.error();
  }
  if (!status.ok()) {
    std::cerr << "budgetwatchd: " << status.error().message << '\n';
    return 1;
  }
  std::cout << "configuration is good\n";
  return 0;
}

// Ends the process when its orderly stop takes too long, or is asked for again, and says
// what was not answered. What was acknowledged is durable all the same.
class StopGuard {
 public:
  // Time to close the store, on top of the time for calls.
  static constexpr int kClosingSeconds = 10;

  StopGuard(const sigset_t& signals, const budgetwatch::Application& application,
            int stop_timeout_seconds)
      : thread_([this, signals, &application, stop_timeout_seconds] {
          const timespec patience = {stop_timeout_seconds + kClosingSeconds, 0};
          const int received = sigtimedwait(&signals, nullptr, &patience);
          if (stopped_) return;
          spdlog::error("stopped at once because {} unanswered=\"{}\"",
                        received < 0 ? "the stop took too long" : "a second signal came",
                        application.Unanswered());
          std::_Exit(1);
        }) {}

  ~StopGuard() {
    stopped_ = true;
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
  }

 private:
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace

int main(int argc, char** argv) {
  if (const auto done = budgetwatch::RunOfflineTool(argc, argv)) return *done;
  std::optional<int> exit_code;
  const budgetwatch::CommandLine line = budgetwatch::ReadCommandLine(argc, argv, &exit_code);
  if (exit_code) return *exit_code;
  if (line.check_config) return CheckConfig(line.options);
  SetUpLog(line.options.log_level);

  // Blocked before any thread starts, so that only sigwait below takes them.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  auto application = budgetwatch::Application::Start(line.options);
  if (!application.ok()) {
    std::cerr << "budgetwatchd: " << application.error().message << '\n';
    return 1;
  }
  std::printf("ready grpc=%s metrics=%s\n", application.value()->grpc_address().c_str(),
              application.value()->metrics_address().c_str());
  std::fflush(stdout);
  int received = 0;
  sigwait(&stop_signals, &received);
  spdlog::info("stopping signal={}", received);
  StopGuard guard(stop_signals, *application.value(), line.options.stop_timeout_seconds);
  application.value()->Stop();
  return 0;
}
