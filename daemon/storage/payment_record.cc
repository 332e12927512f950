#include "storage/payment_record.h"

#include "base/wire.h"

namespace budgetwatch {
namespace {

// Fields of storage.v1.PaymentEntry.
enum Field {
  kSource = 1,
  kPaymentId = 2,
  kKind = 3,
  kProjectCode = 4,
  kPayDay = 5,
  kAmountFen = 6,
  kPayee = 7,
  kMemo = 8,
  kOriginalPaymentId = 9,
  kBookedProjectCode = 10,
  kOriginalSequence = 11,
  kFromProjectCode = 12,
  kFromDay = 13,
  kTakesRest = 14,
  kMatchedRefundSequences = 15,
};

void AppendNumber(Field field, uint64_t value, std::string* out) {
  if (value == 0) return;
  out->push_back(static_cast<char>(field << 3));
  AppendVarint(value, out);
}

void AppendText(Field field, std::string_view text, std::string* out) {
  if (text.empty()) return;
  out->push_back(static_cast<char>(field << 3 | 2));
  AppendVarint(text.size(), out);
  out->append(text);
}

bool ParseDay(uint64_t value, Date* date) {
  const int64_t day = UnZigZag(value);
  if (day < INT32_MIN / 2 || day > INT32_MAX / 2) return false;
  *date = Date::FromDayNumber(static_cast<int32_t>(day));
  return date->year() >= kFirstYear && date->year() <= kLastYear;
}

bool ParseSequences(std::string_view bytes, std::vector<Sequence>* sequences) {
  // Packed varints: as fields of a message they would each have a tag, so they are
  // read by hand.
  while (!bytes.empty()) {
    uint64_t value = 0;
    size_t used = 0;
    while (true) {
      if (used == bytes.size() || used == 10) return false;
      const auto byte = static_cast<unsigned char>(bytes[used]);
      value |= uint64_t{byte & 0x7fu} << (7 * used);
      ++used;
      if (byte < 0x80) break;
    }
    sequences->push_back(static_cast<Sequence>(value));
    bytes.remove_prefix(used);
  }
  return true;
}

// One field; false when it cannot be.
bool TakeNumber(int field, uint64_t value, PaymentEntry* entry) {
  switch (field) {
    case kKind:
      if (value < 1 || value > static_cast<uint64_t>(PaymentKind::kCorrection)) return false;
      entry->event.kind = static_cast<PaymentKind>(value);
      return true;
    case kPayDay: return ParseDay(value, &entry->event.pay_date);
    case kAmountFen: entry->event.amount_fen = static_cast<int64_t>(value); return true;
    case kOriginalSequence: entry->original_sequence = static_cast<Sequence>(value); return true;
    case kFromDay: return ParseDay(value, &entry->from_date);
    case kTakesRest: entry->takes_rest = value == 1; return value <= 1;
    default: return false;
  }
}

bool TakeBytes(int field, std::string_view bytes, PaymentEntry* entry) {
  PaymentEvent& event = entry->event;
  switch (field) {
    case kSource: entry->source.assign(bytes); return true;
    case kPaymentId: event.payment_id.assign(bytes); return true;
    case kProjectCode: event.project_code.assign(bytes); return true;
    case kPayee: event.payee.assign(bytes); return true;
    case kMemo: event.memo.assign(bytes); return true;
    case kOriginalPaymentId: event.original_payment_id.assign(bytes); return true;
    case kBookedProjectCode: entry->booked_project_code.assign(bytes); return true;
    case kFromProjectCode: entry->from_project_code.assign(bytes); return true;
    case kMatchedRefundSequences: return ParseSequences(bytes, &entry->matched_refund_sequences);
    default: return false;
  }
}

}  // namespace

void AppendPaymentRecord(const PaymentEntry& entry, std::string* out) {
  const PaymentEvent& event = entry.event;
  AppendText(kSource, entry.source, out);
  AppendText(kPaymentId, event.payment_id, out);
  AppendNumber(kKind, static_cast<uint64_t>(event.kind), out);
  AppendText(kProjectCode, event.project_code, out);
  AppendNumber(kPayDay, ZigZag(event.pay_date.day_number()), out);
  AppendNumber(kAmountFen, static_cast<uint64_t>(event.amount_fen), out);
  AppendText(kPayee, event.payee, out);
  AppendText(kMemo, event.memo, out);
  AppendText(kOriginalPaymentId, event.original_payment_id, out);
  if (entry.booked_project_code != event.project_code) {
    AppendText(kBookedProjectCode, entry.booked_project_code, out);
  }
  AppendNumber(kOriginalSequence, static_cast<uint64_t>(entry.original_sequence), out);
  if (event.kind == PaymentKind::kCorrection) {
    AppendText(kFromProjectCode, entry.from_project_code, out);
    AppendNumber(kFromDay, ZigZag(entry.from_date.day_number()), out);
    AppendNumber(kTakesRest, entry.takes_rest ? 1 : 0, out);
  }
  if (entry.matched_refund_sequences.empty()) return;
  std::string packed;
  for (const Sequence sequence : entry.matched_refund_sequences) {
    AppendVarint(static_cast<uint64_t>(sequence), &packed);
  }
  AppendText(kMatchedRefundSequences, packed, out);
}

bool ParsePaymentRecord(std::string_view bytes, PaymentEntry* entry) {
  WireReader reader(bytes);
  // 1970-01-01, what a missing day means, is the default of both dates.
  entry->event.kind = static_cast<PaymentKind>(0);
  while (reader.Next()) {
    const bool taken = reader.is_varint()
                           ? TakeNumber(reader.field(), reader.varint(), entry)
                           : reader.is_bytes() && TakeBytes(reader.field(), reader.bytes(), entry);
    if (!taken) return false;
  }
  if (entry->booked_project_code.empty()) entry->booked_project_code = entry->event.project_code;
  const bool moves = entry->event.kind == PaymentKind::kCorrection;
  const bool has_from =
      !entry->from_project_code.empty() || entry->from_date != Date() || entry->takes_rest;
  return reader.done() && static_cast<int>(entry->event.kind) != 0 && entry->event.amount_fen > 0 &&
         (moves || !has_from);
}

}  // namespace budgetwatch
