#include <memory>

#include "budgetctl/command_line.h"
#include "budgetctl/csv.h"
#include "budgetctl/display_width.h"
#include "budgetctl/json.h"
#include "budgetctl/pages.h"
#include "budgetctl/payment_import.h"
#include "budgetctl/table.h"
#include "domain/money.h"

namespace budgetwatch::ctl {
namespace {

struct ListFlags {
  int year = 0;
  std::string project;
  std::string from;
  std::string to;
  bool suspended = false;
};

std::string Marks(const Speech& say, const v1::Payment& payment) {
  std::string marks;
  if (payment.suspended()) marks += say("待核", "suspended");
  if (payment.unmatched()) {
    marks += (marks.empty() ? "" : " ") + say("未对应原支付", "unmatched");
  }
  return marks;
}

void PrintPayments(const Context& context, const v1::ListPaymentsResponse& response) {
  const Speech& say = context.say;
  if (response.payments().empty()) {
    context.out() << say("没有支付。", "No payments.") << '\n';
    return;
  }
  context.out() << say("单位：元", "Unit: yuan") << '\n';
  Table table({{say("日期", "Date"), Align::kLeft, 0},
               {say("项目编码", "Project"), Align::kLeft, 10},
               {say("编号", "Id"), Align::kLeft, 12},
               {say("类型", "Kind"), Align::kLeft, 0},
               {say("金额", "Amount"), Align::kRight, 0},
               {say("收款人", "Payee"), Align::kLeft, 6},
               {say("用途", "Memo"), Align::kLeft, 6},
               {say("标记", "Marks"), Align::kLeft, 0}});
  Int128 sum = 0;
  for (const v1::Payment& payment : response.payments()) {
    const v1::PaymentEvent& event = payment.event();
    // A correction's amount is booked here and taken away elsewhere.
    sum += payment.effect_fen();
    table.AddRow({event.pay_date(), event.project_code(), event.payment_id(),
                  Word(say, event.kind()), FormatYuan(payment.effect_fen(), true), event.payee(),
                  event.memo(), Marks(say, payment)});
  }
  context.out() << table.Render(context.terminal.out_width);
  const std::string count = std::to_string(response.payments_size());
  const std::string amount = FormatYuan(static_cast<int64_t>(sum), true);
  context.out() << say("共 " + count + " 笔，金额合计 " + amount + " 元。",
                       count + " events; the amounts shown add up to " + amount + " yuan.")
                << '\n';
}

void WritePaymentsCsv(std::ostream& out, const v1::ListPaymentsResponse& response) {
  WriteCsvRecord(out, {"source", "payment_id", "kind", "project_code", "pay_date", "amount_yuan",
                       "effect_yuan", "remaining_yuan", "payee", "memo", "original_payment_id",
                       "suspended", "unmatched", "sequence", "recorded_time"});
  for (const v1::Payment& payment : response.payments()) {
    const v1::PaymentEvent& event = payment.event();
    WriteCsvRecord(
        out, {payment.source(), event.payment_id(), Word(Speech(Language::kEnglish), event.kind()),
              event.project_code(), event.pay_date(), FormatYuan(event.amount_fen()),
              FormatYuan(payment.effect_fen()), FormatYuan(payment.remaining_fen()), event.payee(),
              event.memo(), event.original_payment_id(), CsvBool(payment.suspended()),
              CsvBool(payment.unmatched()), std::to_string(payment.sequence()),
              payment.recorded_time()});
  }
}

ExitCode List(const Context& context, const ListFlags& flags) {
  v1::ListPaymentsRequest request;
  request.set_fiscal_year(flags.year);
  request.set_project_code(flags.project);
  request.set_from_date(flags.from);
  request.set_to_date(flags.to);
  request.set_suspended_only(flags.suspended);
  v1::ListPaymentsResponse all;
  const client::CallStatus status =
      ListAll(context.ConnectionSettings(), &client::Connection::ListPayments, request, &all);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(all); break;
    case OutputFormat::kCsv: WritePaymentsCsv(context.out(), all); break;
    case OutputFormat::kTable: PrintPayments(context, all); break;
  }
  return ExitCode::kDone;
}

void PrintPayment(const Context& context, const v1::Payment& payment) {
  const Speech& say = context.say;
  const v1::PaymentEvent& event = payment.event();
  const std::pair<std::string, std::string> lines[] = {
      {say("来源", "Source"), payment.source()},
      {say("编号", "Id"), event.payment_id()},
      {say("类型", "Kind"), Word(say, event.kind())},
      {say("项目编码", "Project"), event.project_code()},
      {say("日期", "Date"), event.pay_date()},
      {say("金额（元）", "Amount (yuan)"), FormatYuan(event.amount_fen(), true)},
      {say("余额（元）", "Remaining (yuan)"), FormatYuan(payment.remaining_fen(), true)},
      {say("收款人", "Payee"), event.payee()},
      {say("用途", "Memo"), event.memo()},
      {say("原支付编号", "Original"), event.original_payment_id()},
      {say("标记", "Marks"), Marks(say, payment)},
      {say("序号", "Sequence"), std::to_string(payment.sequence())},
      {say("记录时间", "Recorded"), payment.recorded_time()}};
  for (const auto& [name, value] : lines) PrintField(context.out(), name, value, 18);
}

ExitCode Show(const Context& context, const std::string& source, const std::string& id) {
  v1::GetPaymentRequest request;
  request.set_source(source);
  request.set_payment_id(id);
  client::Connection connection(context.ConnectionSettings());
  v1::GetPaymentResponse response;
  const client::CallStatus status = connection.GetPayment(request, &response);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response); break;
    case OutputFormat::kCsv: {
      v1::ListPaymentsResponse one;
      one.add_payments()->Swap(response.mutable_payment());
      WritePaymentsCsv(context.out(), one);
      break;
    }
    case OutputFormat::kTable: PrintPayment(context, response.payment()); break;
  }
  return ExitCode::kDone;
}

