#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/payment.h"
#include "domain/sequence.h"
#include "service/store.h"

namespace budgetwatch {

// The grammar of keys; STORAGE.md shows each in bytes. Integers are big-endian
// with the sign bit flipped, so that the order of bytes is the order of values.
// Decoders take any bytes and return nothing for what no encoder made.
//
//   sequence     8 bytes
//   project code number (4); value: year (2), project code
//   total        year (2), project code, 0x00, checkpoint sequence (8)
//
// Project codes hold no control character, so that 0x00 ends them in order.

std::string SequenceKey(Sequence sequence);
std::optional<Sequence> DecodeSequenceKey(std::string_view key);

std::string ProjectNumberKey(uint32_t number);
std::optional<uint32_t> DecodeProjectNumberKey(std::string_view key);

// A project code of a year, which begins the keys of its totals.
struct ProjectKey {
  int fiscal_year = 0;
  std::string project_code;
};
std::string EncodeProjectKey(const ProjectKey& key);
std::optional<ProjectKey> DecodeProjectKey(std::string_view bytes);

struct TotalKey {
  int fiscal_year = 0;
  std::string project_code;
  Sequence checkpoint = 0;
};
std::string EncodeTotalKey(const TotalKey& key);
std::optional<TotalKey> DecodeTotalKey(std::string_view key);

// The first bytes of all total keys of a year.
std::string YearPrefix(int fiscal_year);

// Values: little-endian.
std::string EncodeInt64(int64_t value);
std::optional<int64_t> DecodeInt64(std::string_view value);

}  // namespace budgetwatch
