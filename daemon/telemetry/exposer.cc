#include "telemetry/exposer.h"

#include <netdb.h>
#include <prometheus/exposer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <exception>
#include <future>
#include <optional>
#include <string_view>
#include <utility>

namespace budgetwatch {
namespace {

// A client that says nothing, or does not read, keeps one of the threads for as long as
// the timeout: with so many threads and a short timeout a scrape still gets its turn.
// Even a scrape of 10,000 projects is read in a tenth of it.
constexpr const char* kThreadCount = "16";
constexpr const char* kRequestTimeoutMillis = "5000";
constexpr int kMaxPort = 65'535;
constexpr char kField[] = "metrics_listen";

// How often the server is woken while it stops.
constexpr std::chrono::milliseconds kKnockInterval(5);

struct HostPort {
  std::string host;
  int port = 0;

  std::string ToString() const { return host + ':' + std::to_string(port); }
};

struct Endpoint {
  sockaddr_storage storage = {};
  socklen_t size_bytes = 0;
  HostPort numeric;  // the same as text, which is all that the server reads

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int OpenSocket(int flags) const {
    return socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  }
};

Error InvalidAddress(const std::string& address, const std::string& why) {
  return {ErrorCode::kInvalidArgument, "INVALID_ADDRESS",
          "cannot serve metrics on \"" + address + "\": " + why +
              "; give HOST:PORT, such as 127.0.0.1:9464",
          kField};
}

std::optional<HostPort> Split(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  HostPort parts;
  parts.host = address.substr(0, colon);
  if (parts.host.find_first_of("[]:") != std::string::npos) return std::nullopt;
  const std::string_view port = address.substr(colon + 1);
  const char* const end = port.data() + port.size();
  const auto [rest, error] = std::from_chars(port.data(), end, parts.port);
  if (error != std::errc() || rest != end || parts.port < 0 || parts.port > kMaxPort) {
    return std::nullopt;
  }
  return parts;
}

Result<Endpoint> Resolve(const std::string& address, const HostPort& parts) {
  const std::string port = std::to_string(parts.port);
  addrinfo hints = {};
  // Debian's library of the server is built without IPv6, and "localhost" stands for ::1 first
  // where the machine has both.
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(parts.host.c_str(), port.c_str(), &hints, &found); error != 0) {
    return InvalidAddress(address,
                          std::string("the host is unknown (") + gai_strerror(error) + ")");
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  char numeric[NI_MAXHOST] = {};
  if (const int error = getnameinfo(found->ai_addr, found->ai_addrlen, numeric, sizeof(numeric),
                                    nullptr, 0, NI_NUMERICHOST);
      error != 0) {
    return InvalidAddress(address, gai_strerror(error));
  }
  Endpoint endpoint;
  std::memcpy(&endpoint.storage, found->ai_addr, found->ai_addrlen);
  endpoint.size_bytes = found->ai_addrlen;
  endpoint.numeric.host = numeric;
  endpoint.numeric.port = parts.port;
  return endpoint;
}

// errno of binding the address; 0 when it works. The server says no more than that
// it failed, so after a failure this finds out why.
int ProbeBind(const Endpoint& endpoint) {
  const int probe = endpoint.OpenSocket(0);
  if (probe < 0) return errno;
  const int reuse = 1;
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
  const bool bound = bind(probe, endpoint.get(), endpoint.size_bytes) == 0 && listen(probe, 1) == 0;
  const int error = bound ? 0 : errno;
  close(probe);
  return error;
}

// Opens a connection and leaves it at that.
void Knock(const Endpoint& endpoint) {
  const int knock = endpoint.OpenSocket(SOCK_NONBLOCK);
  if (knock < 0) return;
  // Whether anyone still answers does not matter.
  (void)connect(knock, endpoint.get(), endpoint.size_bytes);
  close(knock);
}

Error ListenError(const std::string& address, int bind_error, const std::string& what) {
  const auto make = [&address](const char* reason, const std::string& text) {
    return Error{ErrorCode::kUnavailable, reason,
                 "cannot serve metrics on " + address + ": " + text, kField};
  };
  switch (bind_error) {
    case EADDRINUSE:
      return make("ADDRESS_IN_USE",
                  "another program listens there; stop it, or choose another port (0 takes a free "
                  "one)");
    case EADDRNOTAVAIL:
      return make(
          "ADDRESS_NOT_LOCAL",
          "this machine does not have the address; choose one of its own, such as 127.0.0.1");
    case EACCES:
      return make("ADDRESS_NOT_PERMITTED",
                  "the port is reserved for the system; choose one above 1023");
    default: return make("LISTEN_FAILED", what + "; choose another address or try again");
  }
}

}  // namespace

Result<std::unique_ptr<Exposer>> Exposer::Start(const std::string& address,
                                                Collectables collectables) {
  const auto parts = Split(address);
  if (!parts) {
    return InvalidAddress(address,
                          "it is not HOST:PORT with a name or IPv4 address and a port up to 65535");
  }
  const auto endpoint = Resolve(address, *parts);
  if (!endpoint.ok()) return endpoint.error();
  // The one place where exceptions of the library are caught.
  try {
    auto server = std::make_unique<prometheus::Exposer>(std::vector<std::string>{
        "listening_ports", endpoint.value().numeric.ToString(), "num_threads", kThreadCount,
        "request_timeout_ms", kRequestTimeoutMillis, "keep_alive_timeout_ms", "0"});
    std::unique_ptr<Exposer> exposer(new Exposer(std::move(collectables), std::move(server)));
    exposer->address_ = HostPort{parts->host, exposer->port_}.ToString();
    exposer->numeric_address_ = HostPort{endpoint.value().numeric.host, exposer->port_}.ToString();
    return exposer;
  } catch (const std::exception& error) {
    return ListenError(address, ProbeBind(endpoint.value()), error.what());
  }
}

Exposer::Exposer(Collectables collectables, std::unique_ptr<prometheus::Exposer> server)
    : collectables_(std::move(collectables)),
      server_(std::move(server)),
      port_(server_->GetListeningPorts().at(0)) {
  for (const auto& collectable : collectables_) server_->RegisterCollectable(collectable);
}

Exposer::~Exposer() { Stop(); }

void Exposer::Stop() {
  if (server_ == nullptr) return;
  // The thread that accepts connections looks whether it should end only when one
  // comes, or after two seconds: knock until it is gone.
  const auto endpoint = Resolve(numeric_address_, *Split(numeric_address_));
  const auto stopped = std::async(std::launch::async, [this] { server_.reset(); });
  while (stopped.wait_for(kKnockInterval) != std::future_status::ready) {
    if (endpoint.ok()) Knock(endpoint.value());
  }
  collectables_.clear();
}

}  // namespace budgetwatch
