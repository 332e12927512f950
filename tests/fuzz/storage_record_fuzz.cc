// Input: the bytes of a stored record, behind a first byte that says of which kind. What
// decodes is encoded to bytes that decode to the same.

#include "fuzz/fuzz_input.h"
#include "storage/record_codec.h"

namespace budgetwatch {
namespace {

void CheckJournalRecord(std::string_view bytes) {
  const auto record = DecodeJournalRecord(bytes);
  if (!record) return;
  Commit commit;
  commit.first_sequence = record->first_sequence;
  commit.recorded_time = record->recorded_time;
  commit.entries = record->entries;
  const auto again = DecodeJournalRecord(EncodeJournalRecord(commit, 0, commit.entries.size()));
  BW_CHECK(again.has_value());
  BW_CHECK(again->first_sequence == record->first_sequence);
  BW_CHECK(again->recorded_time == record->recorded_time);
  BW_CHECK(again->entries == record->entries);
}

void CheckCheckpoint(std::string_view bytes) {
  const auto checkpoint = DecodeCheckpoint(bytes);
  if (!checkpoint) return;
  const auto again = DecodeCheckpoint(EncodeCheckpoint(*checkpoint));
  BW_CHECK(again.has_value());
  BW_CHECK(again->sequence == checkpoint->sequence);
  BW_CHECK(again->gross_fen == checkpoint->gross_fen);
  BW_CHECK(again->payment_counts == checkpoint->payment_counts);
  BW_CHECK(again->unmatched_refunds == checkpoint->unmatched_refunds);
}

}  // namespace
}  // namespace budgetwatch

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  budgetwatch::FuzzInput input(data, size);
  if (input.Byte() == 'c') {
    budgetwatch::CheckCheckpoint(input.Rest());
  } else {
    budgetwatch::CheckJournalRecord(input.Rest());
  }
  return 0;
}
