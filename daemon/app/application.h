#pragma once

#include <memory>
#include <string>

#include "app/options.h"

namespace budgetwatch {

// The running daemon, from an open store to listening servers; tests run it inside
// their own process. Start, then Stop; not thread-safe itself.
class Application {
 public:
  // Opens the store, rebuilds the ledger, and serves. Errors: whatever keeps it
  // from serving, with the cure.
  static Result<std::unique_ptr<Application>> Start(const Options& options);

  // Stops as Stop() does.
  ~Application();

  // Takes no new calls, answers what was accepted, closes the store. Within
  // stop_timeout_seconds, but for what is being written. Idempotent.
  void Stop();

  // HOST:PORT with the ports that were picked.
  const std::string& grpc_address() const;
  const std::string& metrics_address() const;

 private:
  struct Parts;
  explicit Application(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace budgetwatch
