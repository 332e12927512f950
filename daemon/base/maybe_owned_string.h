#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace budgetwatch {

// A text that owns its bytes, or borrows bytes that somebody else keeps: those of a
// payment stay in its request until it is answered, without an allocation for each of
// them. A copy owns its bytes, so that only what is moved can outlive them.
class MaybeOwnedString {
 public:
  MaybeOwnedString() = default;
  ~MaybeOwnedString() { Free(); }

  // A copy of the text.
  template <std::convertible_to<std::string_view> Text>
  requires(!std::same_as<std::remove_cvref_t<Text>, MaybeOwnedString>)
      MaybeOwnedString(const Text& text) {  // NOLINT(google-explicit-constructor): as std::string
    Copy(text);
  }
  MaybeOwnedString(const MaybeOwnedString& other) { Copy(other); }
  MaybeOwnedString(MaybeOwnedString&& other) noexcept { Take(other); }
  MaybeOwnedString& operator=(const MaybeOwnedString& other) {
    return *this = MaybeOwnedString(other);
  }
  MaybeOwnedString& operator=(MaybeOwnedString&& other) noexcept {
    if (this == &other) return *this;
    Free();
    Take(other);
    return *this;
  }

  // The bytes outlive this and all that it is moved to.
  static MaybeOwnedString Borrow(std::string_view text) {
    MaybeOwnedString borrowed;
    borrowed.data_ = text.data();
    borrowed.size_ = SizeOf(text);
    return borrowed;
  }

  // The same text for as long: borrowed from where this borrows, or else a copy.
  MaybeOwnedString Share() const { return owned_ ? MaybeOwnedString(*this) : Borrow(*this); }

  operator std::string_view() const { return {data_, size_}; }  // NOLINT: as std::string
  std::string str() const { return std::string(data_, size_); }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  template <std::convertible_to<std::string_view> Text>
  requires(!std::same_as<std::remove_cvref_t<Text>, MaybeOwnedString>) friend bool operator==(
      const MaybeOwnedString& a, const Text& b) {
    return std::string_view(a) == std::string_view(b);
  }
  friend bool operator==(const MaybeOwnedString& a, const MaybeOwnedString& b) {
    return std::string_view(a) == std::string_view(b);
  }
  friend std::ostream& operator<<(std::ostream& out, const MaybeOwnedString& text) {
    return out << std::string_view(text);
  }

 private:
  static uint32_t SizeOf(std::string_view text) {
    BW_CHECK(text.size() <= UINT32_MAX);
    return static_cast<uint32_t>(text.size());
  }

  void Copy(std::string_view text) {
    size_ = SizeOf(text);
    if (size_ == 0) return;
    char* bytes = new char[size_];
    std::memcpy(bytes, text.data(), size_);
    data_ = bytes;
    owned_ = true;
  }

  void Free() {
    if (owned_) delete[] data_;
  }

  void Take(MaybeOwnedString& other) noexcept {
    data_ = std::exchange(other.data_, "");
    size_ = std::exchange(other.size_, 0);
    owned_ = std::exchange(other.owned_, false);
  }

  const char* data_ = "";
  uint32_t size_ = 0;
  bool owned_ = false;
};

}  // namespace budgetwatch
