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

std::optional<BloomFilter> BloomFilter::FromBytes(std::string_view bytes) {
  if (bytes.empty() || bytes.size() % sizeof(Line) != 0) return std::nullopt;
  BloomFilter filter;
  filter.lines_.resize(bytes.size() / sizeof(Line));
  std::memcpy(filter.lines_.data(), bytes.data(), bytes.size());
  return filter;
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
