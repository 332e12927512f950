#include "budgetctl/payment_import.h"

#include <utility>

#include "budgetctl/csv.h"
#include "budgetctl/import_tally.h"
#include "budgetctl/interrupt.h"
#include "budgetctl/json.h"
#include "budgetctl/progress.h"
#include "budgetctl/table.h"
#include "domain/money.h"
#include "import/payment_csv.h"
#include "lib/payment_sender.h"

namespace budgetwatch::ctl {
namespace {

// A daemon that restarts replays its journal first; an import waits for it.
constexpr std::chrono::seconds kReconnectTotal{60};

// No text of a valid payment comes near this size. Longer ones are refused here,
// because a request of several such rows would pass gRPC's limit and fail whole.
constexpr size_t kTextBytesMax = 16 * 1024;

// Why an import ended before the end of its file; nothing when it did not.
struct Ending {
  std::string message;
  bool all_answered = true;  // whether everything that was sent has its answer
};

v1::PaymentKind KindOf(PaymentKind kind) {
  switch (kind) {
    case PaymentKind::kPayment: return v1::PAYMENT_KIND_PAYMENT;
    case PaymentKind::kRefund: return v1::PAYMENT_KIND_REFUND;
    case PaymentKind::kCorrection: return v1::PAYMENT_KIND_CORRECTION;
  }
  return v1::PAYMENT_KIND_UNSPECIFIED;
}

// The column whose text is too long to be sent, or nothing.
const char* OversizedColumn(const PaymentRow& row) {
  const std::pair<const char*, const std::string*> texts[] = {
      {"payment_id", &row.payment_id},
      {"project_code", &row.project_code},
      {"pay_date", &row.pay_date},
      {"payee", &row.payee},
      {"memo", &row.memo},
      {"original_payment_id", &row.original_payment_id}};
  for (const auto& [column, text] : texts) {
    if (text->size() > kTextBytesMax) return column;
  }
  return nullptr;
}

v1::PaymentEvent ToEvent(PaymentRow row) {
  v1::PaymentEvent event;
  event.set_payment_id(std::move(row.payment_id));
  event.set_kind(KindOf(row.kind));
  event.set_project_code(std::move(row.project_code));
  event.set_pay_date(std::move(row.pay_date));
  event.set_amount_fen(row.amount_fen);
  event.set_payee(std::move(row.payee));
  event.set_memo(std::move(row.memo));
  event.set_original_payment_id(std::move(row.original_payment_id));
  return event;
}

void PrintSummary(const Context& context, const v1::PaymentImportSummary& summary) {
  const Speech& say = context.say;
  std::ostream& out = context.out();
  out << say("入账 ", "Recorded ") << summary.recorded_count() << say(" 笔，待核 ", ", suspended ")
      << summary.suspended_count() << say(" 笔，重复 ", ", duplicate ") << summary.duplicate_count()
      << say(" 笔，拒绝 ", ", rejected ") << summary.rejected_count() << say(" 行。", ".") << '\n';
  const std::string amount = FormatYuan(summary.amount_fen(), true);
  out << say("本次新入账（含待核）净额 " + amount + " 元。",
             "Net sum newly recorded, suspense included: " + amount + " yuan.")
      << '\n';
  if (summary.suspended_count() > 0) {
    out << say("待核：该年度的计划中还没有这些项目；下达带有项目的计划后自动归入。",
               "Suspended: no plan of the year has these projects yet; they are attributed by "
               "themselves once one does.")
        << '\n';
  }
  if (summary.rejections().empty()) return;
  out << '\n';
  Table table({{say("行", "Row"), Align::kRight, 0},
               {say("列", "Column"), Align::kLeft, 0},
               {say("原因", "Reason"), Align::kLeft, 0},
               {say("说明", "Message"), Align::kLeft, 16}});
  for (const v1::PaymentRejection& rejection : summary.rejections()) {
    table.AddRow({std::to_string(rejection.row()), rejection.field(), rejection.reason(),
                  ReasonText(say, rejection.reason(), rejection.message())});
  }
  out << table.Render(context.terminal.out_width);
}

void WriteRejectionsCsv(std::ostream& out, const v1::PaymentImportSummary& summary) {
  WriteCsvRecord(out, {"row", "reason", "field", "message"});
  for (const v1::PaymentRejection& rejection : summary.rejections()) {
    WriteCsvRecord(out, {std::to_string(rejection.row()), rejection.reason(), rejection.field(),
                         rejection.message()});
  }
}

ExitCode Conclude(const Context& context, const v1::PaymentImportSummary& summary,
                  const std::optional<Ending>& ending) {
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(summary); break;
    case OutputFormat::kCsv: WriteRejectionsCsv(context.out(), summary); break;
    case OutputFormat::kTable: PrintSummary(context, summary); break;
  }
  if (!ending) return summary.rejected_count() > 0 ? ExitCode::kRejected : ExitCode::kDone;
  context.out().flush();
  const Speech& say = context.say;
  const std::string count = std::to_string(summary.recorded_count() + summary.suspended_count() +
                                           summary.duplicate_count());
  const std::string rest = ending->all_answered
                               ? say("其余没有发送", "the rest was not sent")
                               : say("其余是否入账未知", "of the rest it is not known");
  const std::string message =
      ending->message +
      say("。服务端已确认 " + count + " 笔，" + rest + "；重新运行同一命令是安全的，不会重复入账",
          ". The server has acknowledged " + count + " payments; " + rest +
              ". Running the same command again is safe: nothing counts twice");
  return context.Fail(message);
}

std::string Interrupted(const Context& context) { return context.say("已中断", "interrupted"); }

// Reads rows and sends them until the end of the file; says why when it stops before.
std::optional<Ending> SendRows(const Context& context, const Interrupt& interrupt,
                               PaymentCsvReader* reader, client::PaymentSender* sender,
                               ImportTally* tally, ProgressBar* progress) {
  std::optional<Ending> ending;
  const auto failed = [&](const client::CallStatus& status) {
    return Ending{interrupt.requested() ? Interrupted(context) : context.Describe(status), false};
  };
  while (!ending) {
    if (interrupt.requested()) {
      ending = Ending{Interrupted(context)};
      break;
    }
    Result<std::optional<PaymentRecord>> next = reader->Next();
    if (!next.ok()) {
      const Error& error = next.error();
      ending = Ending{ReasonText(context.say, error.reason, error.message)};
      break;
    }
    if (!next.value()) break;
    PaymentRecord& record = *next.value();
    if (auto* rejection = std::get_if<RowRejection>(&record)) {
      tally->AddRejection(rejection->row_number, std::move(rejection->reason),
                          std::move(rejection->field), std::move(rejection->message));
      continue;
    }
    PaymentRow& row = std::get<PaymentRow>(record);
    const int64_t row_number = row.row_number;
    if (const char* column = OversizedColumn(row)) {
      tally->AddRejection(row_number, "FIELD_TOO_LONG", column, "the text is too long; shorten it");
      continue;
    }
    // After a failure the sender is spent; Finish would only try it all again.
    const client::CallStatus status = sender->Add(ToEvent(std::move(row)), row_number);
    if (!status.ok()) return failed(status);
    progress->Update(reader->bytes_consumed(), reader->bytes_total(),
                     context.say("已确认 ", "acknowledged ") + std::to_string(tally->row_count()));
  }
  // Also after an interruption: what is under way is acknowledged within moments.
  const client::CallStatus status = sender->Finish();
  return status.ok() ? ending : failed(status);
}

}  // namespace

