#include "app/options.h"

#include <algorithm>
#include <filesystem>

#include "app/settings_file.h"
#include "app/zoned_calendar.h"
#include "base/yaml_map.h"
#include "domain/reason.h"
#include "service/payments.h"

namespace budgetwatch {
namespace {

void ReadToday(const YamlMap& map, Options* options) {
  const auto text = map.Text("today");
  if (!text || text->empty()) return;
  options->today = Date::Parse(*text);
  if (options->today) return;
  map.Fail("today", "bad_date", "must be a date such as 2020-07-01", "应为日期，如 2020-07-01");
}

template <typename Number>
void ReadNumber(const YamlMap& map, std::string_view key, int64_t first, int64_t last,
                Number* number) {
  if (const auto value = map.Integer(key, first, last)) *number = static_cast<Number>(*value);
}

// The ranges are those that deploy/budgetwatchd.yaml names.
void ReadLimits(const YamlMap& map, Options* options) {
  constexpr int64_t kDay = 86'400;
  constexpr int64_t kMebibyte = 1 << 20;
  ServerLimits& server = options->server;
  ReadNumber(map, "stop_timeout_seconds", 0, 3600, &options->stop_timeout_seconds);
  ReadNumber(map, "memory_limit_mib", 256, kMebibyte, &options->memory_limit_mib);
  ReadNumber(map, "max_queued_mib", 0, kMebibyte, &options->max_queued_mib);
  ReadNumber(map, "max_queued_events", 1, 100'000'000, &options->committer.max_queued_events);
  ReadNumber(map, "max_group_events", 1, 1'000'000, &options->committer.max_group_events);
  ReadNumber(map, "checkpoint_entries", 1'000, 100'000'000,
             &options->committer.checkpoint_interval);
  ReadNumber(map, "index_memory_payments", 1'000, 100'000'000, &options->index_memory_payments);
  ReadNumber(map, "max_message_bytes", 4096, 256 * kMebibyte, &server.max_message_bytes);
  ReadNumber(map, "max_batch_events", 1, int64_t{kMaxBatchEvents}, &server.max_batch_events);
  ReadNumber(map, "max_batches_per_stream", 1, 65'536, &server.max_batches_per_stream);
  ReadNumber(map, "max_streams", 1, 100'000, &server.max_streams);
  ReadNumber(map, "max_connections", 1, 100'000, &server.max_connections);
  ReadNumber(map, "max_calls_per_connection", 1, 1'000'000, &server.max_calls_per_connection);
  ReadNumber(map, "max_source_events_per_second", 0, 1'000'000'000,
             &server.source_events_per_second);
  ReadNumber(map, "max_peer_events_per_second", 0, 1'000'000'000, &server.peer_events_per_second);
  ReadNumber(map, "handshake_timeout_seconds", 1, 3600, &server.handshake_seconds);
  ReadNumber(map, "keepalive_seconds", 1, kDay, &server.keepalive_seconds);
  ReadNumber(map, "keepalive_timeout_seconds", 1, 3600, &server.keepalive_timeout_seconds);
  ReadNumber(map, "idle_connection_seconds", 1, kDay, &server.idle_connection_seconds);
  ReadNumber(map, "stall_timeout_seconds", 1, kDay, &server.stall_seconds);
}

// Whether `inner` is `outer` or lies in it, by their names.
bool Contains(const std::string& outer, const std::string& inner) {
  const auto parts = [](const std::string& path) {
    return std::filesystem::path(WithoutSlash(path)).lexically_normal();
  };
  const std::filesystem::path out = parts(outer);
  const std::filesystem::path in = parts(inner);
  return std::mismatch(out.begin(), out.end(), in.begin(), in.end()).first == out.end();
}

}  // namespace

std::string WithoutSlash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

MemoryPlan PlanMemory(const Options& options) {
  const auto limit = static_cast<size_t>(options.memory_limit_mib) << 20;
  MemoryPlan plan;
  plan.held_bytes = limit / 6;
  plan.grpc_bytes = limit / 6;
  plan.store_bytes = limit / 4;
  if (options.max_queued_mib > 0) {
    plan.held_bytes = static_cast<size_t>(options.max_queued_mib) << 20;
  }
  return plan;
}

std::string BackupDirectoryOf(const Options& options) {
  if (!options.backup_dir.empty()) return options.backup_dir;
  return WithoutSlash(options.data_dir) + "-backups";
}

ServerLimits LimitsOf(const Options& options) {
  const MemoryPlan plan = PlanMemory(options);
  ServerLimits limits = options.server;
  limits.max_held_bytes = plan.held_bytes;
  limits.grpc_memory_bytes = plan.grpc_bytes;
  return limits;
}

Status ReadConfigFile(const std::string& path, Options* options) {
  return ReadSettingsFile(path,
                          {"data_dir",
                           "backup_dir",
                           "backups_kept",
                           "listen",
                           "metrics_listen",
                           "profile",
                           "time_zone",
                           "today",
                           "log_level",
                           "stop_timeout_seconds",
                           "memory_limit_mib",
                           "max_queued_mib",
                           "max_queued_events",
                           "max_group_events",
                           "checkpoint_entries",
                           "index_memory_payments",
                           "max_message_bytes",
                           "max_batch_events",
                           "max_batches_per_stream",
                           "max_streams",
                           "max_connections",
                           "max_calls_per_connection",
                           "max_source_events_per_second",
                           "max_peer_events_per_second",
                           "handshake_timeout_seconds",
                           "keepalive_seconds",
                           "keepalive_timeout_seconds",
                           "idle_connection_seconds",
                           "stall_timeout_seconds"},
                          [options](const YamlMap& map, std::vector<YamlError>*) {
                            ReadText(map, "data_dir", &options->data_dir);
                            ReadText(map, "backup_dir", &options->backup_dir);
                            ReadNumber(map, "backups_kept", 0, 10'000, &options->backups_kept);
                            ReadText(map, "listen", &options->listen);
                            ReadText(map, "metrics_listen", &options->metrics_listen);
                            ReadText(map, "profile", &options->profile_file);
                            ReadText(map, "time_zone", &options->time_zone);
                            ReadText(map, "log_level", &options->log_level);
                            ReadToday(map, options);
                            ReadLimits(map, options);
                          });
}

Status CheckOptions(const Options& options) {
  const auto bad = [](const char* field, const std::string& what) {
    return Refusal(Reason::kInvalidField, field, std::string(field) + " " + what);
  };
  if (options.data_dir.empty()) return bad("data_dir", "is empty; name a directory");
  if (Contains(options.data_dir, BackupDirectoryOf(options)) ||
      Contains(BackupDirectoryOf(options), options.data_dir)) {
    return bad("backup_dir", "must lie outside data_dir, best on another disk");
  }
  for (const auto& [field, address] : {std::pair("listen", &options.listen),
                                       std::pair("metrics_listen", &options.metrics_listen)}) {
    const size_t colon = address->rfind(':');
    const std::string port = colon == std::string::npos ? "" : address->substr(colon + 1);
    const bool number =
        !port.empty() && port.size() <= 5 &&
        std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (colon == 0 || !number || std::stoi(port) > 65535) {
      return bad(field, "\"" + *address + "\" is not HOST:PORT, such as 127.0.0.1:7470");
    }
  }
  const MemoryPlan memory = PlanMemory(options);
  if (memory.held_bytes > static_cast<size_t>(options.memory_limit_mib) << 19) {
    return bad("max_queued_mib", "must be at most half of memory_limit_mib");
  }
  // Several of the largest messages must fit at once, or one sender stops all others.
  if (static_cast<size_t>(options.server.max_message_bytes) * 4 > memory.held_bytes) {
    return bad("max_message_bytes",
               "must be at most a quarter of what may be queued (" +
                   std::to_string(memory.held_bytes) +
                   " bytes); lower it, or raise memory_limit_mib or max_queued_mib");
  }
  if (options.today && (options.today->year() < kFirstYear || options.today->year() > kLastYear)) {
    return bad("today", "must lie between the years 1950 and 2199");
  }
  const std::vector<std::string> levels = {"debug", "info", "warning", "error"};
  if (std::find(levels.begin(), levels.end(), options.log_level) == levels.end()) {
    return bad("log_level", "must be debug, info, warning or error");
  }
  if (!ZonedCalendar::Create(options.time_zone, nullptr)) {
    return bad("time_zone", "\"" + options.time_zone +
                                "\" is unknown here; use a name such as Asia/Shanghai and install "
                                "tzdata");
  }
  return {};
}

}  // namespace budgetwatch
