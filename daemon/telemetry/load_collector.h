#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace budgetwatch {

// What the server has on its hands at one moment.
struct ServerLoad {
  int64_t connections = 0;
  int64_t refused_connections = 0;  // since the start, closed at once
  int64_t cut_connections = 0;      // since the start, for resetting their calls
  int64_t memory_sheds = 0;         // since the start, all connections cut for their memory
  int64_t calls = 0;
  int64_t streams = 0;
  int64_t held_bytes = 0;  // of requests and answers under way
  int64_t held_bytes_limit = 0;
  int64_t memory_limit_bytes = 0;
};

// Anonymous memory of this process that is resident, all but mapped files; 0 where the
// system does not say.
int64_t ResidentAnonymousBytes();

// Shows the load of the server to Prometheus, and what it makes of the memory.
// Thread-safe.
class LoadCollector : public prometheus::Collectable {
 public:
  // `load` is called for each scrape, on any thread, and outlives the collector.
  explicit LoadCollector(std::function<ServerLoad()> load) : load_(std::move(load)) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const std::function<ServerLoad()> load_;
};

}  // namespace budgetwatch
