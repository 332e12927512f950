#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace budgetwatch {

// Journal records are chained: each ends with a hash over the hash of the record
// before it and its own content. Whoever changes, drops or inserts a record must
// change every hash behind it, and so the last one, which anybody may have noted
// down. This tells tampering from outside; it is no signature.
using ChainHash = std::array<unsigned char, 32>;

// What the first record is chained to.
inline constexpr ChainHash kChainStart = {};

// SHA-256 of the previous hash followed by the content.
ChainHash NextChainHash(const ChainHash& previous, std::string_view content);

// Ends a record: appends field 4 of storage.v1.JournalRecord, the hash.
void AppendChainHash(const ChainHash& hash, std::string* record);

// A record in two parts.
struct ChainedRecord {
  std::string_view content;
  ChainHash hash;
};

// Nothing when the record does not end with a hash.
std::optional<ChainedRecord> SplitChainedRecord(std::string_view record);

// 64 hexadecimal digits.
std::string ChainHashText(const ChainHash& hash);

}  // namespace budgetwatch
