#pragma once

#include <condition_variable>
#include <mutex>
#include <shared_mutex>

// Clang's thread-safety attributes on the standard mutexes, so that a clang
// build proves which mutex guards which member. With other compilers they are
// the plain standard types. The standard types, and not a library's own, so
// that ThreadSanitizer sees every lock.
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

// A mutex that one thread holds, or many read-only.
class BW_ATTRIBUTE(capability("mutex")) SharedMutex {
 public:
  void Lock() BW_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void Unlock() BW_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  void LockShared() BW_ATTRIBUTE(acquire_shared_capability()) { mutex_.lock_shared(); }
  void UnlockShared() BW_ATTRIBUTE(release_shared_capability()) { mutex_.unlock_shared(); }

 private:
  std::shared_mutex mutex_;
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
