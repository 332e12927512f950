#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "base/mutex.h"

namespace budgetwatch {

// The connections that were handed to gRPC, which owns their descriptors and tells
// nobody when it closes one: a connection is over when its descriptor does not name the
// same socket any more. Thread-safe.
class ConnectionTable {
 public:
  // `descriptor` is a connected socket. False when its peer is gone already.
  bool Add(int descriptor);

  // Forgets what is closed; the number of those that are open.
  size_t Sweep();

  // Those that were open at the last Sweep or came since.
  size_t size() const;

  // Breaks the connection of a peer, as gRPC names it: "ipv4:10.0.0.7:40000".
  void Cut(const std::string& peer);

  // Breaks all of them, and takes no new ones until Reopen.
  void CutAll();
  void Reopen();

  // Whether new ones are taken.
  bool open() const;

 private:
  struct Connection {
    ino_t socket = 0;
    std::string host;  // numeric
    std::string port;
  };

  mutable Mutex mutex_;
  bool open_ BW_GUARDED_BY(mutex_) = true;
  std::unordered_map<int, Connection> connections_ BW_GUARDED_BY(mutex_);  // by descriptor
};

}  // namespace budgetwatch