void AddImport(CommandLine* line, CLI::App* noun) {
  const Speech& say = line->say();
  auto path = std::make_shared<std::string>();
  auto source = std::make_shared<std::string>();
  CLI::App* import = line->AddVerb(
      noun, "import", say("导入支付 CSV（可重复运行）", "Import a payment CSV; safe to repeat"),
      [path, source](const Context& context) { return ImportPayments(context, *path, *source); });
  import
      ->add_option("FILE", *path,
                   say("CSV 文件：payment_id,project_code,pay_date,amount,payee,memo"
                       "[,kind,original_payment_id]",
                       "CSV file: payment_id,project_code,pay_date,amount,payee,memo"
                       "[,kind,original_payment_id]"))
      ->required();
  AddSource(say, import, source.get());
}

}  // namespace

void AddPaymentCommands(CommandLine* line) {
  const Speech& say = line->say();
  CLI::App* noun = line->AddNoun("payment", say("支付：导入、查看", "Payments"));
  AddImport(line, noun);

  auto flags = std::make_shared<ListFlags>();
  CLI::App* list = line->AddVerb(noun, "list", say("列出支付", "List payments"),
                                 [flags](const Context& context) { return List(context, *flags); });
  AddYear(say, list, &flags->year)->required();
  list->add_option("--project", flags->project,
                   say("项目编码（默认全部）", "Code of the project (default all)"));
  AddDate(list, "--from", &flags->from, say("起始日期（含）", "First date, included"));
  AddDate(list, "--to", &flags->to, say("截止日期（含）", "Last date, included"));
  list->add_flag("--suspended", flags->suspended, say("只列待核", "Only what is in suspense"));

  auto id = std::make_shared<std::string>();
  auto source = std::make_shared<std::string>();
  CLI::App* show =
      line->AddVerb(noun, "show", say("查看一笔支付", "Show one payment"),
                    [id, source](const Context& context) { return Show(context, *source, *id); });
  show->add_option("ID", *id, say("支付编号", "Id of the payment"))->required();
  AddSource(say, show, source.get());
}

}  // namespace budgetwatch::ctl
