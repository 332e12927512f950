#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/store.h"

namespace budgetwatch {

// Entries in one journal record. A commit is cut into records of this many, so that
// reading one entry decodes little.
inline constexpr size_t kEntriesPerRecord = 256;

// Consecutive entries as they were written together.
struct JournalRecordView {
  Sequence first_sequence = 0;
  WallMicros recorded_time = 0;
  std::vector<JournalEntry> entries;
};

// Encodes entries[begin, end) of the commit as one record.
std::string EncodeJournalRecord(const Commit& commit, size_t begin, size_t end);

// Nothing for bytes that no encoder made.
std::optional<JournalRecordView> DecodeJournalRecord(std::string_view bytes);

std::string EncodeCheckpoint(const StateCheckpoint& checkpoint);
std::optional<StateCheckpoint> DecodeCheckpoint(std::string_view bytes);

}  // namespace budgetwatch
