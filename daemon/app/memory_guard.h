#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"

namespace budgetwatch {

// The last line of defence of the memory limit, for memory that nothing else counts:
// gives freed memory back to the system when much is in use, and breaks the connections
// of all clients when that does not help, until memory has come down or nothing is under
// way any more. Clients connect again; a daemon killed for its memory would be worse for
// them. Thread-safe.
class MemoryGuard {
 public:
  struct Actions {
    std::function<int64_t()> used_bytes;
    std::function<void()> give_back;  // what the allocator keeps
    // Puts in order what giving back has torn, with at most so many bytes of memory.
    std::function<void(int64_t bytes)> mend;
    std::function<void()> shed;    // breaks connections and takes no new ones
    std::function<void()> reopen;  // takes connections again
    std::function<bool()> idle;    // whether no call is under way
  };

  MemoryGuard(int64_t limit_bytes, Actions actions);
  ~MemoryGuard() { Stop(); }

  // Looks fifty times a second from now on.
  void Start();
  void Stop();

  // Looks once, at the time `now`.
  void Look(SteadyTime now);

  // Whether so many bytes more stay below where connections are broken; where they do not,
  // gives memory back first, but not soon after that has not brought down enough for them.
  bool HasRoom(size_t bytes, SteadyTime now);

  int64_t shed_count() const;

 private:
  void Loop();

  // What mending may take where so much is in use and connections are broken past `line`:
  // up to where memory is given back again, else half of the way to the line. A ledger that
  // fills its memory stays torn without it.
  int64_t MendingRoom(int64_t used, int64_t line) const;

  const int64_t limit_bytes_;
  const int64_t much_bytes_;      // from here on memory is given back
  const int64_t critical_bytes_;  // past it connections are broken
  const Actions actions_;

  mutable Mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ BW_GUARDED_BY(mutex_) = false;
  int64_t shed_count_ BW_GUARDED_BY(mutex_) = 0;
  SteadyTime no_room_at_ BW_GUARDED_BY(mutex_);     // when giving back was last in vain
  int64_t no_room_used_ BW_GUARDED_BY(mutex_) = 0;  // what was in use behind it
  std::thread thread_;

  // Of the thread that looks. What was in use after the last remedy: memory that does not
  // come back is the ledger's own, and no reason to try again until there is more.
  int64_t after_give_back_ = 0;
  SteadyTime gave_back_at_;
  int64_t after_shed_ = 0;
  bool shed_ = false;
  SteadyTime shed_at_;
};

}  // namespace budgetwatch
