#include <memory>

#include "budgetctl/command_line.h"
#include "budgetctl/csv.h"
#include "budgetctl/json.h"
#include "budgetctl/table.h"
#include "domain/money.h"

namespace budgetwatch::ctl {
namespace {

// Verifying reads every record of the ledger, a backup copies it.
constexpr std::chrono::hours kLongTimeout{1};
// Who asks for health has no use for a late answer.
constexpr std::chrono::seconds kHealthTimeout{5};

std::string YesNo(const Speech& say, bool value) {
  return value ? say("是", "yes") : say("否", "no");
}

void PrintInfo(const Context& context, const v1::GetServerInfoResponse& info) {
  const Speech& say = context.say;
  std::ostream& out = context.out();
  out << say("版本 ", "Version ") << info.version() << say("，存储格式 ", ", store format ")
      << info.format_version() << '\n';
  out << say("数据目录 ", "Data directory ") << info.data_directory() << '\n';
  out << say("账本序号 ", "Ledger sequence ") << info.ledger_sequence() << '\n';
  if (!info.chain_hash().empty()) {
    out << say("校验链哈希 ", "Chain hash ") << info.chain_hash() << '\n';
  }
  out << say("业务日期 ", "Business date ") << info.business_date()
      << (info.business_date_fixed() ? say("（固定）", " (fixed)") : "") << '\n';
  out << say("口径 ", "Profile ") << info.profile_name() << '\n';
  out << say("指标地址 ", "Metrics ") << info.metrics_address() << '\n';
  out << say("可以入账：", "Writable: ") << YesNo(say, info.writable());
  if (!info.status_message().empty()) out << "  " << info.status_message();
  out << '\n';
  if (info.fiscal_years().empty()) return;
  out << '\n';
  Table table({{say("年度", "Year"), Align::kLeft, 0},
               {say("已关账", "Closed"), Align::kLeft, 0},
               {say("笔数", "Payments"), Align::kRight, 0},
               {say("净额（元）", "Net (yuan)"), Align::kRight, 0},
               {say("待核笔数", "Suspended"), Align::kRight, 0},
               {say("待核（元）", "Suspense (yuan)"), Align::kRight, 0},
               {say("部门", "Depts."), Align::kRight, 0},
               {say("预警", "Warnings"), Align::kRight, 0}});
  for (const v1::FiscalYearInfo& year : info.fiscal_years()) {
    table.AddRow({std::to_string(year.fiscal_year()), YesNo(say, year.closed()),
                  std::to_string(year.payment_count()), FormatYuan(year.amount_fen(), true),
                  std::to_string(year.suspense().payment_count()),
                  FormatYuan(year.suspense().amount_fen(), true),
                  std::to_string(year.department_codes_size()),
                  std::to_string(year.open_warning_count())});
  }
  out << table.Render(context.terminal.out_width);
}

void WriteInfoCsv(std::ostream& out, const v1::GetServerInfoResponse& info) {
  WriteCsvRecord(out,
                 {"fiscal_year", "closed", "payment_count", "amount_yuan", "suspense_payment_count",
                  "suspense_yuan", "department_count", "open_warning_count", "ledger_sequence"});
  for (const v1::FiscalYearInfo& year : info.fiscal_years()) {
    WriteCsvRecord(
        out,
        {std::to_string(year.fiscal_year()), CsvBool(year.closed()),
         std::to_string(year.payment_count()), FormatYuan(year.amount_fen()),
         std::to_string(year.suspense().payment_count()), FormatYuan(year.suspense().amount_fen()),
         std::to_string(year.department_codes_size()), std::to_string(year.open_warning_count()),
         std::to_string(info.ledger_sequence())});
  }
}

ExitCode Info(const Context& context) {
  client::Connection connection(context.ConnectionSettings());
  v1::GetServerInfoResponse response;
  const client::CallStatus status = connection.GetServerInfo({}, &response);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response); break;
    case OutputFormat::kCsv: WriteInfoCsv(context.out(), response); break;
    case OutputFormat::kTable: PrintInfo(context, response); break;
  }
  return ExitCode::kDone;
}

