#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace budgetwatch {

// Largest request taken; 10,000 events with long texts fit.
inline constexpr int kMaxMessageBytes = 16 << 20;

// The gRPC server with health and reflection. Thread-safe.
class GrpcServer {
 public:
  // Listens on `address`, HOST:PORT; port 0 picks a free one. The services outlive
  // the server. Errors: UNAVAILABLE with reason ADDRESS_UNAVAILABLE.
  static Result<std::unique_ptr<GrpcServer>> Start(const std::string& address,
                                                   const std::vector<grpc::Service*>& services);
  ~GrpcServer();

  // Where it listens, with the port that was picked.
  const std::string& address() const { return address_; }

  // What the health service says of the server as a whole.
  void SetServing(bool serving);

  // Takes no new calls and waits for those under way, at most `timeout_millis`.
  // Idempotent.
  void Stop(int64_t timeout_millis);

 private:
  GrpcServer() = default;

  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace budgetwatch
