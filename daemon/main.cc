#include <pthread.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <iostream>

#include "app/application.h"
#include "app/command_line.h"

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

}  // namespace

int main(int argc, char** argv) {
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
  application.value()->Stop();
  return 0;
}
