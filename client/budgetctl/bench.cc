#include <google/protobuf/struct.pb.h>
#include <grpc/slice.h>
#include <grpcpp/support/slice.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>
#include <memory>

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

// One run: the feed's items in batches, and their answers.
class IngestRun {
 public:
  IngestRun(const IngestFlags& flags, const bench::PaymentFeed& feed)
      : flags_(flags), feed_(feed), tally_(feed) {
    head_ = '\n';  // field 1, `source`, in bytes
    head_ += static_cast<char>(flags.source.size());
    head_ += flags.source;
  }

  int64_t BatchCount() const {
    return (flags_.payment_count + flags_.batch_size - 1) / flags_.batch_size;
  }

  grpc::ByteBuffer Request(int64_t batch) {
    const int64_t first = batch * flags_.batch_size;
    const int64_t count = CountOf(batch);
    grpc_slice memory = grpc_slice_malloc(head_.size() + static_cast<size_t>(count) *
                                                             bench::PaymentFeed::kEventBytes);
    uint8_t* at = GRPC_SLICE_START_PTR(memory);
    std::memcpy(at, head_.data(), head_.size());
    at += head_.size();
    for (int64_t i = 0; i < count; ++i) {
      const bench::FeedItem item = feed_.At(first + i);
      tally_.Sent(item);
      feed_.Encode(item, at);
      at += bench::PaymentFeed::kEventBytes;
    }
    const grpc::Slice slice(memory, grpc::Slice::STEAL_REF);
    return grpc::ByteBuffer(&slice, 1);
  }

  void Answer(int64_t batch, const grpc::ByteBuffer& response) {
    tally_.Answered(batch * flags_.batch_size, CountOf(batch), response);
  }

  const bench::OutcomeTally& tally() const { return tally_; }

 private:
  int64_t CountOf(int64_t batch) const {
    return std::min<int64_t>(flags_.batch_size, flags_.payment_count - batch * flags_.batch_size);
  }

  const IngestFlags& flags_;
  const bench::PaymentFeed& feed_;
  std::string head_;
  bench::OutcomeTally tally_;
};

// The generator's own processor time.
double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::string NewSource() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return "bench-" +
         std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(since).count());
}

// Ids of runs with other sources or seeds differ, also for who looks at ids alone.
std::string TagOf(const std::string& source, uint64_t seed) {
  uint64_t hash = 0xcbf29ce484222325u ^ seed;  // FNV-1a
  for (const char c : source) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  std::string tag;
  for (size_t i = 0; i < bench::kFeedTagBytes; ++i) {
    tag += "0123456789abcdef"[(hash >> (4 * i)) & 15];
  }
  return tag;
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
  flags->feed.tag = TagOf(flags->source, flags->feed.seed);
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
  IngestRun run(flags, feed);
  bench::LoadResult load;
  double cpu_seconds = 0;
  {
    const Interrupt interrupt;
    ProgressBar progress(context.terminal.err, context.terminal.err_width);
    const bench::LoadOptions options{.server = settings.server,
                                     .stream = flags.stream,
                                     .connections = flags.connections,
                                     .in_flight = flags.in_flight,
                                     .batch_count = run.BatchCount(),
                                     .timeout = settings.timeout,
                                     .stop = interrupt.token()};
    int64_t answered = 0;
    const bench::LoadPort port{[&run](int64_t batch) { return run.Request(batch); },
                               [&](int64_t batch, const grpc::ByteBuffer& response) {
                                 run.Answer(batch, response);
                                 if (context.terminal.err_width) {
                                   answered =
                                       std::min(answered + flags.batch_size, flags.payment_count);
                                   progress.Update(answered, flags.payment_count, "");
                                 }
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
  IngestSummary summary{load.seconds, cpu_seconds, load.latency, run.tally(), {}};
  if (run.tally().wrong_count() > 0) {
    summary.differences.push_back(std::to_string(run.tally().wrong_count()) +
                                  " answers are not the expected ones; the first is " +
                                  run.tally().first_wrong());
  }
  for (std::string& difference : CompareGrowth(before, after, feed, run.tally())) {
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
