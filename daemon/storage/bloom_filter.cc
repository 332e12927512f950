#include "storage/bloom_filter.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace budgetwatch {
namespace {

static_assert(std::endian::native == std::endian::little, "the bytes on disk are little-endian");

// Spreads the low half of a hash, since the high half chose the line.
uint64_t BitPositions(uint64_t hash) { return (hash | 1) * 0x9e3779b97f4a7c15u; }

}  // namespace

size_t BloomFilter::BytesFor(size_t capacity) {
  constexpr size_t kHashesPerLine = 32;  // 16 bits for each
  return std::max<size_t>(1, (capacity + kHashesPerLine - 1) / kHashesPerLine) * sizeof(Line);
}

BloomFilter::BloomFilter(size_t capacity) : line_count_(BytesFor(capacity) / sizeof(Line)) {
  const size_t bytes = line_count_ * sizeof(Line);
  void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  // Questions go anywhere. Where large pages are not to be had, small ones do.
  (void)madvise(pages, bytes, MADV_HUGEPAGE);
  lines_ = std::unique_ptr<Line[], Unmap>(static_cast<Line*>(pages), Unmap{bytes});
}

void BloomFilter::Unmap::operator()(Line* lines) const { (void)munmap(lines, bytes); }

bool BloomFilter::Replace(size_t offset, std::string_view part) {
  const size_t size = line_count_ * sizeof(Line);
  if (offset > size || part.size() > size - offset) return false;
  std::memcpy(reinterpret_cast<char*>(lines_.get()) + offset, part.data(), part.size());
  return true;
}

void BloomFilter::Add(uint64_t hash) {
  Line& line = lines_[LineOf(hash)];
  uint64_t bits = BitPositions(hash);
  for (int i = 0; i < kBitsPerHash; ++i, bits >>= 9) {
    line.words[(bits >> 6) & 7] |= uint64_t{1} << (bits & 63);
  }
}

bool BloomFilter::MayContain(uint64_t hash) const {
  const Line& line = lines_[LineOf(hash)];
  uint64_t bits = BitPositions(hash);
  for (int i = 0; i < kBitsPerHash; ++i, bits >>= 9) {
    if ((line.words[(bits >> 6) & 7] >> (bits & 63) & 1) == 0) return false;
  }
  return true;
}

std::string_view BloomFilter::bytes() const {
  return {reinterpret_cast<const char*>(lines_.get()), line_count_ * sizeof(Line)};
}

}  // namespace budgetwatch
