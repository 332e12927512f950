#include "budgetctl/payment_import.h"

#include <utility>

#include "budgetctl/import_output.h"
#include "budgetctl/import_tally.h"
#include "domain/money.h"
#include "import/payment_csv.h"
#include "lib/payment_sender.h"

namespace budgetwatch::ctl {
namespace {

// A daemon that restarts replays its journal first; an import waits for it.
constexpr std::chrono::seconds kReconnectTotal{60};

constexpr ImportWords kWords = {
    "笔", "payments", "待核：该年度的计划中还没有这些项目；下达带有项目的计划后自动归入。",
    "Suspended: no plan of the year has these projects yet; they are attributed by "
    "themselves once one does."};

v1::PaymentKind KindOf(PaymentKind kind) {
  switch (kind) {
    case PaymentKind::kPayment: return v1::PAYMENT_KIND_PAYMENT;
    case PaymentKind::kRefund: return v1::PAYMENT_KIND_REFUND;
    case PaymentKind::kCorrection: return v1::PAYMENT_KIND_CORRECTION;
  }
  return v1::PAYMENT_KIND_UNSPECIFIED;
}

std::vector<NamedText> TextsOf(const PaymentRow& row) {
  return {{"payment_id", &row.payment_id},
          {"project_code", &row.project_code},
          {"pay_date", &row.pay_date},
          {"payee", &row.payee},
          {"memo", &row.memo},
          {"original_payment_id", &row.original_payment_id}};
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

// Sends the rows of the file; says why when it stops before its end.
std::optional<ImportEnding> SendPayments(const Context& context, const Interrupt& interrupt,
                                         PaymentCsvReader* reader, client::PaymentSender* sender,
                                         PaymentTally* tally) {
  ProgressBar progress(context.terminal.err, context.terminal.err_width);
  const std::optional<ImportEnding> ending = SendRows<PaymentRow>(
      context, interrupt, reader, tally, &progress, TextsOf, [&](PaymentRow row) {
        const int64_t row_number = row.row_number;
        return sender->Add(ToEvent(std::move(row)), row_number);
      });
  // After a failure the sender is spent; Finish would only try it all again.
  if (ending && !ending->all_answered) return ending;
  // Also after an interruption: what is under way is acknowledged within moments.
  const client::CallStatus status = sender->Finish();
  return status.ok() ? ending : FailedImport(context, interrupt, status);
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

  PaymentTally tally;
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
  const std::optional<ImportEnding> ending =
      SendPayments(context, interrupt, reader.value().get(), &sender, &tally);
  const v1::PaymentImportSummary summary = tally.summary();
  const std::string amount = FormatYuan(summary.amount_fen(), true);
  return ConcludeImport(
      context, summary, ending, kWords,
      context.say("本次新入账（含待核）净额 " + amount + " 元。",
                  "Net sum newly recorded, suspense included: " + amount + " yuan."));
}

}  // namespace budgetwatch::ctl
