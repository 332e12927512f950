#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "domain/date.h"
#include "service/committer.h"
#include "transport/limits.h"

namespace budgetwatch {

// How the daemon runs, with the defaults. app/settings_table.cc says what each one is.
struct Options {
  std::string data_dir = "/var/lib/budgetwatch";
  std::string backup_dir;  // empty: see BackupDirectoryOf
  int backups_kept = 7;    // 0: all
  std::string listen = "127.0.0.1:7470";
  std::string metrics_listen = "127.0.0.1:7471";
  std::string profile_file;  // empty: the built-in profile
  std::string time_zone = "Asia/Shanghai";
  std::optional<Date> today;  // fixes the business date
  std::string log_level = "info";
  int stop_timeout_seconds = 20;
  int64_t memory_limit_mib = 1024;
  int64_t max_queued_mib = 0;    // 0: a sixth of the memory limit
  int64_t index_filter_mib = 0;  // 0: a quarter of it
  Committer::Options committer;
  // Payments that the indexes hold in memory before they go to a file.
  int64_t index_memory_payments = 524'288;
  ServerLimits server;  // its bytes come from the memory limit, see PlanMemory
};

// How the memory limit is shared out. What is left is for the ledger's own state, which
// follows projects and days, for the store's buffers, and for what an allocator loses.
struct MemoryPlan {
  size_t held_bytes = 0;    // requests and answers under way
  size_t grpc_bytes = 0;    // gRPC's buffers
  size_t filter_bytes = 0;  // filters of payment ids
  size_t store_bytes = 0;   // the store's block cache and memtables
};
MemoryPlan PlanMemory(const Options& options);

// The path of a directory without slashes at its end, so that a name can be put behind it.
std::string WithoutSlash(std::string path);

// Where backups go: beside the data directory, unless another directory is named.
std::string BackupDirectoryOf(const Options& options);

// The limits of the server, with the bytes of the plan.
ServerLimits LimitsOf(const Options& options);

// Checks each value, and what several have to do with each other. Errors: INVALID_FIELD,
// naming the setting and the cure.
Status CheckOptions(const Options& options);

}  // namespace budgetwatch
