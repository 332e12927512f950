#include "budgetctl/context.h"

#include <algorithm>

#include "budgetctl/display_width.h"

namespace budgetwatch::ctl {
namespace {

// A person waits at a terminal: long enough for a daemon that restarts, short
// enough for a wrong address.
constexpr std::chrono::seconds kRetryTotal{5};

std::string WithDetail(const Speech& say, const std::string& text, const std::string& detail) {
  if (detail.empty() || detail == text) return text;
  return text + say("（", " (") + detail + say("）", ")");
}

}  // namespace

client::ConnectionOptions Context::ConnectionSettings(std::chrono::milliseconds timeout) const {
  if (options.timeout_seconds) {
    timeout = std::chrono::milliseconds(static_cast<int64_t>(*options.timeout_seconds * 1000));
  }
  client::ConnectionOptions settings;
  settings.server = options.server;
  settings.timeout = timeout;
  settings.retry.total_max = std::min<std::chrono::milliseconds>(kRetryTotal, timeout);
  return settings;
}

std::string Context::Describe(const client::CallStatus& status) const {
  if (!status.reason.empty()) {
    return WithDetail(say, ReasonText(say, status.reason, status.message), status.message);
  }
  if (status.code == client::CallCode::kUnavailable) {
    return WithDetail(
        say,
        say("连不上服务端 " + options.server +
                "。请确认 budgetwatchd 正在运行，或用 --server 或环境变量 BUDGETWATCH_SERVER "
                "指定它的地址",
            "cannot reach the server at " + options.server +
                ". Check that budgetwatchd is running, or name its address with --server or the "
                "environment variable BUDGETWATCH_SERVER"),
        status.message);
  }
  if (status.code == client::CallCode::kDeadlineExceeded) {
    return say("服务端 " + options.server + " 没有按时回答；可用 --timeout 放宽时限（秒）",
               "the server at " + options.server +
                   " did not answer in time; allow it more with --timeout (seconds)");
  }
  if (status.code == client::CallCode::kUnimplemented) {
    return WithDetail(say,
                      say("服务端 " + options.server + " 没有这项功能；它的版本可能较旧",
                          "the server at " + options.server +
                              " does not know this call; it may be older than this program"),
                      status.message);
  }
  return std::string(client::CallCodeName(status.code)) + ": " + status.message;
}

ExitCode Context::Fail(const client::CallStatus& status) const {
  (void)Fail(Describe(status));
  return ExitCodeOf(status);
}

ExitCode Context::Fail(const Error& error) const {
  return Fail(WithDetail(say, ReasonText(say, error.reason, error.message), error.message));
}

ExitCode Context::Fail(const std::string& message) const {
  terminal.err << "budgetctl: " << OneLine(message) << std::endl;
  return ExitCode::kFailed;
}

ExitCode ExitCodeOf(const client::CallStatus& status) {
  // Every refusal by the server is a failure, also of an argument: code 2 means
  // that nothing was tried.
  return status.ok() ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace budgetwatch::ctl
