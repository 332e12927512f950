#pragma once

#include <grpcpp/server_context.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "base/mutex.h"
#include "transport/connection_table.h"

namespace budgetwatch {

// Counts the calls of each connection, refused ones too, and breaks a connection that
// has more than twice as many as HTTP/2 allows it. That is how a client looks that
// resets its calls as soon as it has made them (CVE-2023-44487): for HTTP/2 they are
// over, while the server still has them on its hands. Thread-safe.
//
// One connection cannot have too many while all together have few: nothing is counted by
// connection until there are more calls than one may have.
class CallCensus {
 public:
  CallCensus(int max_calls_per_connection, ConnectionTable& connections)
      : max_calls_per_connection_(max_calls_per_connection), connections_(connections) {}

  // A call under way; leaves the census when destroyed.
  class Entry {
   public:
    Entry(CallCensus& census, const grpc::CallbackServerContext& context);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    CallCensus& census_;
    std::string peer_;  // empty: not counted by connection
  };

  // Under way.
  int64_t calls() const { return calls_; }

  int64_t cut_connections() const { return cut_connections_; }

 private:
  const int max_calls_per_connection_;
  ConnectionTable& connections_;
  std::atomic<int64_t> calls_ = 0;
  std::atomic<int64_t> cut_connections_ = 0;
  Mutex mutex_;
  std::unordered_map<std::string, int> calls_of_ BW_GUARDED_BY(mutex_);  // by peer
};

}  // namespace budgetwatch
