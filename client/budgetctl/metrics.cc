#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "budgetctl/command_line.h"
#include "budgetctl/file_output.h"
#include "budgetctl/known_at.h"
#include "budgetctl/metric_history.h"
#include "budgetctl/progress.h"
#include "domain/date.h"

namespace budgetwatch::ctl {
namespace {

struct BackfillFlags {
  std::string department;
  int year = 0;
  std::string from;
  std::string to;
  int step_days = 1;
  std::string known_at;
  std::vector<std::string> labels;
  std::string path;
};

// What became of a backfill.
struct Backfill {
  MetricHistory history;
  int64_t day_count = 0;
  int64_t skipped_day_count = 0;  // no plan was in force
};

bool IsLabel(const std::string& text) {
  const size_t equal = text.find('=');
  return equal != std::string::npos && equal + 1 < text.size() &&
         MetricHistory::CanAdd(text.substr(0, equal));
}

MetricHistory::Labels LabelsOf(const std::vector<std::string>& texts) {
  MetricHistory::Labels labels;
  for (const std::string& text : texts) {
    const size_t equal = text.find('=');
    labels.emplace_back(text.substr(0, equal), text.substr(equal + 1));
  }
  return labels;
}

// The first name that is there twice, which Prometheus would refuse; empty for none.
std::string RepeatedName(const MetricHistory::Labels& labels) {
  std::set<std::string> names;
  for (const auto& [name, value] : labels) {
    if (!names.insert(name).second) return name;
  }
  return "";
}

// The last day that is wholly over: the day before the business date, within the year.
client::CallStatus LastDay(client::Connection& connection, int year, Date* last) {
  v1::GetServerInfoResponse info;
  const client::CallStatus status = connection.GetServerInfo({}, &info);
  if (!status.ok()) return status;
  const auto today = Date::Parse(info.business_date());
  if (!today) {
    return client::FailedCall(client::CallCode::kInternal,
                              "the server's business date cannot be read");
  }
  *last = std::min(today->AddDays(-1), Date::LastOfYear(year));
  return status;
}

// From `first` in steps, and `last` in any case.
std::vector<Date> DaysOf(Date first, Date last, int step_days) {
  std::vector<Date> days;
  for (Date day = first; day < last; day = day.AddDays(step_days)) days.push_back(day);
  days.push_back(last);
  return days;
}

// All reports are of one moment of knowledge: that of the first one, unless one is named.
client::CallStatus Collect(const Context& context, client::Connection& connection,
                           const BackfillFlags& flags, const std::vector<Date>& days,
                           Backfill* backfill) {
  v1::GetExecutionReportRequest request;
  request.set_department_code(flags.department);
  request.set_fiscal_year(flags.year);
  if (const auto known_at = ParseKnownAt(flags.known_at)) *request.mutable_known_at() = *known_at;
  ProgressBar bar(context.terminal.err, context.terminal.err_width);
  client::CallStatus last_refusal;
  for (const Date day : days) {
    request.set_as_of_date(day.ToString());
    v1::GetExecutionReportResponse response;
    const client::CallStatus status = connection.GetExecutionReport(request, &response);
    bar.Update(backfill->day_count + backfill->skipped_day_count, static_cast<int64_t>(days.size()),
               day.ToString());
    if (status.reason == "PLAN_NOT_FOUND") {
      ++backfill->skipped_day_count;
      last_refusal = status;
      continue;
    }
    if (!status.ok()) return status;
    request.mutable_known_at()->set_sequence(response.report().known_at_sequence());
    backfill->history.Add(response.report());
    ++backfill->day_count;
  }
  return backfill->day_count == 0 ? last_refusal : client::CallStatus();
}

void PrintBackfill(const Context& context, const Backfill& backfill, const std::string& path) {
  const std::string days = std::to_string(backfill.day_count);
  const std::string skipped = std::to_string(backfill.skipped_day_count);
  const std::string series = std::to_string(backfill.history.series_count());
  const std::string samples = std::to_string(backfill.history.sample_count());
  switch (context.options.output) {
    case OutputFormat::kJson:
      context.out() << "{\"dayCount\":" << days << ",\"skippedDayCount\":" << skipped
                    << ",\"seriesCount\":" << series << ",\"sampleCount\":" << samples << "}\n";
      break;
    case OutputFormat::kCsv:
      context.out() << "day_count,skipped_day_count,series_count,sample_count\n"
                    << days << ',' << skipped << ',' << series << ',' << samples << '\n';
      break;
    case OutputFormat::kTable:
      context.out() << context.say(
          days + " 天、" + series + " 条序列、" + samples + " 个样本，已写入 " + path +
              "；没有生效预算而跳过 " + skipped +
              " 天。\n用 promtool tsdb "
              "create-blocks-from openmetrics " +
              path + " 数据目录 转成 Prometheus 的数据块。\n",
          samples + " samples of " + series + " series on " + days + " days written to " + path +
              "; " + skipped +
              " days without a plan in force were left out.\nTurn them into "
              "blocks of Prometheus with: promtool tsdb create-blocks-from openmetrics " +
              path + " DATA_DIR\n");
      break;
  }
}

ExitCode RunBackfill(const Context& context, const BackfillFlags& flags) {
  const MetricHistory::Labels labels = LabelsOf(flags.labels);
  if (const std::string name = RepeatedName(labels); !name.empty()) {
    (void)context.Fail(context.say("--label 中 " + name + " 出现两次，请删除一个",
                                   "--label names " + name + " twice; remove one"));
    return ExitCode::kUsage;
  }
  client::Connection connection(context.ConnectionSettings());
  const Date first =
      flags.from.empty() ? Date::FirstOfYear(flags.year) : Date::Parse(flags.from).value();
  Date last;
  if (!flags.to.empty()) {
    last = Date::Parse(flags.to).value();
  } else if (const client::CallStatus status = LastDay(connection, flags.year, &last);
             !status.ok()) {
    return context.Fail(status);
  }
  if (last < first) {
    (void)context.Fail(context.say(
        "起始日期 " + first.ToString() + " 晚于截止日期 " + last.ToString() + "，没有可补的日期",
        "--from " + first.ToString() + " is after --to " + last.ToString() +
            ": there is no day to fill"));
    return ExitCode::kUsage;
  }
  Backfill backfill{.history = MetricHistory(labels)};
  const client::CallStatus status =
      Collect(context, connection, flags, DaysOf(first, last, flags.step_days), &backfill);
  if (!status.ok()) return context.Fail(status);
  if (const std::string error = ReplaceFile(flags.path, backfill.history.ToOpenMetrics());
      !error.empty()) {
    return context.Fail(context.say("写不出 " + flags.path + "：" + error,
                                    "cannot write " + flags.path + ": " + error));
  }
  PrintBackfill(context, backfill, flags.path);
  return ExitCode::kDone;
}

}  // namespace

void AddMetricsCommands(CommandLine* line) {
  const Speech& say = line->say();
  CLI::App* noun = line->AddNoun("metrics", say("监控指标：补历史数据", "Metrics for Prometheus"));
  auto flags = std::make_shared<BackfillFlags>();
  CLI::App* backfill = line->AddVerb(
      noun, "backfill",
      say("按过去各日的执行报告写出 OpenMetrics 文件，补入 Prometheus",
          "Write past days' execution as an OpenMetrics file to be put into Prometheus"),
      [flags](const Context& context) { return RunBackfill(context, *flags); });
  AddDepartment(say, backfill, &flags->department)->required();
  AddYear(say, backfill, &flags->year)->required();
  AddDate(backfill, "--from", &flags->from,
          say("起始日期（默认 1 月 1 日）", "First day (default 1 January)"));
  AddDate(backfill, "--to", &flags->to,
          say("截止日期（默认业务日期的前一天，不出本年度）",
              "Last day (default the day before the business date, within the year)"));
  backfill
      ->add_option("--step-days", flags->step_days,
                   say("每隔几天一个样本（默认 1；看板按 1 天取数）",
                       "Days from one sample to the next (default 1, as the dashboards expect)"))
      ->check(CLI::Range(1, 366));
  AddKnownAt(say, backfill, &flags->known_at);
  const auto is_label = [](const std::string& text) {
    return IsLabel(text) ? std::string()
                         : text + " is no label such as job=budgetwatch, or one of the daemon's";
  };
  backfill
      ->add_option("--label", flags->labels,
                   say("给每个样本加上的标签，如 job=budgetwatch，可重复；与抓取时的 job、instance "
                       "相同，曲线才能接上",
                       "Label to add to every sample, such as job=budgetwatch; may be repeated. "
                       "With job and instance as scraped, series go on"))
      ->check(CLI::Validator(is_label, "NAME=VALUE"))
      ->expected(1)
      ->take_all();
  backfill->add_option("-o", flags->path, say("写到的文件", "File to write"))->required();
}

}  // namespace budgetwatch::ctl
