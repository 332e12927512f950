#pragma once

#include <rocksdb/slice.h>

#include <bit>
#include <cstring>
#include <optional>

#include "storage/sorted_runs.h"

namespace budgetwatch {

// The bytes of an index run: parts under the run's number, see STORAGE.md.

static_assert(std::endian::native == std::endian::little, "the words on disk are little-endian");

inline constexpr size_t kWordsPerBlock = 256;
inline constexpr size_t kFilterPartBytes = 1u << 20;
inline constexpr uint32_t kFirstFilterPart = 0x8000'0000;
inline constexpr uint32_t kTrailerPart = 0xffff'ffff;
// Key of one part of a run: its number and the part's, big-endian.
struct PartKey {
  PartKey(uint64_t number, uint32_t part) {
    const uint64_t swapped_number = __builtin_bswap64(number);
    const uint32_t swapped_part = __builtin_bswap32(part);
    std::memcpy(bytes, &swapped_number, sizeof swapped_number);
    std::memcpy(bytes + sizeof swapped_number, &swapped_part, sizeof swapped_part);
  }
  rocksdb::Slice slice() const { return {bytes, sizeof bytes}; }

  char bytes[12];
};

inline std::optional<uint64_t> RunNumberOf(const rocksdb::Slice& key) {
  if (key.size() != sizeof PartKey::bytes) return std::nullopt;
  uint64_t number = 0;
  std::memcpy(&number, key.data(), sizeof number);
  return __builtin_bswap64(number);
}

// What a run's trailer says, followed by the first word of each block.
struct TrailerHead {
  int64_t first_sequence = 0;
  int64_t last_sequence = 0;
  uint64_t word_count = 0;
};

inline size_t BlockCount(uint64_t word_count) {
  return static_cast<size_t>((word_count + kWordsPerBlock - 1) / kWordsPerBlock);
}

// REQUIRES: the block has more than `index` words.
inline IndexWord WordAt(const rocksdb::Slice& block, size_t index) {
  IndexWord word;
  std::memcpy(&word, block.data() + index * sizeof word, sizeof word);
  return word;
}

inline rocksdb::Slice BytesOf(const IndexWord* words, size_t count) {
  return {reinterpret_cast<const char*>(words), count * sizeof(IndexWord)};
}

}  // namespace budgetwatch