ExitCode Health(const Context& context) {
  client::Connection connection(context.ConnectionSettings(kHealthTimeout));
  bool serving = false;
  const client::CallStatus status = connection.CheckHealth(&serving);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << "{\"serving\": " << CsvBool(serving) << "}\n"; break;
    case OutputFormat::kCsv:
      WriteCsvRecord(context.out(), {"serving"});
      WriteCsvRecord(context.out(), {CsvBool(serving)});
      break;
    case OutputFormat::kTable:
      if (serving) context.out() << context.say("服务正常。", "The server is serving.") << '\n';
      break;
  }
  if (serving) return ExitCode::kDone;
  return context.Fail(context.say("服务端在运行，但目前不能入账；原因见 budgetctl admin info",
                                  "the server runs but cannot record payments now; budgetctl "
                                  "admin info says why"));
}

void PrintVerification(const Context& context, const v1::VerifyLedgerResponse& response) {
  const std::string sequence = std::to_string(response.verified_sequence());
  const std::string count = std::to_string(response.payment_count());
  const std::string amount = FormatYuan(response.amount_fen(), true);
  context.out() << context.say(
                       "核对到序号 " + sequence + "：" + count + " 笔，净额 " + amount + " 元",
                       "Verified up to sequence " + sequence + ": " + count + " payments, " +
                           amount + " yuan net")
                << '\n';
  if (!response.chain_hash().empty()) {
    context.out() << context.say("序号 " + sequence + " 的校验链哈希：",
                                 "Chain hash at sequence " + sequence + ": ")
                  << response.chain_hash() << '\n';
  }
  for (const std::string& difference : response.differences()) {
    context.out() << "- " << difference << '\n';
  }
  context.out() << (response.consistent()
                        ? context.say("账目一致。", "The ledger is consistent.")
                        : context.say("账目不一致。请保留数据目录，并从备份恢复或联系维护者。",
                                      "The ledger is NOT consistent. Keep the data directory, and "
                                      "restore a backup or ask the maintainers."))
                << '\n';
}

ExitCode Verify(const Context& context, const v1::VerifyLedgerRequest& request) {
  client::Connection connection(context.ConnectionSettings(kLongTimeout));
  v1::VerifyLedgerResponse response;
  const client::CallStatus status = connection.VerifyLedger(request, &response);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response); break;
    case OutputFormat::kCsv:
      WriteCsvRecord(context.out(), {"consistent", "verified_sequence", "payment_count",
                                     "amount_yuan", "difference_count", "chain_hash"});
      WriteCsvRecord(context.out(),
                     {CsvBool(response.consistent()), std::to_string(response.verified_sequence()),
                      std::to_string(response.payment_count()), FormatYuan(response.amount_fen()),
                      std::to_string(response.differences_size()), response.chain_hash()});
      break;
    case OutputFormat::kTable: PrintVerification(context, response); break;
  }
  return response.consistent() ? ExitCode::kDone : ExitCode::kRejected;
}

void PrintBackup(const Context& context, const v1::CreateBackupResponse& response) {
  const std::string id = std::to_string(response.backup_id());
  const std::string sequence = std::to_string(response.ledger_sequence());
  context.out() << context.say("备份 " + id + " 完成：账本到序号 " + sequence + "，" +
                                   std::to_string(response.size_bytes()) + " 字节，现有备份 " +
                                   std::to_string(response.held_count()) + " 份",
                               "Backup " + id + " is done: the ledger up to sequence " + sequence +
                                   ", " + std::to_string(response.size_bytes()) + " bytes; " +
                                   std::to_string(response.held_count()) + " backups held")
                << '\n'
                << context.say("序号 " + sequence + " 的校验链哈希：",
                               "Chain hash at sequence " + sequence + ": ")
                << response.chain_hash() << '\n';
}

