#include "telemetry/daemon_metrics.h"

#include <algorithm>
#include <iterator>

namespace budgetwatch {
namespace {

using prometheus::Counter;
using prometheus::Histogram;
using prometheus::Registry;

constexpr double kNanosPerSecond = 1e9;
constexpr double kMicrosPerSecond = 1e6;

// The canonical codes. Whatever else is reported counts as UNKNOWN, as gRPC does.
constexpr std::string_view kUnknownCode = "UNKNOWN";
constexpr std::string_view kCodes[] = {
    "OK",        "CANCELLED",      "INVALID_ARGUMENT",  "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "FAILED_PRECONDITION",
    "INTERNAL",  "UNAVAILABLE",    "DATA_LOSS",         "UNAUTHENTICATED",
    kUnknownCode};
constexpr char kOtherMethods[] = "other";

// The bounds of buckets belong to the bucket below them.

// A group has up to Committer::Options::max_group_events entries, or one large batch.
Histogram::BucketBoundaries EntryBuckets() {
  return {1, 4, 16, 64, 256, 1'024, 4'096, 16'384, 65'536};
}

// One durable write of a few entries takes 0.3 ms on a good disk, of many 20 ms.
Histogram::BucketBoundaries CommitBuckets() {
  return {0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};
}

// From one event, of which a stage takes a microsecond, to full groups that wait.
Histogram::BucketBoundaries StageBuckets() {
  return {0.00001, 0.000025, 0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1};
}

Histogram::BucketBoundaries HandlingBuckets() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

Histogram& AddHistogram(Registry& registry, const std::string& name, const std::string& help,
                        const Histogram::BucketBoundaries& buckets) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
}

double Seconds(int64_t nanos) { return static_cast<double>(nanos) / kNanosPerSecond; }

void Count(int64_t count, Counter* counter) {
  if (count > 0) counter->Increment(static_cast<double>(count));
}

}  // namespace

DaemonMetrics::DaemonMetrics(Registry& registry, std::string_view version) {
  AddBackups(registry);
  AddConfiguration(registry);
  auto& payments = prometheus::BuildCounter()
                       .Name("budgetwatch_payments_recorded_total")
                       .Help(
                           "Payment events answered, by outcome: recorded, duplicate, suspended "
                           "or rejected.")
                       .Register(registry);
  recorded_ = &payments.Add({{"outcome", "recorded"}});
  duplicate_ = &payments.Add({{"outcome", "duplicate"}});
  suspended_ = &payments.Add({{"outcome", "suspended"}});
  rejected_ = &payments.Add({{"outcome", "rejected"}});
  commit_entries_ = &AddHistogram(registry, "budgetwatch_commit_entries",
                                  "Journal entries of one durable commit.", EntryBuckets());
  commit_seconds_ =
      &AddHistogram(registry, "budgetwatch_commit_seconds",
                    "Time of one durable write to the store, in seconds.", CommitBuckets());
  auto& stages = prometheus::BuildHistogram()
                     .Name("budgetwatch_commit_stage_seconds")
                     .Help(
                         "Time of one stage on the way of payment events, in seconds. Of each "
                         "batch: parse, wait. Of each commit: decide, encode, sync, apply.")
                     .Register(registry);
  const auto stage = [&stages](const char* name) {
    return &stages.Add({{"stage", name}}, StageBuckets());
  };
  parse_seconds_ = stage("parse");
  wait_seconds_ = stage("wait");
  decide_seconds_ = stage("decide");
  encode_seconds_ = stage("encode");
  sync_seconds_ = stage("sync");
  apply_seconds_ = stage("apply");
  write_failures_ = &prometheus::BuildCounter()
                         .Name("budgetwatch_store_write_failures_total")
                         .Help("Commits that the store refused; nothing of them was recorded.")
                         .Register(registry)
                         .Add({});
  handled_family_ = &prometheus::BuildCounter()
                         .Name("budgetwatch_grpc_server_handled_total")
                         .Help("Finished calls by method and canonical gRPC code.")
                         .Register(registry);
  handling_family_ = &prometheus::BuildHistogram()
                          .Name("budgetwatch_grpc_server_handling_seconds")
                          .Help(
                              "Time from the start to the end of a call, in seconds; of a "
                              "stream, for as long as it was open.")
                          .Register(registry);
  prometheus::BuildGauge()
      .Name("budgetwatch_build_info")
      .Help("Version of the running daemon, always 1.")
      .Register(registry)
      .Add({{"version", std::string(version)}})
      .Set(1);
}

