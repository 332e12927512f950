#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "budgetwatch/v1/payment_service.pb.h"
#include "budgetwatch/wire/v1/wire.pb.h"
#include "storage/memory_store.h"
#include "support/builders.h"
#include "support/test_ledger.h"
#include "transport/admin_service.h"
#include "transport/monitor_service.h"
#include "transport/observation_service.h"
#include "transport/payment_service.h"
#include "transport/plan_message.h"
#include "transport/plan_service.h"
#include "transport/review_message_format.h"
#include "transport/server.h"

namespace budgetwatch {

// Within it everything here happens, however slow the machine.
inline constexpr std::chrono::seconds kPatience(60);

// A call that ends after kPatience at the latest.
struct BoundedCall : grpc::ClientContext {
  BoundedCall() { set_deadline(std::chrono::system_clock::now() + kPatience); }
};

// Hears of nothing.
class DeafObserver : public RpcObserver {
 public:
  void OnRpcDone(std::string_view, std::string_view, int64_t) override {}
};

// A store in memory whose writes, or scans of the journal, wait while a gate is closed.
class GatedStore : public MemoryStore {
 public:
  Status ScanJournal(Sequence first, Sequence last, const JournalVisitor& visit) const override {
    {
      MutexLock lock(mutex_);
      ++scans_;
      while (scans_closed_) lock.Wait(opened_);
    }
    return MemoryStore::ScanJournal(first, last, visit);
  }

  void SetScansClosed(bool closed) {
    const MutexLock lock(mutex_);
    scans_closed_ = closed;
    opened_.notify_all();
  }

  // Scans that were begun.
  int scans() const {
    const MutexLock lock(mutex_);
    return scans_;
  }

  Status Write(const Commit& commit, WriteCost* cost = nullptr) override {
    {
      MutexLock lock(mutex_);
      ++waiting_;
      while (closed_) lock.Wait(opened_);
      --waiting_;
    }
    return MemoryStore::Write(commit, cost);
  }

  void SetClosed(bool closed) {
    const MutexLock lock(mutex_);
    closed_ = closed;
    opened_.notify_all();
  }

  // Whether a write waits at the gate.
  bool blocked() {
    const MutexLock lock(mutex_);
    return closed_ && waiting_ > 0;
  }

 private:
  mutable Mutex mutex_;
  mutable std::condition_variable opened_;
  bool closed_ BW_GUARDED_BY(mutex_) = false;
  int waiting_ BW_GUARDED_BY(mutex_) = 0;
  bool scans_closed_ BW_GUARDED_BY(mutex_) = false;
  mutable int scans_ BW_GUARDED_BY(mutex_) = 0;
};

// Backups that are made when the test says so.
class GatedBackupStore : public BackupStore {
 public:
  Result<CreatedBackup> Create() override {
    MutexLock lock(mutex_);
    ++begun_;
    while (closed_ && !cancelled_) lock.Wait(changed_);
    if (cancelled_) return Refusal(Reason::kShuttingDown, "", "cancelled");
    CreatedBackup created;
    created.backup = {++last_id_, 1'000'000, {2, 7, 5, std::string(64, 'a')}, 4096};
    created.held_count = 2;
    return created;
  }
  void Cancel() override {
    const MutexLock lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }
  std::optional<BackupInfo> Last() const override { return std::nullopt; }

  void SetClosed(bool closed) {
    const MutexLock lock(mutex_);
    closed_ = closed;
    changed_.notify_all();
  }
  int begun() {
    const MutexLock lock(mutex_);
    return begun_;
  }

