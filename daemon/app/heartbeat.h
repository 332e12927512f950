#pragma once

#include <atomic>
#include <memory>

namespace budgetwatch {

class Committer;

// Whether the ledger moves: sends beats the way of all commands, through the committer and
// what answers behind it, one at a time. Of one thread.
class Heartbeat {
 public:
  // The committer outlives it.
  explicit Heartbeat(Committer& committer) : committer_(committer) {}

  // Whether the last beat came through, and sends the next one then. False for the first.
  bool Beat();

 private:
  Committer& committer_;
  // Shared with the beat, which may outlive this. Null: none was sent.
  std::shared_ptr<std::atomic<bool>> arrived_;
};

}  // namespace budgetwatch
