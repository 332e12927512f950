#include "app/service_manager.h"

#include <systemd/sd-daemon.h>

#include "base/clock.h"

namespace budgetwatch {
namespace {

// Nobody to tell is no error, and neither is one who does not listen: the daemon serves
// its clients all the same.
void Tell(const std::string& text) { static_cast<void>(sd_notify(0, text.c_str())); }

}  // namespace

ServiceManager::ServiceManager() {
  uint64_t micros = 0;
  if (sd_watchdog_enabled(0, &micros) > 0) {
    watchdog_interval_ = std::chrono::microseconds(micros);
  }
}

void ServiceManager::Ready(const std::string& status) const { Tell("READY=1\nSTATUS=" + status); }

void ServiceManager::Reloading() const {
  // The time tells systemd which of several reloads this one answers.
  Tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(MonotonicNanos() / 1000) +
       "\nSTATUS=reading the configuration");
}

void ServiceManager::Stopping(std::chrono::seconds at_most) const {
  Tell("STOPPING=1\nEXTEND_TIMEOUT_USEC=" +
       std::to_string(std::chrono::microseconds(at_most).count()) +
       "\nSTATUS=answering what was accepted");
}

void ServiceManager::Alive(const std::string& status) const {
  Tell("WATCHDOG=1\nSTATUS=" + status);
}

}  // namespace budgetwatch
