#include "budgetctl/import_output.h"

#include "budgetctl/csv.h"
#include "budgetctl/json.h"
#include "budgetctl/table.h"
#include "budgetwatch/v1/observation.pb.h"
#include "budgetwatch/v1/payment.pb.h"

namespace budgetwatch::ctl {
namespace {

template <typename Summary>
void PrintSummary(const Context& context, const Summary& summary, const ImportWords& words,
                  const std::string& remark) {
  const Speech& say = context.say;
  std::ostream& out = context.out();
  const std::string of_zh = " " + std::string(words.counter_zh);
  out << say("入账 ", "Recorded ") << summary.recorded_count()
      << say(of_zh + "，待核 ", ", suspended ") << summary.suspended_count()
      << say(of_zh + "，重复 ", ", duplicate ") << summary.duplicate_count()
      << say(of_zh + "，拒绝 ", ", rejected ") << summary.rejected_count() << say(" 行。", ".")
      << '\n';
  if (!remark.empty()) out << remark << '\n';
  if (summary.suspended_count() > 0) out << say(words.suspended_zh, words.suspended_en) << '\n';
  if (summary.rejections().empty()) return;
  out << '\n';
  Table table({{say("行", "Row"), Align::kRight, 0},
               {say("列", "Column"), Align::kLeft, 0},
               {say("原因", "Reason"), Align::kLeft, 0},
               {say("说明", "Message"), Align::kLeft, 16}});
  for (const auto& rejection : summary.rejections()) {
    table.AddRow({std::to_string(rejection.row()), rejection.field(), rejection.reason(),
                  ReasonText(say, rejection.reason(), rejection.message())});
  }
  out << table.Render(context.terminal.out_width);
}

template <typename Summary>
void WriteRejectionsCsv(std::ostream& out, const Summary& summary) {
  WriteCsvRecord(out, {"row", "reason", "field", "message"});
  for (const auto& rejection : summary.rejections()) {
    WriteCsvRecord(out, {std::to_string(rejection.row()), rejection.reason(), rejection.field(),
                         rejection.message()});
  }
}

ExitCode FailImport(const Context& context, const ImportEnding& ending, int64_t count,
                    const ImportWords& words) {
  context.out().flush();
  const Speech& say = context.say;
  const std::string counted_zh = std::to_string(count) + " " + std::string(words.counter_zh);
  const std::string counted_en = std::to_string(count) + " " + std::string(words.plural_en);
  const std::string rest = ending.all_answered
                               ? say("其余没有发送", "the rest was not sent")
                               : say("其余是否入账未知", "of the rest it is not known");
  return context.Fail(
      ending.message +
      say("。服务端已确认 " + counted_zh + "，" + rest + "；重新运行同一命令是安全的，不会重复入账",
          ". The server has acknowledged " + counted_en + "; " + rest +
              ". Running the same command again is safe: nothing counts twice"));
}

}  // namespace

const char* OversizedColumn(const std::vector<NamedText>& texts) {
  for (const auto& [column, text] : texts) {
    if (text->size() > kTextBytesMax) return column;
  }
  return nullptr;
}

ImportEnding FailedImport(const Context& context, const Interrupt& interrupt,
                          const client::CallStatus& status) {
  return {interrupt.requested() ? context.say("已中断", "interrupted") : context.Describe(status),
          false};
}

template <typename Summary>
ExitCode ConcludeImport(const Context& context, const Summary& summary,
                        const std::optional<ImportEnding>& ending, const ImportWords& words,
                        const std::string& remark) {
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(summary); break;
    case OutputFormat::kCsv: WriteRejectionsCsv(context.out(), summary); break;
    case OutputFormat::kTable: PrintSummary(context, summary, words, remark); break;
  }
  if (!ending) return summary.rejected_count() > 0 ? ExitCode::kRejected : ExitCode::kDone;
  return FailImport(
      context, *ending,
      summary.recorded_count() + summary.suspended_count() + summary.duplicate_count(), words);
}

template ExitCode ConcludeImport(const Context&, const v1::PaymentImportSummary&,
                                 const std::optional<ImportEnding>&, const ImportWords&,
                                 const std::string&);
template ExitCode ConcludeImport(const Context&, const v1::ObservationImportSummary&,
                                 const std::optional<ImportEnding>&, const ImportWords&,
                                 const std::string&);

}  // namespace budgetwatch::ctl
