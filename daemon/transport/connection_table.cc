#include "transport/connection_table.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstring>
#include <utility>

namespace budgetwatch {
namespace {

bool IsSocket(int descriptor, ino_t socket) {
  struct stat now = {};
  return fstat(descriptor, &now) == 0 && S_ISSOCK(now.st_mode) && now.st_ino == socket;
}

// Resets the connection and drops what has arrived and is not read yet: after a plain
// shutdown gRPC would go on reading megabytes of it. gRPC still owns the descriptor and
// closes it when it sees the end. Should it do so, and another connection take the number,
// in just this moment, then that one breaks, and its client connects again.
void Break(int descriptor, ino_t socket) {
  if (!IsSocket(descriptor, socket)) return;
  sockaddr nobody = {};
  nobody.sa_family = AF_UNSPEC;
  (void)connect(descriptor, &nobody, sizeof(nobody));
}

// On an IPv6 listener an IPv4 peer comes as ::ffff:10.0.0.7, and gRPC calls it 10.0.0.7.
void UnmapIpv4(sockaddr_storage* address, socklen_t* size) {
  sockaddr_in6 mapped = {};
  if (address->ss_family != AF_INET6) return;
  memcpy(&mapped, address, sizeof(mapped));
  if (!IN6_IS_ADDR_V4MAPPED(&mapped.sin6_addr)) return;
  sockaddr_in plain = {};
  plain.sin_family = AF_INET;
  plain.sin_port = mapped.sin6_port;
  memcpy(&plain.sin_addr, mapped.sin6_addr.s6_addr + 12, sizeof(plain.sin_addr));
  memcpy(address, &plain, sizeof(plain));
  *size = sizeof(plain);
}

}  // namespace

bool ConnectionTable::Add(int descriptor) {
  struct stat status = {};
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  char host[NI_MAXHOST] = {};
  char port[NI_MAXSERV] = {};
  if (fstat(descriptor, &status) != 0 ||
      getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return false;
  }
  UnmapIpv4(&address, &size);
  if (getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host, sizeof(host), port,
                  sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return false;
  }
  const MutexLock lock(mutex_);
  connections_[descriptor] = {status.st_ino, host, port};
  return true;
}

size_t ConnectionTable::Sweep() {
  const MutexLock lock(mutex_);
  std::erase_if(connections_,
                [](const auto& item) { return !IsSocket(item.first, item.second.socket); });
  return connections_.size();
}

size_t ConnectionTable::size() const {
  const MutexLock lock(mutex_);
  return connections_.size();
}

void ConnectionTable::Cut(const std::string& peer) {
  const size_t colon = peer.rfind(':');
  if (colon == std::string::npos) return;
  const std::string port = peer.substr(colon + 1);
  const MutexLock lock(mutex_);
  for (const auto& [descriptor, connection] : connections_) {
    // gRPC quotes the brackets of an IPv6 address, so it is looked for in the whole.
    if (connection.port == port && peer.find(connection.host) != std::string::npos) {
      Break(descriptor, connection.socket);
    }
  }
}

void ConnectionTable::Reopen() {
  const MutexLock lock(mutex_);
  open_ = true;
}

bool ConnectionTable::open() const {
  const MutexLock lock(mutex_);
  return open_;
}

void ConnectionTable::CutAll() {
  const MutexLock lock(mutex_);
  open_ = false;
  for (const auto& [descriptor, connection] : connections_) Break(descriptor, connection.socket);
}

}  // namespace budgetwatch
