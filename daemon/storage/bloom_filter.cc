#include "storage/bloom_filter.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace budgetwatch {
namespace {

static_assert(std::endian::native == std::endian::little, "the bytes on disk are little-endian");

// Spreads the low half of a hash, since the high half chose the line.
uint64_t BitPositions(uint64_t hash) { return (hash | 1) * 0x9e3779b97f4a7c15u; }

}  // namespace

BloomFilter::BloomFilter(size_t capacity) {
  constexpr size_t kHashesPerLine = 32;  // 16 bits for each
  lines_.resize(std::max<size_t>(1, (capacity + kHashesPerLine - 1) / kHashesPerLine));
}

bool BloomFilter::Replace(size_t offset, std::string_view part) {
  const size_t size = lines_.size() * sizeof(Line);
  if (offset > size || part.size() > size - offset) return false;
  std::memcpy(reinterpret_cast<char*>(lines_.data()) + offset, part.data(), part.size());
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
  return {reinterpret_cast<const char*>(lines_.data()), lines_.size() * sizeof(Line)};
}

}  // namespace budgetwatch
