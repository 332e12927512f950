#include "transport/admin_service.h"

#include "service/verify.h"
#include "transport/call.h"
#include "transport/convert.h"

namespace budgetwatch {

grpc::ServerUnaryReactor* AdminServiceHandler::GetServerInfo(
    grpc::CallbackServerContext* context, const v1::GetServerInfoRequest* request,
    v1::GetServerInfoResponse* response) {
  return calls_.Answer(context, request, response, Lane::kHere, "AdminService/GetServerInfo",
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
  ledger_.View([response](const LedgerState& state) {
    response->set_ledger_sequence(state.sequence());
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
  return calls_.Answer(context, request, response, Lane::kCommands, "AdminService/VerifyLedger",
                       [this, response]() -> Status {
                         const auto verification = budgetwatch::VerifyLedger(ledger_);
                         if (!verification.ok()) return verification.error();
                         response->set_consistent(verification.value().differences.empty());
                         response->set_verified_sequence(verification.value().verified_sequence);
                         response->set_payment_count(verification.value().payment_count);
                         response->set_amount_fen(verification.value().amount_fen);
                         for (const std::string& difference : verification.value().differences) {
                           response->add_differences(difference);
                         }
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
