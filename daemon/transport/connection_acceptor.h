#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "transport/connection_table.h"

namespace budgetwatch {

// Listens for TCP connections and hands them on, at most so many at a time; one more is
// closed at once. gRPC 1.51 has no such bound itself, and stops listening for good when
// the process runs out of file descriptors.
//
// Whoever takes a connection owns and closes its descriptor; the table notices, within a
// second. Thread-safe but for Start and Stop.
class ConnectionAcceptor {
 public:
  // Takes a connected, non-blocking socket; called on the acceptor's thread.
  using Sink = std::function<void(int descriptor)>;

  // Listens on `address`, HOST:PORT, on every address that the host stands for; port 0
  // picks a free one. A peer that takes nothing of what was sent for
  // `send_timeout_seconds` is disconnected. Connections are entered in the table, which
  // outlives the acceptor. Errors: UNAVAILABLE with reason ADDRESS_UNAVAILABLE.
  static Result<std::unique_ptr<ConnectionAcceptor>> Listen(const std::string& address,
                                                            ConnectionTable& connections,
                                                            int max_connections,
                                                            int send_timeout_seconds);
  ~ConnectionAcceptor();
  ConnectionAcceptor(const ConnectionAcceptor&) = delete;
  ConnectionAcceptor& operator=(const ConnectionAcceptor&) = delete;

  // Hands on what connects from now on; once.
  void Start(Sink sink);

  // Closes the port; what is connected stays so. Idempotent.
  void Stop();

  // With the port that was picked.
  const std::string& address() const { return address_; }

  int64_t refused_count() const { return refused_count_; }

 private:
  ConnectionAcceptor(ConnectionTable& connections, int max_connections, int send_timeout_seconds)
      : connections_(connections),
        max_connections_(max_connections),
        send_timeout_seconds_(send_timeout_seconds) {}

  Status ListenOn(const std::string& address);
  void Loop();
  bool AcceptSome(int listener);
  void Take(int descriptor);
  bool HasRoom();
  void Sweep();

  ConnectionTable& connections_;
  const int max_connections_;
  const int send_timeout_seconds_;
  std::string address_;
  std::vector<int> listeners_;
  int wake_ = -1;
  Sink sink_;
  std::thread thread_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int64_t> refused_count_ = 0;

  SteadyTime swept_at_;  // of the acceptor's thread
};

}  // namespace budgetwatch
