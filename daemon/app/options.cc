#include "app/options.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/zoned_calendar.h"
#include "base/yaml_map.h"
#include "domain/reason.h"
#include "domain/schedule.h"
#include "service/payments.h"

namespace budgetwatch {
namespace {

Error BadFile(const std::string& path, const std::string& what) {
  return Refusal(Reason::kInvalidField, "config", path + ": " + what);
}

Result<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return BadFile(path, "is a directory; name a file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return BadFile(path, "cannot be opened; check the name and the permissions");
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad()) return BadFile(path, "cannot be read");
  return text.str();
}

// All that is wrong with a file, a line each.
Error AllErrors(const std::string& path, const std::vector<YamlError>& errors) {
  std::string text;
  for (const YamlError& error : errors) {
    text += (text.empty() ? "" : "\n") + path + ": " + YamlPlace(error) + ": " + error.message_en;
  }
  return Refusal(Reason::kInvalidField, "config", text);
}

// Parses a file that is one mapping with known keys, and lets `read` take its
// settings; `read` may add to the errors.
template <typename Read>
Status ReadSettings(const std::string& path, const std::vector<std::string_view>& keys,
                    Read&& read) {
  const auto text = ReadFile(path);
  if (!text.ok()) return text.error();
  std::vector<YamlError> errors;
  const auto value = ParseYaml(text.value(), YamlLimits(), &errors);
  if (value) read(YamlMap(*value, "", keys, &errors), &errors);
  if (!errors.empty()) return AllErrors(path, errors);
  return {};
}

void ReadText(const YamlMap& map, std::string_view key, std::string* text) {
  if (const auto value = map.Text(key)) *text = *value;
}

void ReadPercent(const YamlMap& map, std::string_view key, int32_t* ppm) {
  const auto text = map.Text(key);
  if (!text) return;
  if (const auto share = ParsePercent(*text)) {
    *ppm = *share;
  } else {
    map.Fail(key, "bad_percent", "must be a percentage from 0 to 100, such as 5 or 7.5",
             "应为 0 至 100 的百分数，如 5 或 7.5");
  }
}

// "06-30".
std::optional<MonitoringDay> ReadDay(const std::string& text) {
  // A leap year, so that 02-29 can be named.
  const auto date = Date::Parse("2020-" + text);
  if (!date) return std::nullopt;
  return MonitoringDay{date->month(), date->day()};
}

void FailDay(const YamlMap& map, std::string_view key) {
  map.Fail(key, "bad_date", "must be a day of the year such as 06-30", "应为日期，如 06-30");
}

void ReadFloors(const YamlMap& map, std::vector<YamlError>* errors, std::vector<Floor>* floors) {
  for (const YamlItem& item : map.Items("floors")) {
    const YamlMap entry(*item.value, item.path, {"date", "percent"}, errors);
    const auto day_text = entry.RequiredText("date");
    const auto percent_text = entry.RequiredText("percent");
    if (!day_text || !percent_text) continue;
    const auto day = ReadDay(*day_text);
    if (!day) FailDay(entry, "date");
    Floor floor;
    ReadPercent(entry, "percent", &floor.share_ppm);
    if (!day) continue;
    floor.month = day->month;
    floor.day = day->day;
    floors->push_back(floor);
  }
}

void ReadProfile(const YamlMap& map, std::vector<YamlError>* errors, Profile* profile) {
  ReadText(map, "name", &profile->name);
  ReadPercent(map, "tolerance_percent", &profile->tolerance_ppm);
  ReadPercent(map, "severe_percent", &profile->severe_ppm);
  ReadPercent(map, "backloaded_percent", &profile->backloaded_ppm);
  if (const auto text = map.Text("backloaded_after")) {
    const auto day = ReadDay(*text);
    if (day) profile->backloaded_after = *day;
    if (!day) FailDay(map, "backloaded_after");
  }
  if (map.Has("monitoring_days")) {
    profile->monitoring_days.clear();
    for (const std::string& text : map.Texts("monitoring_days")) {
      const auto day = ReadDay(text);
      if (day) profile->monitoring_days.push_back(*day);
      if (!day) FailDay(map, "monitoring_days");
    }
    if (profile->monitoring_days.empty() && errors->empty()) {
      map.Fail("monitoring_days", "bad_date", "must list at least one day such as 06-30",
               "至少列出一个日期，如 06-30");
    }
  }
  ReadFloors(map, errors, &profile->floors);
  if (errors->empty() && profile->severe_ppm < profile->tolerance_ppm) {
    map.Fail("severe_percent", "bad_percent", "must not be below tolerance_percent",
             "不应小于 tolerance_percent");
  }
}

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
  return ReadSettings(path,
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

Result<Profile> ReadProfileFile(const std::string& path) {
  Profile profile;
  const Status status =
      ReadSettings(path,
                   {"name", "tolerance_percent", "severe_percent", "backloaded_percent",
                    "backloaded_after", "monitoring_days", "floors"},
                   [&profile](const YamlMap& map, std::vector<YamlError>* errors) {
                     ReadProfile(map, errors, &profile);
                   });
  if (!status.ok()) return status.error();
  return profile;
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
