#include "app/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>

namespace budgetwatch {
namespace {

// Whether standard error is a stream of the journal: the variable is also there for
// children whose output goes elsewhere.
bool ErrorsGoToJournal() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat file = {};
  if (stream == nullptr || fstat(STDERR_FILENO, &file) != 0) return false;
  return stream == std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
}

// "<6>", the priority as syslog has it.
class PriorityFlag : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& line) override {
    const char digit = PriorityOf(message.level);
    const char text[] = {'<', digit, '>'};
    line.append(text, text + sizeof(text));
  }

  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PriorityFlag>();
  }

 private:
  static char PriorityOf(spdlog::level::level_enum level) {
    switch (level) {
      case spdlog::level::critical: return '2';
      case spdlog::level::err: return '3';
      case spdlog::level::warn: return '4';
      case spdlog::level::info: return '6';
      default: return '7';
    }
  }
};

}  // namespace

void SetUpLog(const std::string& level) {
  const auto logger = spdlog::stderr_logger_mt("budgetwatchd");
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (ErrorsGoToJournal()) {
    formatter->add_flag<PriorityFlag>('*').set_pattern("%*level=%l %v");
  } else {
    formatter->set_pattern("%Y-%m-%dT%H:%M:%S.%f%z level=%l %v");
  }
  logger->set_formatter(std::move(formatter));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(logger);
  SetLogLevel(level);
}

void SetLogLevel(const std::string& level) { spdlog::set_level(spdlog::level::from_str(level)); }

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

void Complain(std::string_view message) {
  const char* const before = ErrorsGoToJournal() ? "<3>budgetwatchd: " : "budgetwatchd: ";
  while (!message.empty()) {
    const std::string_view line = message.substr(0, message.find('\n'));
    std::cerr << before << line << '\n';
    message.remove_prefix(std::min(message.size(), line.size() + 1));
  }
}

}  // namespace budgetwatch
