#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "bench/latency_histogram.h"
#include "lib/call_status.h"

namespace budgetwatch::bench {

struct LoadOptions {
  std::string server;   // HOST:PORT
  bool stream = false;  // StreamPayments instead of a call of RecordPayments per batch
  int connections = 1;
  int in_flight = 8;  // batches sent and not yet answered, over all connections
  int64_t batch_count = 0;
  std::chrono::milliseconds timeout{30'000};  // for an answer
  std::stop_token stop;
};

// What is sent, and what looks at the answers; called by the driver's one thread.
struct LoadPort {
  // The bytes of the request of a batch; called in the order of batches.
  std::function<grpc::ByteBuffer(int64_t batch)> request;
  // The bytes of its answer; in any order for calls.
  std::function<void(int64_t batch, const grpc::ByteBuffer& response)> answer;
};

struct LoadResult {
  client::CallStatus status;
  double seconds = 0;          // from the first batch sent to the last answer
  int64_t answered_count = 0;  // batches
  LatencyHistogram latency;    // of batches, from sending to answer
};

// A batch is sent only while every one this many times in_flight before it is
// answered, so that order is bounded even where an answer is late.
inline constexpr int64_t kReorderWindows = 2;

// Sends batches [0, batch_count), keeping in_flight of them under way, from one
// thread and with raw bytes, so that little of the machine is spent on sending. Ends at
// the first failure, and at a stop request, with CANCELLED. Returns with nothing
// under way.
LoadResult DriveLoad(const LoadOptions& options, const LoadPort& port);

}  // namespace budgetwatch::bench
