#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace budgetwatch {

// Tells systemd how the daemon is, by the protocol of sd_notify(3). Does nothing where
// nobody has asked to be told (NOTIFY_SOCKET). Thread-safe.
class ServiceManager {
 public:
  // Reads from the environment whether signs of life are expected.
  ServiceManager();

  // How often Alive is expected; nothing when it is not.
  std::optional<std::chrono::microseconds> watchdog_interval() const { return watchdog_interval_; }

  // At the end of the start, and of each reload. `status` is a line for people.
  void Ready(const std::string& status) const;

  // Ready ends it.
  void Reloading() const;

  // The stop has begun and takes at most this long.
  void Stopping(std::chrono::seconds at_most) const;

  // A sign of life, with a line for people.
  void Alive(const std::string& status) const;

 private:
  std::optional<std::chrono::microseconds> watchdog_interval_;
};

}  // namespace budgetwatch
