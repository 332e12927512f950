#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace budgetwatch {

// A few threads that run tasks in the order of their posting. Thread-safe.
class WorkerPool {
 public:
  // At most `queue_limit` tasks wait.
  WorkerPool(size_t thread_count, size_t queue_limit);

  // Runs what was posted, then ends the threads.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Hands in a task; false, and the task is dropped, when too many wait.
  [[nodiscard]] bool Post(std::function<void()> task);

 private:
  void Loop();

  const size_t queue_limit_;
  Mutex mutex_;
  std::condition_variable work_;
  std::deque<std::function<void()>> tasks_ BW_GUARDED_BY(mutex_);
  bool stopping_ BW_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace budgetwatch
