#include <google/protobuf/struct.pb.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <memory>

#include "bench/feed_request.h"
#include "bench/load_driver.h"
#include "bench/outcome_tally.h"
#include "bench/payment_feed.h"
#include "budgetctl/bench_totals.h"
#include "budgetctl/command_line.h"
#include "budgetctl/csv.h"
#include "budgetctl/interrupt.h"
#include "budgetctl/json.h"
#include "budgetctl/progress.h"
#include "budgetctl/table.h"
#include "domain/date.h"

namespace budgetwatch::ctl {
namespace {

struct IngestFlags {
  int64_t payment_count = 100'000;
  int batch_size = 1'000;
  int in_flight = 8;
  int connections = 1;
  bool stream = false;
  int year = 0;  // 0: that of the business date
  std::string source;
  bench::FeedOptions feed;
};

// The generator's own processor time.
double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::string NewSource() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return "bench-" +
         std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(since).count());
}

// What a run did.
struct IngestSummary {
  double seconds = 0;
  double client_cpu_seconds = 0;  // of the load generator itself
  const bench::LatencyHistogram& latency;
  const bench::OutcomeTally& tally;
  std::vector<std::string> differences;  // empty: the totals match
};

using google::protobuf::Value;

Value NumberValue(double number) {
  Value value;
  value.set_number_value(std::round(number * 1'000) / 1'000);
  return value;
}

Value TextValue(const std::string& text) {
  Value value;
  value.set_string_value(text);
  return value;
}

// As the proto3 JSON mapping writes an int64.
Value CountValue(int64_t count) { return TextValue(std::to_string(count)); }

Value FlagValue(bool flag) {
  Value value;
  value.set_bool_value(flag);
  return value;
}

struct Figure {
  const char* name;  // in tables and CSV
  const char* json_name;
  Value value;
};

std::vector<Figure> Figures(const IngestFlags& flags, const IngestSummary& summary) {
  const double rate =
      summary.seconds > 0 ? static_cast<double>(flags.payment_count) / summary.seconds : 0;
  return {
      {"source", "source", TextValue(flags.source)},
      {"payment_count", "paymentCount", CountValue(flags.payment_count)},
      {"batch_size", "batchSize", NumberValue(flags.batch_size)},
      {"in_flight_count", "inFlightCount", NumberValue(flags.in_flight)},
      {"connection_count", "connectionCount", NumberValue(flags.connections)},
      {"stream", "stream", FlagValue(flags.stream)},
      {"elapsed_seconds", "elapsedSeconds", NumberValue(summary.seconds)},
      {"payments_per_second", "paymentsPerSecond", NumberValue(rate)},
      {"p50_ms", "p50Ms", NumberValue(summary.latency.QuantileMillis(0.5))},
      {"p99_ms", "p99Ms", NumberValue(summary.latency.QuantileMillis(0.99))},
      {"max_ms", "maxMs", NumberValue(summary.latency.MaxMillis())},
      {"client_cpu_seconds", "clientCpuSeconds", NumberValue(summary.client_cpu_seconds)},
      {"recorded_count", "recordedCount", CountValue(summary.tally.recorded_count())},
      {"suspended_count", "suspendedCount", CountValue(summary.tally.suspended_count())},
      {"duplicate_count", "duplicateCount", CountValue(summary.tally.duplicate_count())},
      {"amount_fen", "amountFen", CountValue(summary.tally.sent_fen())},
      {"totals_match", "totalsMatch", FlagValue(summary.differences.empty())},
  };
}

std::string TextOfValue(const Value& value) {
  if (value.has_bool_value()) return value.bool_value() ? "true" : "false";
  return value.has_number_value() ? CsvRatio(value.number_value()) : value.string_value();
}

void PrintTable(const Context& context, const std::vector<Figure>& figures,
                const std::vector<std::string>& differences) {
  Table table({{context.say("指标", "Figure"), Align::kLeft, 0},
               {context.say("数值", "Value"), Align::kRight, 0}});
  for (const Figure& figure : figures) table.AddRow({figure.name, TextOfValue(figure.value)});
  context.out() << table.Render(context.terminal.out_width);
  for (const std::string& difference : differences) context.out() << "- " << difference << '\n';
  context.out() << (differences.empty()
                        ? context.say("每笔都得到应有的答复，账上的增加额与发送的一致。",
                                      "Every answer was the one expected, and the totals grew by "
                                      "exactly what was sent.")
                        : context.say("结果不一致。请确认运行期间没有别的程序入账，且来源"
                                      "（--source）没有用过。",
                                      "The results do NOT agree. Check that nobody else recorded "
                                      "meanwhile and that the source (--source) is new."))
                << '\n';
}

void Print(const Context& context, const std::vector<Figure>& figures,
           const std::vector<std::string>& differences) {
  switch (context.options.output) {
    case OutputFormat::kJson: {
      google::protobuf::Struct object;
      for (const Figure& figure : figures) {
        (*object.mutable_fields())[figure.json_name] = figure.value;
      }
      auto* list = (*object.mutable_fields())["differences"].mutable_list_value();
      for (const std::string& difference : differences) *list->add_values() = TextValue(difference);
      context.out() << ToJson(object);
      break;
    }
    case OutputFormat::kCsv: {
      std::vector<std::string> names;
      std::vector<std::string> values;
      for (const Figure& figure : figures) {
        names.emplace_back(figure.name);
        values.push_back(TextOfValue(figure.value));
      }
      WriteCsvRecord(context.out(), names);
      WriteCsvRecord(context.out(), values);
      for (const std::string& difference : differences) (void)context.Fail(difference);
      break;
    }
    case OutputFormat::kTable: PrintTable(context, figures, differences); break;
  }
}

// Fills in what the caller left open.
client::CallStatus Complete(client::Connection& connection, IngestFlags* flags) {
  if (flags->source.empty()) flags->source = NewSource();
  if (flags->year == 0) {
    v1::GetServerInfoResponse info;
    if (auto status = connection.GetServerInfo({}, &info); !status.ok()) return status;
    const auto today = Date::Parse(info.business_date());
    if (!today) {
      return client::FailedCall(client::CallCode::kInternal, "the server has no business date");
    }
    flags->year = today->year();
  }
  flags->feed.year = flags->year;
  flags->feed.tag = bench::FeedTag(flags->source, flags->feed.seed);
  flags->feed.repeat_distance = bench::kReorderWindows * flags->in_flight * flags->batch_size;
  return {};
}

ExitCode Ingest(const Context& context, IngestFlags flags) {
  const client::ConnectionOptions settings = context.ConnectionSettings();
  client::Connection connection(settings);
  if (auto status = Complete(connection, &flags); !status.ok()) return context.Fail(status);
  YearFigures before;
  if (auto status = ReadYear(connection, flags.year, &before); !status.ok()) {
    return context.Fail(status);
  }

  const bench::PaymentFeed feed(flags.feed);
  bench::OutcomeTally tally(feed);
  bench::LoadResult load;
  double cpu_seconds = 0;
  {
    const Interrupt interrupt;
    ProgressBar progress(context.terminal.err, context.terminal.err_width);
    const bench::LoadOptions options{
        .server = settings.server,
        .stream = flags.stream,
        .connections = flags.connections,
        .in_flight = flags.in_flight,
        .batch_count = (flags.payment_count + flags.batch_size - 1) / flags.batch_size,
        .timeout = settings.timeout,
        .stop = interrupt.token()};
    const auto count_of = [&flags](int64_t first) {
      return std::min<int64_t>(flags.batch_size, flags.payment_count - first);
    };
    int64_t answered = 0;
    const bench::LoadPort port{[&](int64_t batch) {
                                 const int64_t first = batch * flags.batch_size;
                                 return bench::EncodeRequest(feed, flags.source, first,
                                                             count_of(first), &tally);
                               },
                               [&](int64_t batch, const grpc::ByteBuffer& response) {
                                 const int64_t first = batch * flags.batch_size;
                                 tally.Answered(first, count_of(first), response);
                                 answered += count_of(first);
                                 progress.Update(answered, flags.payment_count, "");
                               }};
    const double cpu_before = CpuSeconds();
    load = bench::DriveLoad(options, port);
    cpu_seconds = CpuSeconds() - cpu_before;
  }
  if (!load.status.ok()) return context.Fail(load.status);

  YearFigures after;
  if (auto status = ReadYear(connection, flags.year, &after); !status.ok()) {
    return context.Fail(status);
  }
  IngestSummary summary{load.seconds, cpu_seconds, load.latency, tally, {}};
  if (tally.wrong_count() > 0) {
    summary.differences.push_back(std::to_string(tally.wrong_count()) +
                                  " answers are not the expected ones; the first is " +
                                  tally.first_wrong());
  }
  for (std::string& difference : CompareGrowth(before, after, feed, tally)) {
    summary.differences.push_back(std::move(difference));
  }
  Print(context, Figures(flags, summary), summary.differences);
  return summary.differences.empty() ? ExitCode::kDone : ExitCode::kFailed;
}

void AddLoadFlags(const Speech& say, CLI::App* ingest, IngestFlags* flags) {
  ingest->add_option("--payments", flags->payment_count, say("支付笔数", "Number of payments"))
      ->capture_default_str()
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000'000}));
  ingest->add_option("--batch", flags->batch_size, say("每批笔数", "Payments in a batch"))
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  ingest
      ->add_option("--in-flight", flags->in_flight,
                   say("同时在途的批数", "Batches sent and not yet answered, over all connections"))
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  ingest->add_option("--connections", flags->connections, say("连接数", "Connections"))
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000));
  ingest->add_flag("--stream", flags->stream,
                   say("用双向流，而不是每批一次调用", "Stream instead of a call for each batch"));
}

