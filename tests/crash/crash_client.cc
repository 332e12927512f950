// The client of the kill rounds: loads a daemon, and compares it with the record of
// what was sent and answered. Prints lines of `name value...` for kill_rounds.py;
// exit code 0 when all is as it must be, 3 when not, 2 for wrong usage, 1 when the
// server cannot be asked.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <iostream>

#include "crash/ledger_audit.h"
#include "crash/load_run.h"
#include "crash/separate_connection.h"

namespace budgetwatch::crash {
namespace {

constexpr int kFailed = 1;
constexpr int kWrong = 3;
constexpr size_t kPrintedFaults = 20;

int PrintFaults(const std::vector<std::string>& faults) {
  for (size_t i = 0; i < std::min(faults.size(), kPrintedFaults); ++i) {
    std::cout << "fault " << faults[i] << '\n';
  }
  return faults.empty() ? 0 : kWrong;
}

void PrintTotals(const RoundTotals& totals, int round) {
  for (size_t year = 0; year < kYearCount; ++year) {
    const int name = kFirstYear + static_cast<int>(year);
    std::cout << "events " << name << ' ' << totals.event_counts[year] << '\n';
    for (size_t project = 0; project < kProjectCount; ++project) {
      const ProjectTotal& total = totals.projects[year][project];
      std::cout << "total " << name << ' ' << ProjectCode(round, static_cast<int>(project)) << ' '
                << total.amount_fen << ' ' << total.payment_count << '\n';
    }
  }
}

int Load(const LoadOptions& options) {
  const LoadResult result = RunLoad(options);
  std::cout << "sent_events " << result.sent_events << "\nacknowledged_events "
            << result.acknowledged_events << "\nsent_batches " << result.sent_batches
            << "\nacknowledged_batches " << result.acknowledged_batches << "\nserver_ended "
            << result.server_ended << '\n';
  if (result.complete_lanes == kLaneCount) PrintTotals(result.totals, options.load.round);
  return PrintFaults(result.faults);
}

// Gives each row of the round's projects to `audit`.
client::CallStatus ListRound(client::Connection* connection, int round, LedgerAudit* audit) {
  v1::ListPaymentsRequest request;
  request.set_page_size(1'000);
  for (int year = kFirstYear; year < kFirstYear + kYearCount; ++year) {
    for (int project = 0; project < kProjectCount; ++project) {
      request.set_fiscal_year(year);
      request.set_project_code(ProjectCode(round, project));
      request.clear_page_token();
      do {
        v1::ListPaymentsResponse response;
        if (auto status = connection->ListPayments(request, &response); !status.ok()) {
          return status;
        }
        for (v1::Payment& row : *response.mutable_payments()) audit->AddRow(std::move(row));
        request.set_page_token(response.next_page_token());
      } while (!request.page_token().empty());
    }
  }
  return {};
}

// Looks some events up one by one, there and absent, beside the list.
void LookUp(client::Connection* connection, AuditResult* result) {
  const auto fault = [result](const v1::GetPaymentRequest& request, const std::string& text) {
    ++result->altered;
    result->faults.push_back("lookup of " + request.source() + ' ' + request.payment_id() + ": " +
                             text);
  };
  v1::GetPaymentResponse response;
  for (const v1::Payment& listed : result->held_sample) {
    v1::GetPaymentRequest request;
    request.set_source(listed.source());
    request.set_payment_id(listed.event().payment_id());
    if (const auto status = connection->GetPayment(request, &response); !status.ok()) {
      fault(request, status.message);
    } else if (response.payment().SerializeAsString() != listed.SerializeAsString()) {
      fault(request, response.payment().ShortDebugString());
    }
  }
  for (const v1::GetPaymentRequest& request : result->absent_sample) {
    const auto status = connection->GetPayment(request, &response);
    if (status.code != client::CallCode::kNotFound) {
      fault(request, "it is not listed, but " + std::string(CallCodeName(status.code)));
    }
  }
}

int Print(const AuditResult& result, int round) {
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, int64_t>>{
           {"acknowledged", result.acknowledged},
           {"held", result.held},
           {"unacknowledged_batches", result.unacknowledged_batches},
           {"unacknowledged_held", result.unacknowledged_held},
           {"lost", result.lost},
           {"doubled", result.doubled},
           {"partial", result.partial},
           {"foreign", result.foreign},
           {"altered", result.altered}}) {
    std::cout << name << ' ' << value << '\n';
  }
  PrintTotals(result.totals, round);
  PrintFaults(result.faults);
  return result.clean() ? 0 : kWrong;
}

int Check(const std::string& server, const RoundRecord& record) {
  const auto connection = ConnectSeparately(server);
  LedgerAudit audit(record);
  if (const auto status = ListRound(connection.get(), record.load.round, &audit); !status.ok()) {
    std::cerr << "crash_client: " << status.message << '\n';
    return kFailed;
  }
  AuditResult result = audit.Finish();
  LookUp(connection.get(), &result);
  return Print(result, record.load.round);
}

int Resend(const std::string& server, const std::string& path, const RoundRecord& record) {
  const ResendResult result = ResendUnanswered(server, path, record);
  std::cout << "resent_batches " << result.resent_batches << "\nfound_batches "
            << result.found_batches << '\n';
  PrintTotals(result.totals, record.load.round);
  return PrintFaults(result.faults);
}

int Run(int argc, char** argv) {
  CLI::App app("The client of the kill rounds.");
  app.require_subcommand(1);
  LoadOptions load_options;
  std::string server;
  std::string path;
  CLI::App* load = app.add_subcommand("load", "send until the server ends or enough was sent");
  CLI::App* check = app.add_subcommand("check", "compare the ledger with the record");
  CLI::App* resend = app.add_subcommand("resend", "send what has no answer again");
  for (CLI::App* command : {load, check, resend}) {
    command->add_option("--server", server)->required();
    command->add_option("--record", path)->required();
  }
  load->add_option("--seed", load_options.load.seed)->required();
  load->add_option("--round", load_options.load.round)->required();
  load->add_option("--remember", load_options.load.remembered_events);
  load->add_option("--max-events", load_options.sent_events_max);
  load->add_option("--max-seconds", load_options.seconds_max);
  load->add_option("--rate", load_options.events_per_second);
  load->add_option("--pid", load_options.pid);
  load->add_option("--signal", load_options.signal);
  load->add_option("--after-events", load_options.after_events);
  load->add_option("--delay-micros", load_options.delay_micros);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (load->parsed()) {
    load_options.server = server;
    load_options.record_path = path;
    return Load(load_options);
  }
  std::string fault;
  const auto record = ReadRecord(path, &fault);
  if (!record) {
    std::cerr << "crash_client: " << fault << '\n';
    return 2;
  }
  if (check->parsed() && record->load.remembered_events != 0) {
    std::cerr << "crash_client: a load that forgets its events can only be sent again\n";
    return 2;
  }
  return check->parsed() ? Check(server, *record) : Resend(server, path, *record);
}

}  // namespace
}  // namespace budgetwatch::crash

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  return budgetwatch::crash::Run(argc, argv);
}