void DaemonMetrics::AddBackups(Registry& registry) {
  backup_timestamp_ = &prometheus::BuildGauge()
                           .Name("budgetwatch_backup_last_timestamp_seconds")
                           .Help("When the last good backup was made; 0 when there is none.")
                           .Register(registry)
                           .Add({});
  backup_sequence_ = &prometheus::BuildGauge()
                          .Name("budgetwatch_backup_last_sequence")
                          .Help("Journal sequence up to which the last good backup surely reaches.")
                          .Register(registry)
                          .Add({});
  backup_failures_ = &prometheus::BuildCounter()
                          .Name("budgetwatch_backup_failures_total")
                          .Help("Backups that could not be made.")
                          .Register(registry)
                          .Add({});
}

// Named as Prometheus names its own.
void DaemonMetrics::AddConfiguration(Registry& registry) {
  reload_successful_ =
      &prometheus::BuildGauge()
           .Name("budgetwatch_config_last_reload_successful")
           .Help(
               "Whether the configuration was good when it was last read, at a reload or the "
               "start: 1, or 0 when an older one stays in force.")
           .Register(registry)
           .Add({});
  reload_timestamp_ = &prometheus::BuildGauge()
                           .Name("budgetwatch_config_last_reload_success_timestamp_seconds")
                           .Help("When the configuration in force was read.")
                           .Register(registry)
                           .Add({});
}

void DaemonMetrics::OnConfigurationRead(WallMicros time) {
  reload_successful_->Set(1);
  reload_timestamp_->Set(static_cast<double>(time) / kMicrosPerSecond);
}

void DaemonMetrics::OnConfigurationRefused() { reload_successful_->Set(0); }

void DaemonMetrics::OnBackupCreated(const BackupInfo& backup) {
  backup_timestamp_->Set(static_cast<double>(backup.created_time) / kMicrosPerSecond);
  backup_sequence_->Set(static_cast<double>(backup.point.sequence));
}

void DaemonMetrics::OnBackupFailed(const Error&) { backup_failures_->Increment(); }

void DaemonMetrics::OnCommitted(const std::vector<JournalEntry>&, const CommitStats& stats) {
  Count(stats.recorded_count, recorded_);
  Count(stats.duplicate_count, duplicate_);
  Count(stats.suspended_count, suspended_);
  Count(stats.rejected_count, rejected_);
  for (const int64_t nanos : stats.parse_nanos) parse_seconds_->Observe(Seconds(nanos));
  for (const int64_t nanos : stats.wait_nanos) wait_seconds_->Observe(Seconds(nanos));
  if (stats.event_count > 0) decide_seconds_->Observe(Seconds(stats.decide_nanos));
  if (stats.entry_count == 0) return;  // nothing was written
  encode_seconds_->Observe(Seconds(stats.encode_nanos));
  sync_seconds_->Observe(Seconds(stats.sync_nanos));
  apply_seconds_->Observe(Seconds(stats.apply_nanos));
  commit_entries_->Observe(static_cast<double>(stats.entry_count));
  commit_seconds_->Observe(Seconds(stats.write_nanos));
}

void DaemonMetrics::OnWriteFailed(const Error&) { write_failures_->Increment(); }

void DaemonMetrics::OnRpcDone(std::string_view method, std::string_view code,
                              int64_t duration_nanos) {
  const auto* known = std::find(std::begin(kCodes), std::end(kCodes), code);
  const std::string_view counted = known == std::end(kCodes) ? kUnknownCode : *known;
  Counter* handled = nullptr;
  Histogram* handling_seconds = nullptr;
  {
    const MutexLock lock(mutex_);
    MethodMetrics& metrics = FindMethod(method);
    const auto [child, added] = metrics.handled.try_emplace(counted, nullptr);
    if (added) {
      child->second =
          &handled_family_->Add({{"method", metrics.label}, {"code", std::string(counted)}});
    }
    handled = child->second;
    handling_seconds = metrics.handling_seconds;
  }
  handled->Increment();
  handling_seconds->Observe(Seconds(duration_nanos));
}

DaemonMetrics::MethodMetrics& DaemonMetrics::FindMethod(std::string_view method) {
  auto position = methods_.find(method);
  if (position == methods_.end()) {
    if (methods_.size() >= kMaxMethods) method = kOtherMethods;
    position = methods_.try_emplace(std::string(method)).first;
  }
  MethodMetrics& metrics = position->second;
  if (metrics.handling_seconds == nullptr) {
    metrics.label = position->first;
    metrics.handling_seconds =
        &handling_family_->Add({{"method", metrics.label}}, HandlingBuckets());
  }
  return metrics;
}

}  // namespace budgetwatch