void AddFeedFlags(const Speech& say, CLI::App* ingest, IngestFlags* flags) {
  bench::FeedOptions* feed = &flags->feed;
  ingest->add_option("--projects", feed->project_count, say("项目数", "Projects paid from"))
      ->capture_default_str()
      ->check(CLI::Range(1, bench::kFeedProjectsMax));
  ingest
      ->add_option("--days", feed->day_count,
                   say("支付日期的天数，自 1 月 1 日起", "Days of the dates, from 1 January on"))
      ->capture_default_str()
      ->check(CLI::Range(1, 365));
  ingest->add_option("--seed", feed->seed, say("生成数据的种子", "Seed of the data"))
      ->capture_default_str();
  ingest
      ->add_option("--duplicates", feed->repeat_permille,
                   say("重复发送的千分比", "Events sent again, in a thousand"))
      ->capture_default_str()
      ->check(CLI::Range(0, 900));
  ingest->add_flag("--scattered-ids", feed->scattered_ids,
                   say("编号无序（默认递增）", "Ids in no order (default rising)"));
  ingest
      ->add_option("--source", flags->source,
                   say("来源系统的名称，须未用过（默认取一个新的）",
                       "Name of the sending system, not used before (default a new one)"))
      ->check(CLI::Validator(
          [](const std::string& text) {
            return text.empty() || text.size() > 64 ? "a source has 1 to 64 bytes" : std::string();
          },
          "TEXT"));
}

}  // namespace

void AddBenchCommands(CommandLine* line) {
  const Speech& say = line->say();
  CLI::App* noun = line->AddNoun("bench", say("压力测试", "Load generator"));
  auto flags = std::make_shared<IngestFlags>();
  CLI::App* ingest = line->AddVerb(
      noun, "ingest",
      say("生成并推送支付，测量速度并核对账目；会永久入账，只用于测试环境",
          "Generate and push payments, measure and check the totals; they are recorded for "
          "good, so use a ledger for tests"),
      [flags](const Context& context) { return Ingest(context, *flags); });
  AddLoadFlags(say, ingest, flags.get());
  AddFeedFlags(say, ingest, flags.get());
  AddYear(say, ingest, &flags->year);
}

}  // namespace budgetwatch::ctl