ExitCode Backup(const Context& context) {
  client::Connection connection(context.ConnectionSettings(kLongTimeout));
  v1::CreateBackupResponse response;
  const client::CallStatus status = connection.CreateBackup({}, &response);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response); break;
    case OutputFormat::kCsv:
      WriteCsvRecord(context.out(),
                     {"backup_id", "ledger_sequence", "chain_hash", "size_bytes", "held_count"});
      WriteCsvRecord(context.out(), {std::to_string(response.backup_id()),
                                     std::to_string(response.ledger_sequence()),
                                     response.chain_hash(), std::to_string(response.size_bytes()),
                                     std::to_string(response.held_count())});
      break;
    case OutputFormat::kTable: PrintBackup(context, response); break;
  }
  return ExitCode::kDone;
}

ExitCode CloseYear(const Context& context, int year) {
  v1::CloseFiscalYearRequest request;
  request.set_fiscal_year(year);
  client::Connection connection(context.ConnectionSettings());
  v1::CloseFiscalYearResponse response;
  const client::CallStatus status = connection.CloseFiscalYear(request, &response);
  if (!status.ok()) return context.Fail(status);
  const std::string name = std::to_string(year);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response); break;
    case OutputFormat::kCsv:
      WriteCsvRecord(context.out(), {"fiscal_year", "already_closed"});
      WriteCsvRecord(context.out(), {name, CsvBool(response.already_closed())});
      break;
    case OutputFormat::kTable:
      context.out() << (response.already_closed()
                            ? context.say(name + " 年度此前已经关账。",
                                          name + " had been closed before.")
                            : context.say(name + " 年度已关账，不再入账。",
                                          name + " is closed: it takes no more events."))
                    << '\n';
      break;
  }
  return ExitCode::kDone;
}

}  // namespace

void AddAdminCommands(CommandLine* line) {
  const Speech& say = line->say();
  CLI::App* noun = line->AddNoun("admin", say("服务端和账本的管理", "Server and ledger"));
  line->AddVerb(noun, "info", say("查看服务端和账本", "Show the server and its ledger"), Info);
  line->AddVerb(noun, "health",
                say("是否正常服务（gRPC 健康检查）：退出码 0 正常，1 不正常或不回答；默认时限 5 秒",
                    "Whether it serves (health protocol of gRPC): exit code 0 if so, 1 if not or "
                    "without an answer (deadline 5 seconds by default)"),
                Health);
  auto hash = std::make_shared<std::string>();
  auto sequence = std::make_shared<int64_t>(0);
  CLI::App* verify =
      line->AddVerb(noun, "verify",
                    say("从日志重算并核对账目（默认时限一小时）",
                        "Recompute the ledger and compare (deadline one hour by default)"),
                    [sequence, hash](const Context& context) {
                      v1::VerifyLedgerRequest request;
                      request.set_expected_sequence(*sequence);
                      request.set_expected_chain_hash(*hash);
                      return Verify(context, request);
                    });
  CLI::Option* noted_sequence = verify->add_option(
      "--expect-sequence", *sequence,
      say("此前记下的序号，与当时的校验链哈希一起给出",
          "A sequence that was noted down earlier, together with its chain hash"));
  CLI::Option* noted_hash =
      verify->add_option("--expect-hash", *hash,
                         say("该序号的校验链哈希：证明此前的账目未被改动",
                             "Its chain hash: proves that nothing up to there was changed"));
  noted_sequence->needs(noted_hash)->check(CLI::PositiveNumber);
  noted_hash->needs(noted_sequence);
  line->AddVerb(noun, "backup",
                say("在线增量备份到服务端的备份目录",
                    "Back up into the server's backup directory while it runs"),
                Backup);
  auto year = std::make_shared<int>(0);
  CLI::App* close = line->AddVerb(
      noun, "close-year", say("关账，不可撤销", "Close a fiscal year; cannot be undone"),
      [year](const Context& context) { return CloseYear(context, *year); });
  AddYear(say, close, year.get())->required();
}

}  // namespace budgetwatch::ctl
