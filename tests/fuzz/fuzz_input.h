#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/check.h"

namespace budgetwatch {

// The bytes of one run, taken off the front in parts. Past the end, parts are empty
// and numbers 0, so that every input makes a run.
class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const char byte = rest_.front();
    rest_.remove_prefix(1);
    return static_cast<uint8_t>(byte);
  }

  int64_t Int64() {
    int64_t number = 0;
    for (int i = 0; i < 8; ++i) number = static_cast<int64_t>(uint64_t{Byte()} << (8 * i)) | number;
    return number;
  }

  // Up to the next 0xff, which no UTF-8 holds.
  std::string_view Text() {
    const size_t end = rest_.find('\xff');
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return text;
  }

  std::string_view Rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace budgetwatch

// What libFuzzer calls for every input.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