ExitCode ImportPayments(const Context& context, const std::string& path,
                        const std::string& source) {
  Result<std::unique_ptr<PaymentCsvReader>> reader = PaymentCsvReader::Open(path);
  if (!reader.ok()) return context.Fail(reader.error());

  const Interrupt interrupt;
  const client::ConnectionOptions settings = context.ConnectionSettings();
  client::Connection connection(settings);
  // Asks first whether anybody is there: a wrong address should show within seconds,
  // while a server that goes away during the import is waited for longer.
  v1::GetServerInfoResponse info;
  const client::CallStatus reachable = connection.GetServerInfo({}, &info);
  if (!reachable.ok()) return context.Fail(reachable);

  ImportTally tally;
  client::PaymentSenderOptions options;
  options.source = source;
  options.timeout = settings.timeout;
  options.retry = settings.retry;
  options.retry.total_max = kReconnectTotal;
  options.stop = interrupt.token();
  bool told = false;
  options.on_break = [&](const client::CallStatus& status) {
    // Once per break, not per attempt.
    if (told) return;
    told = true;
    (void)context.Fail(context.Describe(status) + context.say("；正在重新连接", "; reconnecting"));
  };
  client::PaymentSender sender(
      options, [&connection] { return connection.OpenPaymentStream(); },
      [&tally, &told](const client::PaymentResult& result) {
        told = false;
        tally.AddOutcome(result.tag, result.event, result.outcome);
      },
      connection.pacer());
  std::optional<Ending> ending;
  {
    ProgressBar progress(context.terminal.err, context.terminal.err_width);
    ending = SendRows(context, interrupt, reader.value().get(), &sender, &tally, &progress);
  }
  return Conclude(context, tally.Summary(), ending);
}

}  // namespace budgetwatch::ctl
