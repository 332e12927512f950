#pragma once

#include <grpcpp/server_context.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"

namespace budgetwatch {

// A call, as those see it who may have to end it. Thread-safe.
class OpenCall {
 public:
  explicit OpenCall(grpc::CallbackServerContext* context) : context_(context) {}
  virtual ~OpenCall() = default;
  OpenCall(const OpenCall&) = delete;
  OpenCall& operator=(const OpenCall&) = delete;

  // Answer what was taken, take nothing more, and end.
  virtual void Drain() {}

  // Cuts the call, unless it is over.
  void Cancel();

  // Whether nobody waits for the answer any more: the call was cancelled, its
  // deadline has passed or its connection is gone. REQUIRES: not over.
  bool abandoned() const { return context_->IsCancelled(); }

  // The status of an abandoned call. REQUIRES: not over.
  grpc::Status AbandonedStatus() const;

  // Since when an answer waits for the client to read; 0 while none does.
  int64_t waiting_since_nanos() const { return waiting_since_nanos_; }

 protected:
  const grpc::CallbackServerContext& context() const { return *context_; }

  // Around a write.
  void BeginWait();
  void EndWait() { waiting_since_nanos_ = 0; }

  // The first thing in OnDone: gRPC takes the context away after it.
  void MarkOver();

 private:
  grpc::CallbackServerContext* const context_;
  std::atomic<int64_t> waiting_since_nanos_ = 0;
  Mutex mutex_;
  std::condition_variable cancelled_;
  bool over_ BW_GUARDED_BY(mutex_) = false;
  std::thread::id canceller_ BW_GUARDED_BY(mutex_);  // in Cancel just now
};

// The calls that may wait for their clients. Cuts those that wait for too long, so
// that whoever does not read what he asked for does not keep it in memory for ever.
// Thread-safe.
class OpenCalls {
 public:
  // `stall_seconds` is the longest wait.
  explicit OpenCalls(int stall_seconds);
  ~OpenCalls();

  void Add(std::shared_ptr<OpenCall> call);
  void Remove(OpenCall* call);

  // Drains every call, and those that are added later.
  void Drain();

 private:
  void Loop();
  std::vector<std::shared_ptr<OpenCall>> Calls();

  const int64_t stall_nanos_;
  Mutex mutex_;
  std::condition_variable wake_;
  std::unordered_map<OpenCall*, std::shared_ptr<OpenCall>> calls_ BW_GUARDED_BY(mutex_);
  bool draining_ BW_GUARDED_BY(mutex_) = false;
  bool stopping_ BW_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace budgetwatch
