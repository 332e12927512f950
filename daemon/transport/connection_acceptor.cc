#include "transport/connection_acceptor.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace budgetwatch {
namespace {

constexpr int kBacklog = 1024;

// How long closed connections may go unnoticed: always, and while there are too many.
constexpr std::chrono::milliseconds kSweepPeriod(1000);
constexpr std::chrono::milliseconds kCrowdedSweepPeriod(50);

// Connections accepted before looking at anything else.
constexpr int kAcceptsAtOnce = 64;

void SetOption(int descriptor, int level, int option, int value) {
  // None of them is vital.
  (void)setsockopt(descriptor, level, option, &value, sizeof(value));
}

Error CannotListen(const std::string& address, const std::string& why) {
  return {ErrorCode::kUnavailable, "ADDRESS_UNAVAILABLE",
          "cannot listen on " + address + ": " + why +
              "; is the port taken, the address of another machine, or not HOST:PORT?",
          "listen"};
}

// A listening socket, or -1 with errno.
int OpenListener(const addrinfo& at, const std::string& host) {
  const int listener =
      socket(at.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, at.ai_protocol);
  if (listener < 0) return -1;
  SetOption(listener, SOL_SOCKET, SO_REUSEADDR, 1);
  // "::" takes IPv4 as well; a name that stands for both has a listener for each.
  if (at.ai_family == AF_INET6)
    SetOption(listener, IPPROTO_IPV6, IPV6_V6ONLY, host == "::" ? 0 : 1);
  if (bind(listener, at.ai_addr, at.ai_addrlen) == 0 && listen(listener, kBacklog) == 0) {
    return listener;
  }
  const int error = errno;
  close(listener);
  errno = error;
  return -1;
}

in_port_t* PortOf(sockaddr* address) {
  return address->sa_family == AF_INET6 ? &reinterpret_cast<sockaddr_in6*>(address)->sin6_port
                                        : &reinterpret_cast<sockaddr_in*>(address)->sin_port;
}

}  // namespace

Result<std::unique_ptr<ConnectionAcceptor>> ConnectionAcceptor::Listen(const std::string& address,
                                                                       ConnectionTable& connections,
                                                                       int max_connections,
                                                                       int send_timeout_seconds) {
  std::unique_ptr<ConnectionAcceptor> acceptor(
      new ConnectionAcceptor(connections, max_connections, send_timeout_seconds));
  if (const Status status = acceptor->ListenOn(address); !status.ok()) return status.error();
  acceptor->wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (acceptor->wake_ < 0) return CannotListen(address, std::strerror(errno));
  return acceptor;
}

Status ConnectionAcceptor::ListenOn(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0) return CannotListen(address, "no port is given");
  std::string host = address.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found);
      error != 0) {
    return CannotListen(address, gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  in_port_t port = *PortOf(found->ai_addr);
  int failure = 0;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    *PortOf(at->ai_addr) = port;
    const int listener = OpenListener(*at, host);
    if (listener < 0) {
      failure = errno;
      // A machine may know a family of addresses by name only.
      if (failure == EADDRNOTAVAIL || failure == EAFNOSUPPORT) continue;
      break;
    }
    listeners_.push_back(listener);
    sockaddr_storage bound = {};
    socklen_t size = sizeof(bound);
    getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &size);
    port = *PortOf(reinterpret_cast<sockaddr*>(&bound));
    failure = 0;
  }
  if (listeners_.empty() || (failure != 0 && failure != EADDRNOTAVAIL && failure != EAFNOSUPPORT)) {
    return CannotListen(address, std::strerror(failure));
  }
  address_ = address.substr(0, colon) + ':' + std::to_string(ntohs(port));
  return {};
}

ConnectionAcceptor::~ConnectionAcceptor() {
  Stop();
  if (wake_ >= 0) close(wake_);
}

void ConnectionAcceptor::Start(Sink sink) {
  BW_CHECK(!thread_.joinable());
  sink_ = std::move(sink);
  thread_ = std::thread([this] { Loop(); });
}

void ConnectionAcceptor::Stop() {
  stopping_ = true;
  (void)eventfd_write(wake_, 1);
  if (thread_.joinable()) thread_.join();
  for (const int listener : listeners_) close(listener);
  listeners_.clear();
}

void ConnectionAcceptor::Loop() {
  std::vector<pollfd> polled;
  for (const int listener : listeners_) polled.push_back({listener, POLLIN, 0});
  polled.push_back({wake_, POLLIN, 0});
  while (!stopping_) {
    poll(polled.data(), polled.size(), static_cast<int>(kSweepPeriod.count()));
    if (SteadyNow() - swept_at_ >= kSweepPeriod) Sweep();
    for (size_t i = 0; i + 1 < polled.size() && !stopping_; ++i) {
      if ((polled[i].revents & POLLIN) == 0 || AcceptSome(polled[i].fd)) continue;
      // No descriptor or memory is left. The connection waits, and so does this thread:
      // poll would report it again and again.
      pollfd wake = {wake_, POLLIN, 0};
      poll(&wake, 1, static_cast<int>(kCrowdedSweepPeriod.count()));
      Sweep();
    }
  }
}

// False when the system is out of resources.
bool ConnectionAcceptor::AcceptSome(int listener) {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    const int descriptor = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor >= 0) {
      Take(descriptor);
    } else if (errno == EAGAIN) {
      return true;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return false;
    }
    // Anything else concerns that one connection, which is gone already.
  }
  return true;
}

void ConnectionAcceptor::Take(int descriptor) {
  if (!HasRoom() || !connections_.Add(descriptor)) {
    ++refused_count_;
    close(descriptor);
    return;
  }
  SetOption(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  SetOption(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, send_timeout_seconds_ * 1000);
  sink_(descriptor);
}

bool ConnectionAcceptor::HasRoom() {
  if (!connections_.open()) return false;
  const auto max = static_cast<size_t>(max_connections_);
  if (connections_.size() < max) return true;
  if (SteadyNow() - swept_at_ >= kCrowdedSweepPeriod) Sweep();
  return connections_.size() < max;
}

void ConnectionAcceptor::Sweep() {
  swept_at_ = SteadyNow();
  connections_.Sweep();
}

}  // namespace budgetwatch
