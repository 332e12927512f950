#include <memory>

#include "budgetctl/command_line.h"
#include "budgetctl/json.h"
#include "budgetctl/pages.h"
#include "budgetctl/report_request.h"
#include "budgetctl/review_export.h"
#include "budgetctl/review_table.h"

namespace budgetwatch::ctl {
namespace {

struct ListFlags {
  std::string department;
  int year = 0;
};

void PrintRun(const Context& context, const v1::RunReviewResponse& response) {
  const Speech& say = context.say;
  const std::string& id = response.summary().review_id();
  context.out() << (response.created()
                        ? say("已生成绩效运行监控。", "A review was frozen.")
                        : say("账本没有变化，沿用已有的绩效运行监控。",
                              "The ledger knows nothing new; this review was there already."))
                << '\n';
  PrintReviewSummary(context.out(), say, response.summary());
  context.out() << say("查看：budgetctl review show ", "To read it: budgetctl review show ") << id
                << '\n';
}

ExitCode Run(const Context& context, const ReportFlags& flags) {
  client::Connection connection(context.ConnectionSettings());
  v1::RunReviewResponse response;
  const client::CallStatus status =
      connection.RunReview(RequestOf<v1::RunReviewRequest>(flags), &response);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response); break;
    case OutputFormat::kCsv: {
      ReviewSummaries one;
      *one.Add() = response.summary();
      WriteReviewsCsv(context.out(), one);
      break;
    }
    case OutputFormat::kTable: PrintRun(context, response); break;
  }
  return ExitCode::kDone;
}

ExitCode List(const Context& context, const ListFlags& flags) {
  v1::ListReviewsRequest request;
  request.set_department_code(flags.department);
  request.set_fiscal_year(flags.year);
  v1::ListReviewsResponse all;
  const client::CallStatus status =
      ListAll(context.ConnectionSettings(), &client::Connection::ListReviews, request, &all);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(all); break;
    case OutputFormat::kCsv: WriteReviewsCsv(context.out(), all.reviews()); break;
    case OutputFormat::kTable:
      PrintReviews(context.out(), context.say, all.reviews(), context.terminal.out_width);
      break;
  }
  return ExitCode::kDone;
}

ExitCode Show(const Context& context, const std::string& review_id) {
  v1::GetReviewRequest request;
  request.set_review_id(review_id);
  client::Connection connection(context.ConnectionSettings());
  v1::GetReviewResponse response;
  const client::CallStatus status = connection.GetReview(request, &response);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(response); break;
    case OutputFormat::kCsv: WriteReviewCsv(context.out(), response); break;
    case OutputFormat::kTable:
      PrintReview(context.out(), context.say, response, context.terminal.out_width);
      break;
  }
  return ExitCode::kDone;
}

void AddRun(CommandLine* line, CLI::App* noun) {
  auto flags = std::make_shared<ReportFlags>();
  CLI::App* run = line->AddVerb(
      noun, "run",
      line->say()("生成一次运行监控并冻结（可重复运行）", "Freeze a review; safe to repeat"),
      [flags](const Context& context) { return Run(context, *flags); });
  AddReportFlags(line->say(), run, flags.get());
}

void AddList(CommandLine* line, CLI::App* noun) {
  const Speech& say = line->say();
  auto flags = std::make_shared<ListFlags>();
  CLI::App* list = line->AddVerb(noun, "list", say("列出运行监控", "List reviews"),
                                 [flags](const Context& context) { return List(context, *flags); });
  AddDepartment(say, list, &flags->department);
  AddYear(say, list, &flags->year);
}

void AddShow(CommandLine* line, CLI::App* noun) {
  const Speech& say = line->say();
  auto id = std::make_shared<std::string>();
  CLI::App* show = line->AddVerb(noun, "show", say("查看一次运行监控", "Show a review"),
                                 [id](const Context& context) { return Show(context, *id); });
  show->add_option("REVIEW_ID", *id,
                   say("编号，如 2020/122002/2020-06-30/1", "Id, such as 2020/122002/2020-06-30/1"))
      ->required();
}

}  // namespace

void AddReviewCommands(CommandLine* line) {
  CLI::App* noun = line->AddNoun(
      "review", line->say()("绩效运行监控：生成、查看", "Reviews of money and results"));
  AddRun(line, noun);
  AddList(line, noun);
  AddShow(line, noun);
  AddReviewExport(line, noun);
}

}  // namespace budgetwatch::ctl
