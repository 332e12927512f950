#include "app/allocator.h"

#include <malloc.h>

namespace budgetwatch {
namespace {

// Blocks above it are mapped by themselves; the most that glibc allows.
constexpr int kMapBytes = 32 << 20;
// Free memory at the end of a heap that stays there.
constexpr int kKeepBytes = 128 << 20;

}  // namespace

void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, kMapBytes);
  mallopt(M_TRIM_THRESHOLD, kKeepBytes);
}

void GiveBackFreedMemory() { malloc_trim(0); }

}  // namespace budgetwatch
