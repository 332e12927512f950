#include "app/allocator.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

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

constexpr int kCollapse = 25;  // MADV_COLLAPSE, which the C library's headers do not have yet
constexpr intptr_t kPageBytes = 4096;
constexpr intptr_t kLargePageBytes = 2 << 20;

// Where the one heap begins. Written before other threads start.
char* heap_begin = nullptr;

char* HeapEnd() { return static_cast<char*>(sbrk(0)); }

bool LargePagesAreForbidden() {
  std::ifstream file("/sys/kernel/mm/transparent_hugepage/enabled");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return text.find("[never]") != std::string::npos;
}

// Bytes of a large page's place that are not in memory.
intptr_t AbsentBytes(char* place) {
  std::array<unsigned char, kLargePageBytes / kPageBytes> present{};  // fewer with larger pages
  if (mincore(place, kLargePageBytes, present.data()) != 0) return kLargePageBytes;
  return kPageBytes * std::count_if(present.begin(), present.end(),
                                    [](unsigned char flags) { return (flags & 1) == 0; });
}

struct TornPage {
  intptr_t absent_bytes;
  char* place;
};

// The places of large pages with more than half of them in memory, the fullest first: so
// the most are mended with the same memory. Whole ones are among them; they take none.
std::vector<TornPage> TornPages() {
  std::vector<TornPage> pages;
  const auto past = reinterpret_cast<intptr_t>(heap_begin) % kLargePageBytes;
  char* place = heap_begin + (past == 0 ? 0 : kLargePageBytes - past);
  for (char* const end = HeapEnd(); end - place >= kLargePageBytes; place += kLargePageBytes) {
    const intptr_t absent = AbsentBytes(place);
    if (absent <= kLargePageBytes / 2) pages.push_back({absent, place});
  }
  std::sort(pages.begin(), pages.end(), [](const TornPage& one, const TornPage& other) {
    return one.absent_bytes < other.absent_bytes;
  });
  return pages;
}

}  // namespace

void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, kMapBytes);
  mallopt(M_TRIM_THRESHOLD, kKeepBytes);
  mallopt(M_ARENA_MAX, kArenas);
  heap_begin = HeapEnd();
}

void GiveBackFreedMemory() { malloc_trim(0); }

void MendLargePages(int64_t bytes) {
  if (heap_begin == nullptr || LargePagesAreForbidden()) return;
  for (const TornPage& page : TornPages()) {
    if (page.absent_bytes > bytes) return;
    if (madvise(page.place, kLargePageBytes, kCollapse) == 0) {
      bytes -= page.absent_bytes;
    } else if (errno == EINVAL) {
      return;
    }
  }
}

}  // namespace budgetwatch
