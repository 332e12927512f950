#pragma once

#include <prometheus/collectable.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace prometheus {
class Exposer;
}  // namespace prometheus

namespace budgetwatch {

// Answers GET /metrics over HTTP with everything that its collectables give, from
// its start until it is stopped or destroyed. Thread-compatible; the collectables
// are called on threads of its own.
class Exposer {
 public:
  using Collectables = std::vector<std::shared_ptr<prometheus::Collectable>>;

  // Listens on "HOST:PORT", a name or an IPv4 address; port 0 takes a free one.
  // Keeps the collectables, and asks them in their order, until Stop.
  // Errors: INVALID_ADDRESS (INVALID_ARGUMENT) when it cannot be read or resolved;
  // ADDRESS_IN_USE, ADDRESS_NOT_LOCAL, ADDRESS_NOT_PERMITTED or LISTEN_FAILED
  // (UNAVAILABLE) when it cannot be listened on.
  static Result<std::unique_ptr<Exposer>> Start(const std::string& address,
                                                Collectables collectables);

  ~Exposer();
  Exposer(const Exposer&) = delete;
  Exposer& operator=(const Exposer&) = delete;

  // Ends the scrapes under way and closes the port, within a fraction of a second
  // unless a scrape takes longer. No collectable is called after it, and none is
  // kept. Idempotent.
  void Stop();

  // "HOST:PORT" with the host as given and the port that was bound.
  const std::string& address() const { return address_; }

  int port() const { return port_; }

 private:
  Exposer(Collectables collectables, std::unique_ptr<prometheus::Exposer> server);

  Collectables collectables_;  // the server holds them weakly
  std::unique_ptr<prometheus::Exposer> server_;
  int port_ = 0;
  std::string address_;
  std::string numeric_address_;  // the same, resolved
};

}  // namespace budgetwatch
