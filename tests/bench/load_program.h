#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "bench/latency_histogram.h"
#include "bench/payment_feed.h"

namespace budgetwatch::bench {

// The flags that the load programs of this folder share, "--name value" each, with the
// names and defaults of `budgetctl bench ingest`, so that all of them send the same data.
struct LoadFlags {
  int64_t payment_count = 100'000;
  int64_t batch_size = 1'000;
  int64_t in_flight = 8;
  std::string source = "bench";
  FeedOptions feed;
  std::map<std::string, std::string> own;  // those of one program

  const std::string& Own(const std::string& name) const;

  int64_t BatchCount() const { return (payment_count + batch_size - 1) / batch_size; }
  int64_t CountOf(int64_t batch) const;
};

// Ends the program with exit code 2 and the usage for what it does not know. `own`
// has the program's own flags with their defaults.
LoadFlags ParseLoadFlags(int argc, char** argv, std::map<std::string, std::string> own);

// What the feed's items must amount to.
struct Expected {
  int64_t new_count = 0;
  int64_t new_fen = 0;
};
Expected ExpectedOf(const PaymentFeed& feed, int64_t payment_count);

// Prints the figures as JSON, with the names of `budgetctl bench ingest`, and `more`,
// members such as "\"diskBytes\": 12".
void PrintFigures(const LoadFlags& flags, double seconds, const LatencyHistogram& latency,
                  const std::string& more = "");

// Ends the program with exit code 1 and the reason unless `condition` holds.
void Require(bool condition, const std::string& reason);

}  // namespace budgetwatch::bench
