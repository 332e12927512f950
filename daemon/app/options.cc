#include "app/options.h"

#include <algorithm>
#include <filesystem>

#include "app/settings.h"
#include "domain/reason.h"

namespace budgetwatch {
namespace {

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
  plan.filter_bytes = limit / 4;
  plan.store_bytes = limit / 4;
  if (options.max_queued_mib > 0) {
    plan.held_bytes = static_cast<size_t>(options.max_queued_mib) << 20;
  }
  if (options.index_filter_mib > 0) {
    plan.filter_bytes = static_cast<size_t>(options.index_filter_mib) << 20;
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

Status CheckOptions(const Options& options) {
  const auto bad = [](std::string_view name, const std::string& what) {
    return Refusal(Reason::kInvalidField, std::string(name), std::string(name) + " " + what);
  };
  for (const Setting& setting : AllSettings()) {
    if (const auto fault = Fault(setting, options)) return bad(setting.name, *fault);
  }
  const std::string& metrics = options.metrics_listen;
  if (metrics.find(':') != metrics.rfind(':')) {
    return bad("metrics_listen", "\"" + metrics + "\" has an IPv6 address; name an IPv4 address");
  }
  if (metrics == options.listen && !metrics.ends_with(":0")) {
    return bad("metrics_listen", "is the address of listen too; give it another port");
  }
  if (Contains(options.data_dir, BackupDirectoryOf(options)) ||
      Contains(BackupDirectoryOf(options), options.data_dir)) {
    return bad("backup_dir", "must lie outside data_dir, best on another disk");
  }
  const MemoryPlan memory = PlanMemory(options);
  if (memory.held_bytes > static_cast<size_t>(options.memory_limit_mib) << 19) {
    return bad("max_queued_mib", "must be at most half of memory_limit_mib");
  }
  if (memory.filter_bytes > static_cast<size_t>(options.memory_limit_mib) << 19) {
    return bad("index_filter_mib", "must be at most half of memory_limit_mib");
  }
  // Several of the largest messages must fit at once, or one sender stops all others.
  if (static_cast<size_t>(options.server.max_message_bytes) * 4 > memory.held_bytes) {
    return bad("max_message_bytes",
               "must be at most a quarter of what may be queued (" +
                   std::to_string(memory.held_bytes) +
                   " bytes); lower it, or raise memory_limit_mib or max_queued_mib");
  }
  return {};
}

}  // namespace budgetwatch
