#pragma once

#include <pthread.h>

namespace budgetwatch {

// Names the calling thread, for those who look at the process. At most 15 bytes.
inline void NameThread(const char* name) { pthread_setname_np(pthread_self(), name); }

}  // namespace budgetwatch
