#include "app/application.h"

#include <prometheus/registry.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <utility>

#include "app/allocator.h"
#include "app/heartbeat.h"
#include "app/log.h"
#include "app/memory_guard.h"
#include "app/open_files.h"
#include "app/profile_file.h"
#include "app/restore.h"
#include "app/settings.h"
#include "app/zoned_calendar.h"
#include "base/mutex.h"
#include "service/administration.h"
#include "service/backups.h"
#include "service/observations.h"
#include "service/payments.h"
#include "service/plans.h"
#include "service/reports.h"
#include "service/reviews.h"
#include "service/warnings.h"
#include "storage/rocksdb_backups.h"
#include "storage/rocksdb_store.h"
#include "telemetry/daemon_metrics.h"
#include "telemetry/disk_collector.h"
#include "telemetry/exposer.h"
#include "telemetry/ledger_collector.h"
#include "telemetry/load_collector.h"
#include "transport/admin_service.h"
#include "transport/monitor_service.h"
#include "transport/observation_service.h"
#include "transport/payment_service.h"
#include "transport/plan_service.h"
#include "transport/review_message_format.h"
#include "transport/server.h"

namespace budgetwatch {
namespace {

// How long clients have to take the last answers.
constexpr int64_t kFarewellMillis = 200;

// Says in the log and in the health service whether payments can be recorded.
class HealthListener : public CommitListener {
 public:
  // Tells it at once what was found before. Null before the server is stopped.
  void SetServer(GrpcServer* server) {
    const MutexLock lock(mutex_);
    server_ = server;
    if (server_ != nullptr && failing_) server_->SetServing(false);
  }

  void OnCommitted(const std::vector<JournalEntry>& entries, const CommitStats&) override {
    // A command that writes nothing says nothing about the store.
    if (!entries.empty()) OnWritableAgain();
  }

  void OnWritableAgain() override {
    if (SetFailing(false)) spdlog::warn("store writes again");
  }

  void OnWriteFailed(const Error& error) override {
    if (!SetFailing(true)) return;
    spdlog::error("store failed reason={} message={}", error.reason, Quoted(error.message));
  }

 private:
  // Whether that is new.
  bool SetFailing(bool failing) {
    const MutexLock lock(mutex_);
    if (std::exchange(failing_, failing) == failing) return false;
    if (server_ != nullptr) server_->SetServing(!failing);
    return true;
  }

  Mutex mutex_;
  bool failing_ BW_GUARDED_BY(mutex_) = false;
  GrpcServer* server_ BW_GUARDED_BY(mutex_) = nullptr;
};

// Says in the log what became of backups.
class BackupLog : public BackupObserver {
 public:
  void OnBackupCreated(const BackupInfo& backup) override {
    spdlog::info("last backup id={} time={} sequence={} chain_hash={} size_bytes={}", backup.id,
                 FormatWallTime(backup.created_time), backup.point.sequence,
                 backup.point.chain_hash, backup.size_bytes);
  }
  void OnBackupFailed(const Error& error) override {
    spdlog::error("backup failed reason={} message={}", error.reason, Quoted(error.message));
  }
};

}  // namespace

// In the order of construction; destroyed the other way round.
struct Application::Parts {
  Options options;
  SystemClock clock;
  std::unique_ptr<BusinessCalendar> calendar;
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::unique_ptr<DaemonMetrics> metrics;
  HealthListener health;
  BackupLog backup_log;
  std::unique_ptr<RocksDbStore> store;
  std::unique_ptr<RocksDbBackups> backup_store;
  std::unique_ptr<Backups> backups;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Committer> committer;
  std::unique_ptr<Heartbeat> heartbeat;
  std::unique_ptr<Plans> plans;
  std::unique_ptr<Payments> payments;
  std::unique_ptr<Observations> observations;
  std::unique_ptr<Reports> reports;
  std::unique_ptr<Warnings> warnings;
  ReviewMessageFormat review_format;
  std::unique_ptr<Reviews> reviews;
  std::unique_ptr<Administration> administration;
  std::unique_ptr<Calls> calls;
  std::unique_ptr<MemoryGuard> memory_guard;
  std::unique_ptr<Exposer> exposer;
  std::unique_ptr<PlanServiceHandler> plan_service;
  std::unique_ptr<PaymentServiceHandler> payment_service;
  std::unique_ptr<ObservationServiceHandler> observation_service;
  std::unique_ptr<MonitorServiceHandler> monitor_service;
  std::unique_ptr<AdminServiceHandler> admin_service;
  std::unique_ptr<GrpcServer> server;
  std::atomic<const GrpcServer*> serving = nullptr;  // for other threads

