#pragma once

#include <atomic>
#include <condition_variable>
#include <optional>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "service/store.h"

namespace budgetwatch {

// The totals that entries behind `checkpoint` have changed, as WriteCheckpoint takes them.
std::vector<TotalRow> TotalsChangedSince(Sequence checkpoint, const Totals& totals);

// Writes checkpoints of the totals, one at a time, on a thread of its own when it
// was started, since one may hold many totals. Thread-safe.
class Checkpointer {
 public:
  // The store outlives this. `last` is the sequence of the last checkpoint in it.
  Checkpointer(Store& store, Sequence last) : store_(store), last_(last) {}
  ~Checkpointer() { Stop(); }

  void Start();

  // Ends the thread after the checkpoint that it is at. Idempotent.
  void Stop();

  // Sequence of the last checkpoint in the store.
  Sequence last() const { return last_.load(); }

  // Whether Write can take one.
  bool idle() const { return !busy_.load(); }

  // Writes a checkpoint; at once when not started. A failure leaves last() where it
  // was and is counted. REQUIRES: idle().
  void Write(StateCheckpoint checkpoint, std::vector<TotalRow> changed);

  // Checkpoints that the store refused.
  int64_t failure_count() const { return failures_.load(); }

 private:
  struct Work {
    StateCheckpoint checkpoint;
    std::vector<TotalRow> changed;
  };

  void Do(const Work& work);
  void Loop();

  Store& store_;
  std::atomic<Sequence> last_;
  std::atomic<bool> busy_ = false;
  std::atomic<int64_t> failures_ = 0;
  Mutex mutex_;
  std::condition_variable changed_;
  std::optional<Work> work_ BW_GUARDED_BY(mutex_);
  bool stopping_ BW_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace budgetwatch
