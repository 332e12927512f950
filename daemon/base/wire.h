#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace budgetwatch {

// The wire format of Protocol Buffers, for the few messages that are written and
// read once for every payment, where the generated classes take several times as
// long: https://protobuf.dev/programming-guides/encoding.

inline constexpr size_t kMaxVarintBytes = 10;

// Bytes that AppendVarint appends.
inline size_t VarintSize(uint64_t value) {
  return static_cast<size_t>(std::bit_width(value | 1) + 6) / 7;
}

// Writes at `out`, where there is room for it; returns its end.
inline char* WriteVarint(uint64_t value, char* out) {
  for (; value >= 0x80; value >>= 7) *out++ = static_cast<char>(value | 0x80);
  *out++ = static_cast<char>(value);
  return out;
}

inline void AppendVarint(uint64_t value, std::string* out) {
  char bytes[kMaxVarintBytes];
  out->append(bytes, WriteVarint(value, bytes));
}

// Reads what AppendVarint wrote and moves `position` behind it; false where it is cut off
// or does not fit.
inline bool ReadVarint(const char** position, const char* end, uint64_t* value) {
  uint64_t result = 0;
  for (int shift = 0; shift < 64 && *position != end; shift += 7) {
    const auto byte = static_cast<unsigned char>(*(*position)++);
    if (shift == 63 && byte > 1) return false;
    result |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) {
      *value = result;
      return true;
    }
  }
  return false;
}

inline uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}

inline int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

// Reads fields one after the other. Thread-compatible.
class WireReader {
 public:
  enum class Type { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  // The bytes outlive the reader.
  explicit WireReader(std::string_view bytes)
      : position_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // Goes to the next field; false at the end, and where the bytes make no sense.
  bool Next() {
    if (position_ == end_) return false;
    uint64_t tag = 0;
    if (!TakeShortVarint(&tag) || tag >> 3 == 0 || tag >> 3 > kMaxField) return Fail();
    field_ = static_cast<int>(tag >> 3);
    type_ = static_cast<Type>(tag & 7);
    switch (type_) {
      case Type::kVarint: return TakeVarint(&varint_) || Fail();
      case Type::kBytes: return TakeBytes() || Fail();
      case Type::kFixed64: return Skip(8) || Fail();
      case Type::kFixed32: return Skip(4) || Fail();
    }
    return Fail();  // groups, which nobody uses, and what is no type
  }

  // Every byte was read and made sense.
  bool done() const { return !failed_ && position_ == end_; }

  int field() const { return field_; }
  bool is_varint() const { return type_ == Type::kVarint; }
  bool is_bytes() const { return type_ == Type::kBytes; }
  uint64_t varint() const { return varint_; }
  std::string_view bytes() const { return bytes_; }

 private:
  static constexpr uint64_t kMaxField = (1u << 29) - 1;

  bool Fail() {
    position_ = nullptr;
    end_ = nullptr;
    failed_ = true;
    return false;
  }

  bool TakeVarint(uint64_t* value) { return ReadVarint(&position_, end_, value); }

  // A tag or a size, which Protocol Buffers read from at most 5 bytes, however many of
  // their bits are 0.
  bool TakeShortVarint(uint64_t* value) {
    const char* start = position_;
    return TakeVarint(value) && position_ - start <= 5;
  }

  bool Skip(ptrdiff_t size) {
    if (end_ - position_ < size) return false;
    position_ += size;
    return true;
  }

  bool TakeBytes() {
    uint64_t size = 0;
    if (!TakeShortVarint(&size) || size > static_cast<uint64_t>(end_ - position_)) return false;
    bytes_ = {position_, static_cast<size_t>(size)};
    position_ += size;
    return true;
  }

  const char* position_;
  const char* end_;
  int field_ = 0;
  Type type_ = Type::kVarint;
  uint64_t varint_ = 0;
  std::string_view bytes_;
  bool failed_ = false;
};

}  // namespace budgetwatch
