#pragma once

#include <cstddef>
#include <cstdint>

namespace budgetwatch {

// What the server takes at most. deploy/budgetwatchd.yaml says which setting is which.
struct ServerLimits {
  // Memory.
  size_t max_held_bytes = 256u << 20;     // of requests and answers together, see Admission
  size_t grpc_memory_bytes = 256u << 20;  // of gRPC's own buffers; past it calls are cut
  int max_message_bytes = 16 << 20;

  // Counts.
  size_t max_batch_events = 10'000;
  int max_connections = 1'000;
  int max_calls_per_connection = 256;  // further ones wait at the client
  int max_streams = 1'000;
  int max_batches_per_stream = 1'024;

  // Payment events a second, with bursts of a second's worth; 0 for any number.
  int64_t source_events_per_second = 0;
  int64_t peer_events_per_second = 0;

  // Patience with a peer.
  int handshake_seconds = 20;           // to become an HTTP/2 connection
  int keepalive_seconds = 60;           // of silence, then it is asked for a sign of life
  int keepalive_timeout_seconds = 20;   // to give it
  int idle_connection_seconds = 1'800;  // without a call
  int stall_seconds = 60;               // without reading an answer that waits
};

// Calls that gRPC answers by itself, of reflection and health, take threads of their
// own, at most this many.
inline constexpr int kMaxGrpcThreads = 32;

}  // namespace budgetwatch
