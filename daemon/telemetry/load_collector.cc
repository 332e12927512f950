#include "telemetry/load_collector.h"

#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>

namespace budgetwatch {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily Family(std::string name, std::string help, MetricType type, int64_t value) {
  MetricFamily family;
  family.name = "budgetwatch_" + std::move(name);
  family.help = std::move(help);
  family.type = type;
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  (type == MetricType::Gauge ? metric.gauge.value : metric.counter.value) =
      static_cast<double>(value);
  return family;
}

}  // namespace

int64_t ResidentAnonymousBytes() {
  // In pages: size, resident, shared, that is, resident and backed by files.
  std::ifstream file("/proc/self/statm");
  int64_t size = 0;
  int64_t resident = 0;
  int64_t shared = 0;
  if (!(file >> size >> resident >> shared)) return 0;
  return (resident - shared) * sysconf(_SC_PAGESIZE);
}

std::vector<MetricFamily> LoadCollector::Collect() const {
  const ServerLoad load = load_();
  return {
      Family("grpc_connections", "Connections of clients that are open.", MetricType::Gauge,
             load.connections),
      Family("grpc_connections_refused_total",
             "Connections closed at once because of max_connections or of memory_limit_mib.",
             MetricType::Counter, load.refused_connections),
      Family("grpc_connections_cut_total",
             "Connections broken because they reset more calls than they may make.",
             MetricType::Counter, load.cut_connections),
      Family("memory_sheds_total",
             "Times that all connections were broken because memory ran short.",
             MetricType::Counter, load.memory_sheds),
      Family("grpc_calls", "Unary calls under way.", MetricType::Gauge, load.calls),
      Family("grpc_streams", "Streams of payments and of warnings that are open.",
             MetricType::Gauge, load.streams),
      Family("grpc_held_bytes", "Memory of requests and answers under way, in bytes.",
             MetricType::Gauge, load.held_bytes),
      Family("grpc_held_limit_bytes",
             "Limit of budgetwatch_grpc_held_bytes, in bytes; calls past it are refused.",
             MetricType::Gauge, load.held_bytes_limit),
      Family("memory_bytes", "Memory of the daemon without mapped files, in bytes.",
             MetricType::Gauge, ResidentAnonymousBytes()),
      Family("memory_limit_bytes", "What memory_limit_mib allows, in bytes.", MetricType::Gauge,
             load.memory_limit_bytes),
  };
}

}  // namespace budgetwatch
