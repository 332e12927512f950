#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/store.h"

namespace budgetwatch {

// Most entries of one journal record. A commit is cut into records at the multiples
// of this, so that reading one entry reads little and records are found quickly.
inline constexpr Sequence kEntriesPerRecord = 64;

// Encodes entries[begin, end) of the commit as one record, without its chain hash.
std::string EncodeJournalRecord(const Commit& commit, size_t begin, size_t end);

// Consecutive entries as they were written together. Immutable.
class JournalRecord {
 public:
  // Reads the frame; nothing when no encoder made it.
  static std::optional<JournalRecord> Parse(std::string bytes);

  Sequence first_sequence() const { return first_sequence_; }
  Sequence last_sequence() const {
    return first_sequence_ + static_cast<Sequence>(entries_.size()) - 1;
  }
  WallMicros recorded_time() const { return recorded_time_; }
  const std::string& bytes() const { return *bytes_; }
  bool Holds(Sequence sequence) const {
    return sequence >= first_sequence_ && sequence <= last_sequence();
  }

  // Reads one entry; nothing when no encoder made it. REQUIRES: Holds(sequence).
  std::optional<JournalItem> Item(Sequence sequence) const;

 private:
  JournalRecord() = default;

  std::unique_ptr<const std::string> bytes_;
  std::vector<std::string_view> entries_;  // views into *bytes_
  Sequence first_sequence_ = 0;
  WallMicros recorded_time_ = 0;
};

std::string EncodeCheckpoint(const StateCheckpoint& checkpoint);
std::optional<StateCheckpoint> DecodeCheckpoint(std::string_view bytes);

// Totals of one project in one year, as far as they changed.
std::string EncodeDayTotals(const std::vector<ProjectTotals::Day>& days);
// False for what no encoder made.
bool DecodeDayTotals(std::string_view bytes, const std::function<void(Date, const Total&)>& visit);

}  // namespace budgetwatch
