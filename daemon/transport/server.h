#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "transport/connection_acceptor.h"
#include "transport/limits.h"

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace budgetwatch {

// The gRPC server with health and reflection. Thread-safe.
class GrpcServer {
 public:
  // Listens on `address`, HOST:PORT; port 0 picks a free one. The services outlive
  // the server, and so does `connections`, where its connections are entered; null where
  // nobody else looks. Errors: UNAVAILABLE with reason ADDRESS_UNAVAILABLE.
  static Result<std::unique_ptr<GrpcServer>> Start(const std::string& address,
                                                   const std::vector<grpc::Service*>& services,
                                                   const ServerLimits& limits = {},
                                                   ConnectionTable* connections = nullptr);
  ~GrpcServer();

  // Where it listens, with the port that was picked.
  const std::string& address() const { return acceptor_->address(); }

  // Connections that were refused, because of too many or of too little memory.
  int64_t refused_connections() const { return acceptor_->refused_count(); }

  // What the health service says of the server as a whole. After StopListening always
  // that it does not serve.
  void SetServing(bool serving);

  // Takes no new connections, and says so in the health service. Idempotent.
  void StopListening();

  // The same, then takes no new calls, waits for those under way, at most
  // `timeout_millis`, and cancels the rest. Idempotent.
  void Stop(int64_t timeout_millis);

 private:
  GrpcServer() = default;

  std::unique_ptr<ConnectionTable> own_connections_;
  std::unique_ptr<ConnectionAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace budgetwatch
