#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "service/backups.h"
#include "service/commit_listener.h"
#include "service/rpc_observer.h"

namespace budgetwatch {

// The daemon's own metrics: what it committed, how long that took, the calls it answered,
// its backups and its configuration. Thread-safe.
//
// Label sets are bounded: outcomes and codes are closed sets, and at most
// kMaxMethods methods get a label of their own; later ones share "other".
class DaemonMetrics : public CommitListener, public RpcObserver, public BackupObserver {
 public:
  static constexpr size_t kMaxMethods = 64;

  // Registers its families in `registry`, which outlives it and must not have
  // metrics of these names already.
  DaemonMetrics(prometheus::Registry& registry, std::string_view version);

  void OnCommitted(const std::vector<JournalEntry>& entries, const CommitStats& stats) override;
  void OnWriteFailed(const Error& error) override;
  void OnRpcDone(std::string_view method, std::string_view code, int64_t duration_nanos) override;
  void OnBackupCreated(const BackupInfo& backup) override;
  void OnBackupFailed(const Error& error) override;

  // The configuration was read and is in force; or it was refused and an older one stays.
  void OnConfigurationRead(WallMicros time);
  void OnConfigurationRefused();

 private:
  // Children of one method; made when it is first called, never removed.
  struct MethodMetrics {
    std::string label;
    prometheus::Histogram* handling_seconds = nullptr;
    std::map<std::string_view, prometheus::Counter*> handled;  // by names in a static table
  };

  void AddBackups(prometheus::Registry& registry);
  void AddConfiguration(prometheus::Registry& registry);
  MethodMetrics& FindMethod(std::string_view method) BW_REQUIRES(mutex_);

  // Constant after construction, each synchronised by itself.
  prometheus::Counter* recorded_ = nullptr;
  prometheus::Counter* duplicate_ = nullptr;
  prometheus::Counter* suspended_ = nullptr;
  prometheus::Counter* rejected_ = nullptr;
  prometheus::Counter* write_failures_ = nullptr;
  prometheus::Histogram* commit_entries_ = nullptr;
  prometheus::Histogram* commit_seconds_ = nullptr;
  // By stage of a payment's way.
  prometheus::Histogram* parse_seconds_ = nullptr;
  prometheus::Histogram* wait_seconds_ = nullptr;
  prometheus::Histogram* decide_seconds_ = nullptr;
  prometheus::Histogram* encode_seconds_ = nullptr;
  prometheus::Histogram* sync_seconds_ = nullptr;
  prometheus::Histogram* apply_seconds_ = nullptr;
  prometheus::Gauge* backup_timestamp_ = nullptr;
  prometheus::Gauge* backup_sequence_ = nullptr;
  prometheus::Counter* backup_failures_ = nullptr;
  prometheus::Gauge* reload_successful_ = nullptr;
  prometheus::Gauge* reload_timestamp_ = nullptr;
  prometheus::Family<prometheus::Counter>* handled_family_ = nullptr;
  prometheus::Family<prometheus::Histogram>* handling_family_ = nullptr;

  Mutex mutex_;
  std::map<std::string, MethodMetrics, std::less<>> methods_ BW_GUARDED_BY(mutex_);
};

}  // namespace budgetwatch
