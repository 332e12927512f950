// Input: the bytes of a stored record, behind a first byte that says of which kind. What
// decodes is encoded to bytes that decode to the same, and entries that the state finds
// in order can be applied to it.

#include <google/protobuf/stubs/logging.h>

#include "budgetwatch/storage/v1/journal.pb.h"
#include "domain/ledger_state.h"
#include "fuzz/fuzz_input.h"
#include "storage/backup_metadata.h"
#include "storage/bloom_filter.h"
#include "storage/journal_chain.h"
#include "storage/payment_record.h"
#include "storage/record_codec.h"

namespace budgetwatch {
namespace {

void CheckJournalRecord(std::string_view bytes) {
  const auto record = JournalRecord::Parse(std::string(bytes));
  if (!record) return;
  BW_CHECK(record->bytes() == bytes);
  BW_CHECK(record->last_sequence() >= record->first_sequence());
  Commit commit;
  commit.first_sequence = record->first_sequence();
  commit.recorded_time = record->recorded_time();
  LedgerState state;
  for (Sequence sequence = record->first_sequence(); record->Holds(sequence); ++sequence) {
    auto item = record->Item(sequence);
    if (!item) return;
    BW_CHECK(item->sequence == sequence && item->recorded_time == record->recorded_time());
    const Sequence next = state.sequence() + 1;
    if (state.Check(next, item->entry).ok()) state.Apply(next, item->recorded_time, item->entry);
    commit.entries.push_back(std::move(item->entry));
  }
  const auto again = JournalRecord::Parse(EncodeJournalRecord(commit, 0, commit.entries.size()));
  BW_CHECK(again.has_value());
  BW_CHECK(again->first_sequence() == record->first_sequence());
  BW_CHECK(again->last_sequence() == record->last_sequence());
  BW_CHECK(again->recorded_time() == record->recorded_time());
  for (size_t i = 0; i < commit.entries.size(); ++i) {
    const auto item = again->Item(record->first_sequence() + static_cast<Sequence>(i));
    BW_CHECK(item.has_value());
    BW_CHECK(item->entry == commit.entries[i]);
  }
}

// The reader by hand takes nothing that the generated one does not, and reads it alike.
void CheckPaymentRecord(std::string_view bytes) {
  PaymentEntry entry;
  if (!ParsePaymentRecord(bytes, &entry)) return;
  storage::v1::PaymentEntry generated;
  BW_CHECK(generated.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  BW_CHECK(generated.source() == entry.source);
  BW_CHECK(generated.payment_id() == entry.event.payment_id);
  BW_CHECK(generated.project_code() == entry.event.project_code);
  BW_CHECK(generated.amount_fen() == entry.event.amount_fen);
  BW_CHECK(generated.pay_day() == entry.event.pay_date.day_number());
  BW_CHECK(generated.memo() == entry.event.memo);
  BW_CHECK(generated.original_sequence() == entry.original_sequence);
  BW_CHECK(generated.matched_refund_sequences_size() ==
           static_cast<int>(entry.matched_refund_sequences.size()));
  std::string encoded;
  AppendPaymentRecord(entry, &encoded);
  PaymentEntry again;
  BW_CHECK(ParsePaymentRecord(encoded, &again));
  std::string encoded_again;
  AppendPaymentRecord(again, &encoded_again);
  BW_CHECK(encoded_again == encoded);
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

void CheckDayTotals(std::string_view bytes) {
  std::vector<ProjectTotals::Day> days;
  const auto take = [](std::vector<ProjectTotals::Day>* taken) {
    return [taken](Date date, const Total& total) {
      ProjectTotals::Day& day = taken->emplace_back();
      day.date = date;
      day.total = total;
    };
  };
  if (!DecodeDayTotals(bytes, take(&days))) {
    BW_CHECK(days.empty());
    return;
  }
  std::vector<ProjectTotals::Day> again;
  BW_CHECK(DecodeDayTotals(EncodeDayTotals(days), take(&again)));
  BW_CHECK(again == days);
}

void CheckChainedRecord(std::string_view bytes) {
  const auto parts = SplitChainedRecord(bytes);
  if (!parts) return;
  std::string joined(parts->content);
  AppendChainHash(parts->hash, &joined);
  BW_CHECK(joined == bytes);
}

void CheckBackupPoint(std::string_view bytes) {
  const auto point = DecodeBackupPoint(bytes);
  if (!point) return;
  BW_CHECK(EncodeBackupPoint(*point) == bytes);
}

void CheckBloomFilter(std::string_view bytes) {
  BloomFilter filter((bytes.size() + 1) / 2);  // two bytes for each hash
  const size_t size = filter.bytes().size();
  BW_CHECK(filter.Replace(size - bytes.size(), bytes) && filter.bytes().ends_with(bytes));
  BW_CHECK(!filter.Replace(size - bytes.size() + 1, bytes) || bytes.empty());
  FuzzInput hashes(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  for (int i = 0; i < 8; ++i) {
    const auto hash = static_cast<uint64_t>(hashes.Int64());
    filter.Add(hash);
    BW_CHECK(filter.MayContain(hash));
  }
}

}  // namespace
}  // namespace budgetwatch

// Protocol Buffers would log every input that it refuses.
extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  budgetwatch::FuzzInput input(data, size);
  switch (input.Byte()) {
    case 'j': budgetwatch::CheckJournalRecord(input.Rest()); break;
    case 'p': budgetwatch::CheckPaymentRecord(input.Rest()); break;
    case 'c': budgetwatch::CheckCheckpoint(input.Rest()); break;
    case 't': budgetwatch::CheckDayTotals(input.Rest()); break;
    case 'h': budgetwatch::CheckChainedRecord(input.Rest()); break;
    case 'm': budgetwatch::CheckBackupPoint(input.Rest()); break;
    case 'b': budgetwatch::CheckBloomFilter(input.Rest()); break;
    default: break;
  }
  return 0;
}
