#pragma once

#include <stop_token>
#include <thread>

namespace budgetwatch::ctl {

// Turns the first SIGINT or SIGTERM during its lifetime into a stop request, so
// that a command can end in order. The second one ends the process as usual. At
// most one at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return stop_.get_token(); }
  bool requested() const { return stop_.stop_requested(); }

 private:
  std::stop_source stop_;
  std::thread waiter_;
};

}  // namespace budgetwatch::ctl