  Status OpenLedger(const Profile& profile);
  Status Serve();
  void StartMemoryGuard();
  ServerLoad Load() const;
  bool FinishCalls();
  std::string ProfileName() const;
  void TakeOn(const Options& wanted);
  Status ReadAndAdopt(const SettingsSource& source, Options* wanted);
};

Application::Application(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Application::~Application() { Stop(); }

Status Application::Parts::OpenLedger(const Profile& profile) {
  if (const Status status = RefuseUnfinishedRestore(options.data_dir); !status.ok()) return status;
  const MemoryPlan memory = PlanMemory(options);
  auto opened_store =
      RocksDbStore::Open(options.data_dir, nullptr,
                         {.seal_count = static_cast<size_t>(options.index_memory_payments),
                          .filter_bytes = memory.filter_bytes,
                          .database_bytes = memory.store_bytes});
  if (!opened_store.ok()) return opened_store.error();
  store = std::move(opened_store).value();
  backup_store =
      std::make_unique<RocksDbBackups>(*store, BackupDirectoryOf(options), options.backups_kept);
  backups = std::make_unique<Backups>(*backup_store,
                                      std::vector<BackupObserver*>{metrics.get(), &backup_log});
  auto opened_ledger = Ledger::Open(*store);
  if (!opened_ledger.ok()) return opened_ledger.error();
  ledger = std::move(opened_ledger).value();
  auto created_committer = Committer::Create(*ledger, clock, options.committer);
  if (!created_committer.ok()) return created_committer.error();
  committer = std::move(created_committer).value();
  heartbeat = std::make_unique<Heartbeat>(*committer);
  committer->AddListener(metrics.get());
  committer->AddListener(&health);
  plans = std::make_unique<Plans>(*ledger, *committer);
  payments = std::make_unique<Payments>(*ledger, *committer);
  observations = std::make_unique<Observations>(*ledger, *committer, *calendar);
  reports = std::make_unique<Reports>(*ledger, *committer, *calendar);
  warnings = std::make_unique<Warnings>(*ledger, *committer, *calendar);
  reviews =
      std::make_unique<Reviews>(*ledger, *committer, *reports, *warnings, *calendar, review_format);
  administration = std::make_unique<Administration>(*ledger, *committer, *calendar);
  committer->Start();
  const auto adopted = administration->AdoptProfile(profile);
  if (!adopted.ok()) return adopted.error();
  warnings->Start();
  reviews->Start();
  return {};
}

Status Application::Parts::Serve() {
  calls = std::make_unique<Calls>(*metrics, LimitsOf(options), [this](size_t bytes) {
    return memory_guard->HasRoom(bytes, SteadyNow());
  });
  StartMemoryGuard();
  auto started_exposer =
      Exposer::Start(options.metrics_listen,
                     {registry, std::make_shared<LedgerCollector>(*ledger, *committer, *calendar),
                      std::make_shared<LoadCollector>([this] { return Load(); }),
                      std::make_shared<DiskCollector>(std::vector<DiskCollector::Directory>{
                          {"data", options.data_dir}, {"backup", BackupDirectoryOf(options)}})});
  if (!started_exposer.ok()) return started_exposer.error();
  exposer = std::move(started_exposer).value();
  plan_service = std::make_unique<PlanServiceHandler>(*plans, *reports, *calls);
  payment_service = std::make_unique<PaymentServiceHandler>(*payments, *calls);
  observation_service =
      std::make_unique<ObservationServiceHandler>(*observations, *reports, *calls);
  monitor_service = std::make_unique<MonitorServiceHandler>(*reports, *warnings, *reviews, *calls);
  admin_service = std::make_unique<AdminServiceHandler>(
      *ledger, *committer, *administration, *backups, *calendar,
      ServerIdentity{BUDGETWATCH_VERSION, kStorageFormatVersion, exposer->address()}, *calls);
  monitor_service->Start();
  auto started_server =
      GrpcServer::Start(options.listen,
                        {plan_service.get(), payment_service.get(), observation_service.get(),
                         monitor_service.get(), admin_service.get()},
                        calls->limits(), &calls->connections());
  if (!started_server.ok()) return started_server.error();
  server = std::move(started_server).value();
  serving = server.get();
  health.SetServer(server.get());
  return {};
}

void Application::Parts::StartMemoryGuard() {
  memory_guard = std::make_unique<MemoryGuard>(
      options.memory_limit_mib << 20,
      MemoryGuard::Actions{ResidentAnonymousBytes, GiveBackFreedMemory, MendLargePages,
                           [this] {
                             spdlog::error(
                                 "memory runs short, breaking all connections used_mib={} "
                                 "memory_limit_mib={}",
                                 ResidentAnonymousBytes() >> 20, options.memory_limit_mib);
                             calls->connections().CutAll();
                           },
                           [this] { calls->connections().Reopen(); },
                           [this] { return calls->census().calls() == 0; }});
  memory_guard->Start();
}

ServerLoad Application::Parts::Load() const {
  const Admission::Load held = calls->admission().load();
  ServerLoad load;
  if (const GrpcServer* running = serving) {
    load.refused_connections = running->refused_connections();
  }
  load.connections = static_cast<int64_t>(calls->connections().size());
  load.cut_connections = calls->census().cut_connections();
  load.memory_sheds = memory_guard->shed_count();
  load.calls = held.calls;
  load.streams = held.streams;
  load.held_bytes = static_cast<int64_t>(held.held_bytes);
  load.held_bytes_limit = static_cast<int64_t>(calls->limits().max_held_bytes);
  load.memory_limit_bytes = options.memory_limit_mib << 20;
  return load;
}

Result<std::unique_ptr<Application>> Application::Start(const Options& options) {
  if (const Status status = CheckOptions(options); !status.ok()) return status.error();
  const auto read = ReadProfileFile(options.profile_file);
  if (!read.ok()) return read.error();
  const Profile& profile = read.value();
  if (const Status status = AllowOpenFiles(options.server.max_connections); !status.ok()) {
    return status.error();
  }
  auto parts = std::make_unique<Parts>();
  parts->options = options;
  if (options.today) {
    parts->calendar = std::make_unique<FixedCalendar>(*options.today);
  } else {
    parts->calendar = ZonedCalendar::Create(options.time_zone, &parts->clock);
  }
  parts->metrics = std::make_unique<DaemonMetrics>(*parts->registry, BUDGETWATCH_VERSION);
  // From here on, a failure stops in order what was started.
  std::unique_ptr<Application> application(new Application(std::move(parts)));
  Parts& started = *application->parts_;
  if (const Status status = started.OpenLedger(profile); !status.ok()) return status.error();
  if (const Status status = started.Serve(); !status.ok()) return status.error();
  started.metrics->OnConfigurationRead(started.clock.Now());
  spdlog::info("serving grpc={} metrics={} data_dir={} sequence={} profile={}",
               started.server->address(), started.exposer->address(), options.data_dir,
               started.store->LastSequence(), Quoted(profile.name));
  return application;
}

// Of the profile in force.
std::string Application::Parts::ProfileName() const {
  return ledger->View([](const LedgerState& state) { return state.ProfileAt(kKnownNow).name; });
}

// Everything that can fail about a reload.
Status Application::Parts::ReadAndAdopt(const SettingsSource& source, Options* wanted) {
  auto read = source.Read();
  if (!read.ok()) return read.error();
  *wanted = std::move(read).value();
  const auto profile = ReadProfileFile(wanted->profile_file);
  if (!profile.ok()) return profile.error();
  const auto changed = administration->AdoptProfile(profile.value());
  if (!changed.ok()) return changed.error();
  if (changed.value()) {
    spdlog::info("profile recorded name={}", Quoted(profile.value().name));
    reviews->LookAgain();
  }
  return {};
}

// What the table marks; names in the log what it does not mark and what differs.
void Application::Parts::TakeOn(const Options& wanted) {
  for (const Setting& setting : AllSettings()) {
    const std::string before = ValueText(setting, options);
    const std::string after = ValueText(setting, wanted);
    if (before == after) continue;
    if (setting.reloads) {
      CopyValue(setting, wanted, &options);
      spdlog::info("setting changed name={} from={} to={}", setting.name, Quoted(before),
                   Quoted(after));
    } else {
      spdlog::warn("setting needs a restart name={} in_force={} wanted={}", setting.name,
                   Quoted(before), Quoted(after));
    }
  }
  SetLogLevel(options.log_level);
  calls->SetRates(options.server.source_events_per_second, options.server.peer_events_per_second);
}

Status Application::Reload(const SettingsSource& source) {
  Parts& parts = *parts_;
  Options wanted;
  if (Status status = parts.ReadAndAdopt(source, &wanted); !status.ok()) {
    parts.metrics->OnConfigurationRefused();
    spdlog::error("reload failed, the old settings stay message={}",
                  Quoted(status.error().message));
    return status;
  }
  parts.TakeOn(wanted);
  parts.metrics->OnConfigurationRead(parts.clock.Now());
  spdlog::info("reloaded config={} profile={}", Quoted(source.config_file),
               Quoted(parts.ProfileName()));
  return {};
}

bool Application::Beat() { return parts_->heartbeat->Beat(); }

std::string Application::Summary() const {
  const Parts& parts = *parts_;
  return "serving grpc=" + parts.server->address() + " metrics=" + parts.exposer->address() +
         " profile=" + parts.ProfileName() +
         " sequence=" + std::to_string(parts.store->LastSequence()) +
         " store=" + (parts.committer->store_error() ? "failing" : "writable");
}

const Options& Application::options() const { return parts_->options; }

// False when something is not answered yet at the end of the stop timeout.
bool Application::Parts::FinishCalls() {
  const SteadyTime deadline = SteadyNow() + std::chrono::seconds(options.stop_timeout_seconds);
  monitor_service->Stop();
  backups->Stop();
  calls->Close();
  return calls->admission().WaitUntilIdle(deadline);
}

std::string Application::Unanswered() const {
  const MutexLock lock(closing_mutex_);
  if (closing_) return "nothing, the store closes";
  const Admission::Load load = parts_->calls->admission().load();
  return std::to_string(load.calls) + " calls, " + std::to_string(load.streams) + " streams with " +
         std::to_string(load.batches) + " batches, " +
         std::to_string(parts_->committer->queue_depth()) + " events";
}

void Application::Stop() {
  if (parts_ == nullptr) return;
  Parts& parts = *parts_;
  parts.health.SetServer(nullptr);
  if (parts.server != nullptr) {
    parts.server->StopListening();
    const bool finished = parts.FinishCalls();
    if (!finished) {
      spdlog::warn("stop timeout passed, cutting calls unanswered={}", Quoted(Unanswered()));
    }
    // Calls that are answered get a moment until their clients have the answer. Those
    // that are left are gRPC's own, such as reflection, or wait for a request to come.
    parts.server->Stop(finished ? kFarewellMillis : 0);
  }
  if (parts.memory_guard != nullptr) parts.memory_guard->Stop();
  if (parts.reviews != nullptr) parts.reviews->Stop();
  if (parts.warnings != nullptr) parts.warnings->Stop();
  if (parts.exposer != nullptr) parts.exposer->Stop();
  if (parts.committer != nullptr) parts.committer->Stop();
  const Sequence last = parts.store == nullptr ? 0 : parts.store->LastSequence();
  {
    const MutexLock lock(closing_mutex_);
    closing_ = true;
  }
  parts_.reset();
  spdlog::info("stopped sequence={}", last);
}

const std::string& Application::grpc_address() const { return parts_->server->address(); }

const std::string& Application::metrics_address() const { return parts_->exposer->address(); }

}  // namespace budgetwatch
