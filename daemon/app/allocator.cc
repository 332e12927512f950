#include "app/allocator.h"

#include <malloc.h>

namespace budgetwatch {
namespace {

// Blocks above it are mapped by themselves; the most that glibc allows.
constexpr int kMapBytes = 32 << 20;
// Free memory at the end of a heap that stays there.
constexpr int kKeepBytes = 128 << 20;
// The heaps of further arenas end at 64 MiB and go back to the system as soon as they are
// empty: a scrape of 10,000 projects had all of its memory made anew and took up to twice
// as long. Measured on two cores; many may wait for each other.
constexpr int kArenas = 1;

}  // namespace

void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, kMapBytes);
  mallopt(M_TRIM_THRESHOLD, kKeepBytes);
  mallopt(M_ARENA_MAX, kArenas);
}

void GiveBackFreedMemory() { malloc_trim(0); }

}  // namespace budgetwatch
