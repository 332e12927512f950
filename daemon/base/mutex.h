#pragma once

#include <pthread.h>

#include <condition_variable>
#include <mutex>

#include "base/check.h"

// Clang's thread-safety attributes on the standard mutexes, so that a clang
// build proves which mutex guards which member. With other compilers they are
// the plain types. Those of the system, and not a library's own, so that
// ThreadSanitizer sees every lock.
#if defined(__clang__)
#define BW_ATTRIBUTE(x) __attribute__((x))
#else
#define BW_ATTRIBUTE(x)
#endif

#define BW_GUARDED_BY(x) BW_ATTRIBUTE(guarded_by(x))
#define BW_REQUIRES(...) BW_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define BW_REQUIRES_SHARED(...) BW_ATTRIBUTE(requires_shared_capability(__VA_ARGS__))
#define BW_EXCLUDES(...) BW_ATTRIBUTE(locks_excluded(__VA_ARGS__))

namespace budgetwatch {

// A mutex that one thread holds, or many read-only. Who waits to hold it alone goes before
// who comes later to read: std::shared_mutex lets readers that overlap keep a writer out for
// as long as they go on. A thread that reads must not lock it once more, not even to read.
class BW_ATTRIBUTE(capability("mutex")) SharedMutex {
 public:
  SharedMutex() {
    pthread_rwlockattr_t attributes;
    BW_CHECK(pthread_rwlockattr_init(&attributes) == 0);
    BW_CHECK(pthread_rwlockattr_setkind_np(&attributes,
                                           PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) == 0);
    BW_CHECK(pthread_rwlock_init(&lock_, &attributes) == 0);
    pthread_rwlockattr_destroy(&attributes);
  }
  ~SharedMutex() { pthread_rwlock_destroy(&lock_); }
  SharedMutex(const SharedMutex&) = delete;
  SharedMutex& operator=(const SharedMutex&) = delete;

  void Lock() BW_ATTRIBUTE(acquire_capability()) { BW_CHECK(pthread_rwlock_wrlock(&lock_) == 0); }
  void Unlock() BW_ATTRIBUTE(release_capability()) { BW_CHECK(pthread_rwlock_unlock(&lock_) == 0); }
  void LockShared() BW_ATTRIBUTE(acquire_shared_capability()) {
    BW_CHECK(pthread_rwlock_rdlock(&lock_) == 0);
  }
  void UnlockShared() BW_ATTRIBUTE(release_shared_capability()) {
    BW_CHECK(pthread_rwlock_unlock(&lock_) == 0);
  }

 private:
  pthread_rwlock_t lock_;
};

// Holds a SharedMutex alone for its lifetime.
class BW_ATTRIBUTE(scoped_lockable) WriterLock {
 public:
  explicit WriterLock(SharedMutex& mutex) BW_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~WriterLock() BW_ATTRIBUTE(release_capability()) { mutex_.Unlock(); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  SharedMutex& mutex_;
};

// Holds a SharedMutex together with other readers for its lifetime.
class BW_ATTRIBUTE(scoped_lockable) ReaderLock {
 public:
  explicit ReaderLock(SharedMutex& mutex) BW_ATTRIBUTE(acquire_shared_capability(mutex))
      : mutex_(mutex) {
    mutex_.LockShared();
  }
  ~ReaderLock() BW_ATTRIBUTE(release_capability()) { mutex_.UnlockShared(); }
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;

 private:
  SharedMutex& mutex_;
};

// A plain mutex.
class BW_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void Lock() BW_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void Unlock() BW_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

// Holds a Mutex for its lifetime; a condition variable may wait on it.
class BW_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) BW_ATTRIBUTE(acquire_capability(mutex)) : lock_(mutex.mutex_) {}
  ~MutexLock() BW_ATTRIBUTE(release_capability()) = default;
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  // Waits until notified; may wake without cause, so call it in a loop.
  void Wait(std::condition_variable& condition) { condition.wait(lock_); }

  // Waits until notified or until `deadline` has passed.
  template <typename Clock, typename Duration>
  std::cv_status WaitUntil(std::condition_variable& condition,
                           const std::chrono::time_point<Clock, Duration>& deadline) {
    return condition.wait_until(lock_, deadline);
  }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace budgetwatch
