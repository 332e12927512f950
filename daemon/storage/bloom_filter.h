#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace budgetwatch {

// A set of hashes that never denies one it holds, and rarely claims one it does
// not (about 1 in 1,000). Two bytes for each hash; one cache line for each
// question. The bytes are on disk. Its memory goes back to the system with it: a large
// filter takes the place of several, whose places on the heap nothing else would fill.
// Thread-compatible.
class BloomFilter {
 public:
  // For up to `capacity` hashes.
  explicit BloomFilter(size_t capacity);

  // What bytes() of one will be.
  static size_t BytesFor(size_t capacity);

  // Replaces a part of bytes(); false, and nothing, when it reaches behind the end.
  bool Replace(size_t offset, std::string_view part);

  void Add(uint64_t hash);
  bool MayContain(uint64_t hash) const;

  // Starts loading what MayContain(hash) will read.
  void Prefetch(uint64_t hash) const { __builtin_prefetch(&lines_[LineOf(hash)]); }

  // Little-endian; a multiple of 64.
  std::string_view bytes() const;

 private:
  static constexpr int kBitsPerHash = 7;
  struct alignas(64) Line {
    uint64_t words[8];
  };
  struct Unmap {
    size_t bytes;
    void operator()(Line* lines) const;
  };

  size_t LineOf(uint64_t hash) const {
    return static_cast<size_t>(((hash >> 32) * line_count_) >> 32);
  }

  size_t line_count_;
  std::unique_ptr<Line[], Unmap> lines_;
};

}  // namespace budgetwatch
