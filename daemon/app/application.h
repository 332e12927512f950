#pragma once

#include <memory>
#include <string>

#include "app/options.h"
#include "app/settings_source.h"
#include "base/mutex.h"

namespace budgetwatch {

// The running daemon, from an open store to listening servers; tests run it inside
// their own process. Start, then Stop; of one thread, but for Unanswered.
class Application {
 public:
  // Opens the store, rebuilds the ledger, and serves. Errors: whatever keeps it
  // from serving, with the cure.
  static Result<std::unique_ptr<Application>> Start(const Options& options);

  // Stops as Stop() does.
  ~Application();

  // Takes no new connections and calls, says in the health service that it does not
  // serve, answers what was accepted, and closes the store. Calls that are not over
  // after stop_timeout_seconds are cut, and the log says how many. It ends then, unless
  // the store does not come back from a write. Idempotent.
  void Stop();

  // Reads the settings and the profile again and takes on what can change while running: the
  // profile is recorded in the ledger where it changed, and then the settings follow that
  // the table marks. The log names those that need a restart. Errors: what is wrong with
  // the files, with place and cure, and what keeps the ledger from taking the profile;
  // nothing has changed then. Log and metrics tell either way.
  Status Reload(const SettingsSource& source);

  // Whether the ledger has moved since the last call; see Heartbeat.
  bool Beat();

  // A line for people about what it does.
  std::string Summary() const;

  // What is accepted and not answered at this moment, for the log of a stop that does
  // not end: "3 calls, 1 stream, 200 events". Callable on any thread during Stop().
  std::string Unanswered() const;

  // As they are in force; Reload changes them.
  const Options& options() const;

  // HOST:PORT with the ports that were picked.
  const std::string& grpc_address() const;
  const std::string& metrics_address() const;

 private:
  struct Parts;
  explicit Application(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
  mutable Mutex closing_mutex_;
  bool closing_ BW_GUARDED_BY(closing_mutex_) = false;  // parts_ is not to be looked at then
};

}  // namespace budgetwatch
