#include "transport/admin_service.h"

#include "service/verify.h"
#include "transport/call.h"
#include "transport/convert.h"

namespace budgetwatch {

grpc::ServerUnaryReactor* AdminServiceHandler::GetServerInfo(
    grpc::CallbackServerContext* context, const v1::GetServerInfoRequest* request,
    v1::GetServerInfoResponse* response) {
  return calls_.Answer(context, request, response, Lane::kReads, "AdminService/GetServerInfo",
                       [this, response]() -> Status {
                         Describe(response);
                         return {};
                       });
}

void AdminServiceHandler::Describe(v1::GetServerInfoResponse* response) const {
  response->set_version(identity_.version);
  response->set_data_directory(ledger_.store().Location());
  response->set_format_version(identity_.format_version);
  response->set_metrics_address(identity_.metrics_address);
  response->set_business_date(calendar_.Today().ToString());
  response->set_business_date_fixed(calendar_.fixed());
  ledger_.View([this, response](const LedgerState& state) {
    response->set_ledger_sequence(state.sequence());
    // From memory: the store is at most one commit ahead while the state is looked at.
    const auto chain_hash = ledger_.store().ChainHashAt(state.sequence());
    if (chain_hash.ok()) response->set_chain_hash(chain_hash.value());
    response->set_profile_name(state.ProfileAt(kKnownNow).name);
  });
  const std::optional<Error> error = committer_.store_error();
  response->set_writable(!error);
  if (error) response->set_status_message(error->message);
  for (const FiscalYearSummary& year : administration_.FiscalYears()) {
    v1::FiscalYearInfo* item = response->add_fiscal_years();
    item->set_fiscal_year(year.fiscal_year);
    item->set_closed(year.closed);
    item->set_payment_count(year.payment_count);
    item->set_amount_fen(year.amount_fen);
    *item->mutable_suspense() = ToMessage(year.suspense);
    for (const std::string& code : year.department_codes) item->add_department_codes(code);
    item->set_open_warning_count(year.open_warning_count);
  }
}

grpc::ServerUnaryReactor* AdminServiceHandler::VerifyLedger(grpc::CallbackServerContext* context,
                                                            const v1::VerifyLedgerRequest* request,
                                                            v1::VerifyLedgerResponse* response) {
  return calls_.Answer(
      context, request, response, Lane::kCommands, "AdminService/VerifyLedger",
      [this, request, response](UnaryCall& call) { return Verify(*request, response, call); });
}

Status AdminServiceHandler::Verify(const v1::VerifyLedgerRequest& request,
                                   v1::VerifyLedgerResponse* response, const UnaryCall& call) {
  std::optional<NotedPoint> noted;
  if (request.expected_sequence() != 0 || !request.expected_chain_hash().empty()) {
    noted = NotedPoint{request.expected_sequence(), request.expected_chain_hash()};
    if (Status status = CheckNotedPoint(*noted); !status.ok()) return status;
  }
  // Each takes the memory of a second ledger, and a thread until its end.
  if (verifying_.exchange(true)) {
    return Refusal(Reason::kQueueFull, "",
                   "another verification is under way; ask again when it has ended");
  }
  const auto verification =
      budgetwatch::VerifyLedger(ledger_, noted, [&call] { return call.abandoned(); });
  verifying_ = false;
  if (!verification.ok()) return verification.error();
  response->set_consistent(verification.value().differences.empty());
  response->set_verified_sequence(verification.value().verified_sequence);
  response->set_chain_hash(verification.value().chain_hash);
  response->set_payment_count(verification.value().payment_count);
  response->set_amount_fen(verification.value().amount_fen);
  for (const std::string& difference : verification.value().differences) {
    response->add_differences(difference);
  }
  return {};
}

grpc::ServerUnaryReactor* AdminServiceHandler::CreateBackup(grpc::CallbackServerContext* context,
                                                            const v1::CreateBackupRequest* request,
                                                            v1::CreateBackupResponse* response) {
  return calls_.Answer(context, request, response, Lane::kCommands, "AdminService/CreateBackup",
                       [this, response]() -> Status {
                         constexpr int64_t kNanosPerSecond = 1'000'000'000;
                         const auto created = backups_.Create();
                         if (!created.ok()) return created.error();
                         const BackupInfo& backup = created.value().backup;
                         response->set_backup_id(backup.id);
                         response->set_ledger_sequence(backup.point.sequence);
                         response->set_chain_hash(backup.point.chain_hash);
                         response->set_size_bytes(backup.size_bytes);
                         response->set_held_count(created.value().held_count);
                         const int64_t nanos = created.value().duration_nanos;
                         auto* elapsed = response->mutable_elapsed_duration();
                         elapsed->set_seconds(nanos / kNanosPerSecond);
                         elapsed->set_nanos(static_cast<int32_t>(nanos % kNanosPerSecond));
                         return {};
                       });
}

grpc::ServerUnaryReactor* AdminServiceHandler::CloseFiscalYear(
    grpc::CallbackServerContext* context, const v1::CloseFiscalYearRequest* request,
    v1::CloseFiscalYearResponse* response) {
  return calls_.Answer(context, request, response, Lane::kCommands, "AdminService/CloseFiscalYear",
                       [this, request, response]() -> Status {
                         const auto already_closed =
                             administration_.CloseFiscalYear(request->fiscal_year());
                         if (!already_closed.ok()) return already_closed.error();
                         response->set_already_closed(already_closed.value());
                         return {};
                       });
}

}  // namespace budgetwatch
