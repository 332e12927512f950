#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "transport/limits.h"

namespace budgetwatch {

class Admission;

// Whether the process may take so many bytes more; null for always.
using MemoryCheck = std::function<bool(size_t bytes)>;

// What one call, stream or batch holds of the server, given back when it is
// destroyed. Thread-compatible; the admission outlives it.
class Hold {
 public:
  // Of nothing.
  Hold() = default;
  ~Hold();
  Hold(Hold&& other) noexcept { *this = std::move(other); }
  Hold& operator=(Hold&& other) noexcept;

  // Holds `bytes` from now on; false, and nothing changes, when there is no room.
  // Less always works.
  [[nodiscard]] bool Resize(size_t bytes);

  size_t bytes() const { return bytes_; }

 private:
  friend class Admission;
  enum class Kind { kCall, kStream, kBatch, kLargeAnswer };

  Hold(Admission* admission, Kind kind, size_t bytes)
      : admission_(admission), kind_(kind), bytes_(bytes) {}

  Admission* admission_ = nullptr;
  Kind kind_ = Kind::kCall;
  size_t bytes_ = 0;
};

// Decides what the server takes on: counts calls, streams and the bytes that they
// hold, refuses what would pass a bound, and knows when everything is answered.
// Thread-safe.
//
// 1. The sum of all bytes held stays within max_held_bytes, but for one holder when
//    nobody else holds any: it must be possible to handle the largest request alone.
// 2. After Close nothing new is admitted; what was admitted goes on.
class Admission {
 public:
  struct Load {
    int64_t calls = 0;          // unary
    int64_t streams = 0;        // open, whatever they do
    int64_t batches = 0;        // of streams, not answered yet
    int64_t large_answers = 0;  // being made or read by their clients
    size_t held_bytes = 0;
    size_t large_answer_bytes = 0;  // not in held_bytes
  };

  explicit Admission(const ServerLimits& limits, MemoryCheck has_memory = nullptr)
      : max_held_bytes_(limits.max_held_bytes),
        max_streams_(limits.max_streams),
        has_memory_(std::move(has_memory)) {}

  // Errors: QUEUE_FULL, SHUTTING_DOWN.
  Result<Hold> AdmitCall(size_t bytes) { return Admit(Hold::Kind::kCall, bytes); }
  Result<Hold> AdmitStream(size_t bytes) { return Admit(Hold::Kind::kStream, bytes); }
  Result<Hold> AdmitBatch(size_t bytes) { return Admit(Hold::Kind::kBatch, bytes); }

  // For an answer that may take much, before it is made: not counted in held_bytes, and only
  // while the process has memory left for it and the other large ones. Also after Close: it
  // belongs to a call that was taken on. `what` begins the refusal.
  // Errors: ANSWER_TOO_LARGE; QUEUE_FULL when there are others.
  Result<Hold> AdmitLargeAnswer(size_t bytes, const std::string& what);

  void Close();

  // Waits until nothing is held; false when something is still held at `deadline`.
  bool WaitUntilIdle(SteadyTime deadline);

  // The refusal where there is no room for more bytes.
  Error Full() const;

  Load load() const;

 private:
  friend class Hold;

  Result<Hold> Admit(Hold::Kind kind, size_t bytes);
  bool Resize(size_t from, size_t to);
  void Release(Hold::Kind kind, size_t bytes);
  bool HasRoom(size_t more) const BW_REQUIRES(mutex_);
  int64_t& CountOf(Hold::Kind kind) BW_REQUIRES(mutex_);

  const size_t max_held_bytes_;
  const int max_streams_;
  const MemoryCheck has_memory_;
  mutable Mutex mutex_;
  std::condition_variable idle_;
  Load load_ BW_GUARDED_BY(mutex_);
  bool closed_ BW_GUARDED_BY(mutex_) = false;
};

}  // namespace budgetwatch
