#include "crash/separate_connection.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

namespace budgetwatch::crash {

std::unique_ptr<client::Connection> ConnectSeparately(const std::string& server) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(-1);
  client::ConnectionOptions options;
  options.server = server;
  options.retry.total_max = std::chrono::milliseconds(0);
  return std::make_unique<client::Connection>(
      grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments), options);
}

}  // namespace budgetwatch::crash
