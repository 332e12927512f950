#include "transport/server.h"

#include <grpc/support/time.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <utility>

namespace budgetwatch {
namespace {

void SetLimits(const ServerLimits& limits, grpc::ServerBuilder* builder) {
  constexpr int kMillis = 1000;
  constexpr int kReadChunkBytes = 64 << 10;
  grpc::ResourceQuota quota("server");
  quota.Resize(limits.grpc_memory_bytes);
  quota.SetMaxThreads(kMaxGrpcThreads);
  // One thread waits for what only reflection needs. It reads connections as well, and
  // nobody holds it back while the calls that it has read wait for their turn.
  builder->SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder->SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MIN_POLLERS, 1);
  builder->SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 1);
  builder->SetResourceQuota(quota);
  builder->SetMaxReceiveMessageSize(limits.max_message_bytes);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.max_calls_per_connection);
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                              limits.handshake_seconds * kMillis);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                              limits.idle_connection_seconds * kMillis);
  // So that not thousands of small calls are read before the first of them is looked at.
  builder->AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, kReadChunkBytes);
  // A silent peer is asked for a sign of life, with or without calls, again and again.
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, limits.keepalive_seconds * kMillis);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                              limits.keepalive_timeout_seconds * kMillis);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
}

}  // namespace

Result<std::unique_ptr<GrpcServer>> GrpcServer::Start(const std::string& address,
                                                      const std::vector<grpc::Service*>& services,
                                                      const ServerLimits& limits,
                                                      ConnectionTable* connection_table) {
  std::unique_ptr<GrpcServer> server(new GrpcServer());
  if (connection_table == nullptr) {
    server->own_connections_ = std::make_unique<ConnectionTable>();
    connection_table = server->own_connections_.get();
  }
  auto listening =
      ConnectionAcceptor::Listen(address, *connection_table, limits.max_connections,
                                 limits.keepalive_seconds + limits.keepalive_timeout_seconds);
  if (!listening.ok()) return listening.error();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(limits, &builder);
  std::shared_ptr<grpc::experimental::ExternalConnectionAcceptor> connections =
      builder.experimental().AddExternalConnectionAcceptor(
          grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
          grpc::InsecureServerCredentials());
  for (grpc::Service* service : services) builder.RegisterService(service);
  server->acceptor_ = std::move(listening).value();
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr) {
    return Error{ErrorCode::kUnavailable, "SERVER_UNAVAILABLE",
                 "gRPC cannot start; look for its own message above", "listen"};
  }
  server->SetServing(true);
  server->acceptor_->Start([connections](int descriptor) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = descriptor;
    connections->HandleNewConnection(&connection);
  });
  return server;
}

GrpcServer::~GrpcServer() { Stop(0); }

void GrpcServer::SetServing(bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(serving);
}

void GrpcServer::StopListening() {
  acceptor_->Stop();
  // For good: what is said later does not count.
  if (server_ != nullptr) server_->GetHealthCheckService()->Shutdown();
}

void GrpcServer::Stop(int64_t timeout_millis) {
  if (server_ == nullptr) return;
  StopListening();
  server_->Shutdown(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                 gpr_time_from_millis(timeout_millis, GPR_TIMESPAN)));
  server_->Wait();
  server_.reset();
}

}  // namespace budgetwatch
