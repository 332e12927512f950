#include "transport/admission.h"

#include <string>

#include "domain/reason.h"

namespace budgetwatch {
namespace {

Error FullError(size_t held_bytes) {
  return Refusal(Reason::kQueueFull, "",
                 std::to_string(held_bytes) +
                     " bytes of requests and answers are under way; send it again later");
}

}  // namespace

Hold::~Hold() {
  if (admission_ != nullptr) admission_->Release(kind_, bytes_);
}

Hold& Hold::operator=(Hold&& other) noexcept {
  std::swap(admission_, other.admission_);
  std::swap(kind_, other.kind_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

bool Hold::Resize(size_t bytes) {
  if (admission_ == nullptr || !admission_->Resize(bytes_, bytes)) return false;
  bytes_ = bytes;
  return true;
}

bool Admission::HasRoom(size_t more) const {
  return load_.held_bytes == 0 ||
         (more <= max_held_bytes_ && load_.held_bytes <= max_held_bytes_ - more);
}

int64_t& Admission::CountOf(Hold::Kind kind) {
  switch (kind) {
    case Hold::Kind::kCall: return load_.calls;
    case Hold::Kind::kStream: return load_.streams;
    case Hold::Kind::kBatch: return load_.batches;
    case Hold::Kind::kLargeAnswer: return load_.large_answers;
  }
  BW_CHECK(false);
  return load_.calls;
}

Result<Hold> Admission::Admit(Hold::Kind kind, size_t bytes) {
  const MutexLock lock(mutex_);
  if (closed_) {
    return Refusal(Reason::kShuttingDown, "", "the server stops; send it again to the next one");
  }
  if (kind == Hold::Kind::kStream && load_.streams >= max_streams_) {
    return Refusal(Reason::kQueueFull, "",
                   std::to_string(load_.streams) +
                       " streams are open, as many as max_streams allows; try again later");
  }
  if (!HasRoom(bytes)) {
    return FullError(load_.held_bytes);
  }
  load_.held_bytes += bytes;
  ++CountOf(kind);
  return Hold(this, kind, bytes);
}

Result<Hold> Admission::AdmitLargeAnswer(size_t bytes, const std::string& what) {
  size_t others = 0;
  {
    const MutexLock lock(mutex_);
    others = load_.large_answer_bytes;
    load_.large_answer_bytes += bytes;
    ++load_.large_answers;
  }
  Hold hold(this, Hold::Kind::kLargeAnswer, bytes);
  if (!has_memory_ || has_memory_(others + bytes)) return hold;
  if (others > 0) {
    return Refusal(Reason::kQueueFull, "",
                   "other large answers are made or read by their clients; ask again later");
  }
  return Refusal(Reason::kAnswerTooLarge, "",
                 what + " takes some " + std::to_string((bytes >> 20) + 1) +
                     " MiB of memory to answer, and so much is not left; raise memory_limit_mib, "
                     "or plan fewer lines in one department");
}

bool Admission::Resize(size_t from, size_t to) {
  const MutexLock lock(mutex_);
  load_.held_bytes -= from;
  const bool fits = to <= from || HasRoom(to);
  load_.held_bytes += fits ? to : from;
  return fits;
}

void Admission::Release(Hold::Kind kind, size_t bytes) {
  const MutexLock lock(mutex_);
  (kind == Hold::Kind::kLargeAnswer ? load_.large_answer_bytes : load_.held_bytes) -= bytes;
  --CountOf(kind);
  if (closed_) idle_.notify_all();
}

void Admission::Close() {
  const MutexLock lock(mutex_);
  closed_ = true;
}

bool Admission::WaitUntilIdle(SteadyTime deadline) {
  MutexLock lock(mutex_);
  BW_CHECK(closed_);
  while (load_.calls + load_.streams + load_.batches > 0) {
    if (SteadyNow() >= deadline) return false;
    lock.WaitUntil(idle_, deadline);
  }
  return true;
}

Error Admission::Full() const { return FullError(load().held_bytes); }

Admission::Load Admission::load() const {
  const MutexLock lock(mutex_);
  return load_;
}

}  // namespace budgetwatch
