#pragma once

#include <atomic>
#include <string>

#include "budgetwatch/v1/admin_service.grpc.pb.h"
#include "service/administration.h"
#include "service/backups.h"
#include "transport/call.h"

namespace budgetwatch {

// What the server says of itself.
struct ServerIdentity {
  std::string version;
  int format_version = 0;
  std::string metrics_address;
};

// AdminService over gRPC. Thread-safe; what it refers to outlives it.
class AdminServiceHandler final : public v1::AdminService::CallbackService {
 public:
  AdminServiceHandler(Ledger& ledger, Committer& committer, Administration& administration,
                      Backups& backups, const BusinessCalendar& calendar, ServerIdentity identity,
                      Calls& calls)
      : ledger_(ledger),
        committer_(committer),
        administration_(administration),
        backups_(backups),
        calendar_(calendar),
        identity_(std::move(identity)),
        calls_(calls) {}

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const v1::GetServerInfoRequest* request,
                                          v1::GetServerInfoResponse* response) override;
  grpc::ServerUnaryReactor* VerifyLedger(grpc::CallbackServerContext* context,
                                         const v1::VerifyLedgerRequest* request,
                                         v1::VerifyLedgerResponse* response) override;
  grpc::ServerUnaryReactor* CreateBackup(grpc::CallbackServerContext* context,
                                         const v1::CreateBackupRequest* request,
                                         v1::CreateBackupResponse* response) override;
  grpc::ServerUnaryReactor* CloseFiscalYear(grpc::CallbackServerContext* context,
                                            const v1::CloseFiscalYearRequest* request,
                                            v1::CloseFiscalYearResponse* response) override;

 private:
  void Describe(v1::GetServerInfoResponse* response) const;
  Status Verify(const v1::VerifyLedgerRequest& request, v1::VerifyLedgerResponse* response,
                const UnaryCall& call);

  Ledger& ledger_;
  Committer& committer_;
  Administration& administration_;
  Backups& backups_;
  const BusinessCalendar& calendar_;
  const ServerIdentity identity_;
  Calls& calls_;
  std::atomic<bool> verifying_ = false;
};

}  // namespace budgetwatch
