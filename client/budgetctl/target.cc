#include "domain/target.h"

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "budgetctl/command_line.h"
#include "budgetctl/csv.h"
#include "budgetctl/json.h"
#include "budgetctl/table.h"
#include "budgetctl/target_table.h"
#include "transport/plan_message.h"

namespace budgetwatch::ctl {
namespace {

// The message of a reading, by way of a plan: so it is by construction the one that
// a plan with this target shows.
v1::Target ReadMessage(const std::string& text) {
  Plan plan;
  Indicator& indicator = plan.projects.emplace_back().indicators.emplace_back();
  if (IsValidUtf8(text)) {
    indicator.target = ReadTarget(text);
  } else {
    indicator.target.notes.push_back("invalid_utf8");
  }
  return ToMessage(plan).projects(0).indicators(0).target();
}

void PrintTable(const Context& context, const std::vector<std::string>& texts) {
  Table table(TargetColumns(context.say));
  for (const std::string& text : texts) {
    table.AddRow(TargetCells(context.say, text, ReadMessage(text)));
  }
  context.out() << table.Render(context.terminal.out_width);
}

void WriteCsv(const Context& context, const std::vector<std::string>& texts) {
  WriteCsvRecord(context.out(), {"target_text", "kind", "comparator", "value", "upper_value",
                                 "unit", "comparator_written", "notes"});
  for (const std::string& text : texts) {
    const v1::Target target = ReadMessage(text);
    WriteCsvRecord(context.out(),
                   {text, v1::TargetKind_Name(target.kind()),
                    target.has_comparator() ? v1::Comparator_Name(target.comparator()) : "",
                    target.value(), target.upper_value(), target.unit(),
                    CsvBool(target.comparator_written()), JoinedNotes(target)});
  }
}

// The lines of standard input. Every line gives a reading, an empty one too, so
// that the output stands line by line beside the input.
std::vector<std::string> ReadLines(std::istream& in) {
  std::vector<std::string> lines;
  std::string line;
  while (std::getline(in, line)) {
    if (lines.empty() && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

ExitCode Read(const Context& context, const std::vector<std::string>& arguments) {
  const std::vector<std::string> texts =
      arguments.empty() ? ReadLines(context.terminal.in) : arguments;
  if (context.terminal.in.bad()) {
    return context.Fail(context.say("读不到标准输入", "cannot read standard input"));
  }
  switch (context.options.output) {
    case OutputFormat::kJson:
      for (const std::string& text : texts) context.out() << ToJsonLine(ReadMessage(text));
      break;
    case OutputFormat::kCsv: WriteCsv(context, texts); break;
    case OutputFormat::kTable: PrintTable(context, texts); break;
  }
  const bool all_valid = std::all_of(texts.begin(), texts.end(), IsValidUtf8);
  if (!all_valid) (void)context.Fail(ReasonText(context.say, "INVALID_UTF8", "not UTF-8"));
  return all_valid ? ExitCode::kDone : ExitCode::kRejected;
}

}  // namespace

void AddTargetCommands(CommandLine* line) {
  const Speech& say = line->say();
  CLI::App* noun = line->AddNoun("target", say("指标值：查看如何读取", "Targets of indicators"));
  auto texts = std::make_shared<std::vector<std::string>>();
  CLI::App* read =
      line->AddVerb(noun, "read", say("离线读取指标值", "Show offline how target texts are read"),
                    [texts](const Context& context) { return Read(context, *texts); });
  read->add_option("TEXT", *texts,
                   say("指标值，如 ≥90%（没有则从标准输入逐行读取）",
                       "Target texts such as ≥90% (without, one per line of standard input)"));
}

}  // namespace budgetwatch::ctl