 private:
  Mutex mutex_;
  std::condition_variable changed_;
  bool closed_ BW_GUARDED_BY(mutex_) = false;
  bool cancelled_ BW_GUARDED_BY(mutex_) = false;
  int begun_ BW_GUARDED_BY(mutex_) = 0;
  int64_t last_id_ BW_GUARDED_BY(mutex_) = 0;
};

// Waits until `condition` holds; false when it does not within kPatience.
template <typename Condition>
bool Eventually(Condition&& condition) {
  const auto deadline = SteadyNow() + kPatience;
  while (!condition()) {
    if (SteadyNow() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

// All services on a free port of the loopback, over a ledger in memory.
class TestServer {
 public:
  explicit TestServer(const Committer::Options& options = {}, const ServerLimits& limits = {},
                      MemoryCheck has_memory = nullptr)
      : ledger_(store_, options), calls_(observer_, limits, std::move(has_memory)) {
    auto server =
        GrpcServer::Start("127.0.0.1:0", {&plans_, &payments_, &observations_, &monitor_, &admin_},
                          limits, &calls_.connections());
    BW_CHECK(server.ok());
    server_ = std::move(server).value();
  }
  ~TestServer() {
    store_.SetClosed(false);
    Stop();
  }

  // What WatchWarnings needs beside the server.
  void StartWatching() { monitor_.Start(); }
  void StopWatching() { monitor_.Stop(); }

  // As the daemon stops.
  void Stop() {
    monitor_.Stop();
    backups_.Stop();
    calls_.Close();
    server_->Stop(1000);
  }

  // A client with a connection of its own.
  std::shared_ptr<grpc::Channel> Connect() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(server_->address(), grpc::InsecureChannelCredentials(),
                                     arguments);
  }

  GrpcServer& server() { return *server_; }
  GatedStore& store() { return store_; }
  GatedBackupStore& backup_store() { return backup_store_; }
  TestLedger& ledger() { return ledger_; }
  Calls& calls() { return calls_; }

 private:
  GatedStore store_;
  TestLedger ledger_;
  GatedBackupStore backup_store_;
  Backups backups_{backup_store_, {}};
  DeafObserver observer_;
  Calls calls_;
  PlanServiceHandler plans_{ledger_.plans(), ledger_.reports(), calls_};
  PaymentServiceHandler payments_{ledger_.payments(), calls_};
  ReviewMessageFormat review_format_;
  Reviews reviews_{ledger_.ledger(),   ledger_.committer(), ledger_.reports(),
                   ledger_.warnings(), ledger_.calendar(),  review_format_};
  ObservationServiceHandler observations_{ledger_.observations(), ledger_.reports(), calls_};
  MonitorServiceHandler monitor_{ledger_.reports(), ledger_.warnings(), reviews_, calls_};
  AdminServiceHandler admin_{ledger_.ledger(),
                             ledger_.committer(),
                             ledger_.administration(),
                             backups_,
                             ledger_.calendar(),
                             {"test", 1, "-"},
                             calls_};
  std::unique_ptr<GrpcServer> server_;
};

// Reason and field of a failed call; "" and "" without details.
struct Details {
  std::string reason;
  std::string field;
  bool retry = false;
  int64_t retry_millis = 0;
};

inline Details DetailsOf(const grpc::Status& status) {
  Details details;
  wire::v1::RpcStatus message;
  BW_CHECK(message.ParseFromString(status.error_details()));
  for (const auto& any : message.details()) {
    wire::v1::ErrorInfo info;
    if (any.type_url() == "type.googleapis.com/google.rpc.RetryInfo") {
      details.retry = true;
      wire::v1::RetryInfo retry;
      BW_CHECK(retry.ParseFromString(any.value()));
      details.retry_millis =
          retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1'000'000;
    } else if (info.ParseFromString(any.value())) {
      details.reason = info.reason();
      if (info.metadata().contains("field")) details.field = info.metadata().at("field");
    }
  }
  return details;
}

// Calls a method with bytes as its request and response.
inline grpc::Status CallBytes(const std::shared_ptr<grpc::Channel>& channel,
                              const std::string& method, const std::string& request,
                              std::string* response) {
  grpc::GenericStub stub(channel);
  BoundedCall context;
  const grpc::Slice slice(request);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer received;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, method, grpc::StubOptions(), &sent, &received,
                 [&done](const grpc::Status& status) { done.set_value(status); });
  const grpc::Status status = done.get_future().get();
  std::vector<grpc::Slice> slices;
  if (status.ok() && received.Dump(&slices).ok()) {
    for (const grpc::Slice& part : slices) {
      response->append(reinterpret_cast<const char*>(part.begin()), part.size());
    }
  }
  return status;
}

// An event of 1 yuan on P1.
inline void AddPayment(const std::string& id,
                       google::protobuf::RepeatedPtrField<v1::PaymentEvent>* payments) {
  v1::PaymentEvent* event = payments->Add();
  event->set_payment_id(id);
  event->set_project_code("P1");
  event->set_pay_date("2020-05-01");
  event->set_amount_fen(100);
}

// Whether the server still takes a payment; `id` is new.
inline bool Records(const std::shared_ptr<grpc::Channel>& channel, const std::string& id) {
  const auto stub = v1::PaymentService::NewStub(channel);
  BoundedCall context;
  v1::RecordPaymentsRequest request;
  request.set_source("probe");
  AddPayment(id, request.mutable_payments());
  v1::RecordPaymentsResponse response;
  return stub->RecordPayments(&context, request, &response).ok() && response.outcomes_size() == 1 &&
         response.outcomes(0).sequence() > 0;
}

}  // namespace budgetwatch
