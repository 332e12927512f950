#include "storage/payment_record.h"

#include <cstring>

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

// Room that all fields take beside their texts: each a tag of one byte and a varint.
constexpr size_t kFieldsBytes = kMatchedRefundSequences * (1 + kMaxVarintBytes);

// These write at `out`, where there is room, and return their end.
char* WriteNumber(Field field, uint64_t value, char* out) {
  if (value == 0) return out;
  *out++ = static_cast<char>(field << 3);
  return WriteVarint(value, out);
}

char* WriteText(Field field, std::string_view text, char* out) {
  if (text.empty()) return out;
  *out++ = static_cast<char>(field << 3 | 2);
  out = WriteVarint(text.size(), out);
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
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
    case kSource: entry->source = bytes; return true;
    case kPaymentId: event.payment_id = bytes; return true;
    case kProjectCode: event.project_code = bytes; return true;
    case kPayee: event.payee = bytes; return true;
    case kMemo: event.memo = bytes; return true;
    case kOriginalPaymentId: event.original_payment_id = bytes; return true;
    case kBookedProjectCode: entry->booked_project_code = bytes; return true;
    case kFromProjectCode: entry->from_project_code = bytes; return true;
    case kMatchedRefundSequences: return ParseSequences(bytes, &entry->matched_refund_sequences);
    default: return false;
  }
}

}  // namespace

void AppendPaymentRecord(const PaymentEntry& entry, std::string* out) {
  const PaymentEvent& event = entry.event;
  const size_t texts = entry.source.size() + event.payment_id.size() + event.project_code.size() +
                       event.payee.size() + event.memo.size() + event.original_payment_id.size() +
                       entry.booked_project_code.size() + entry.from_project_code.size() +
                       entry.matched_refund_sequences.size() * kMaxVarintBytes;
  const size_t begin = out->size();
  out->resize(begin + texts + kFieldsBytes);
  char* end = out->data() + begin;
  end = WriteText(kSource, entry.source, end);
  end = WriteText(kPaymentId, event.payment_id, end);
  end = WriteNumber(kKind, static_cast<uint64_t>(event.kind), end);
  end = WriteText(kProjectCode, event.project_code, end);
  end = WriteNumber(kPayDay, ZigZag(event.pay_date.day_number()), end);
  end = WriteNumber(kAmountFen, static_cast<uint64_t>(event.amount_fen), end);
  end = WriteText(kPayee, event.payee, end);
  end = WriteText(kMemo, event.memo, end);
  end = WriteText(kOriginalPaymentId, event.original_payment_id, end);
  if (entry.booked_project_code != event.project_code) {
    end = WriteText(kBookedProjectCode, entry.booked_project_code, end);
  }
  end = WriteNumber(kOriginalSequence, static_cast<uint64_t>(entry.original_sequence), end);
  if (event.kind == PaymentKind::kCorrection) {
    end = WriteText(kFromProjectCode, entry.from_project_code, end);
    end = WriteNumber(kFromDay, ZigZag(entry.from_date.day_number()), end);
    end = WriteNumber(kTakesRest, entry.takes_rest ? 1 : 0, end);
  }
  if (!entry.matched_refund_sequences.empty()) {
    std::string packed;
    for (const Sequence sequence : entry.matched_refund_sequences) {
      AppendVarint(static_cast<uint64_t>(sequence), &packed);
    }
    end = WriteText(kMatchedRefundSequences, packed, end);
  }
  out->resize(static_cast<size_t>(end - out->data()));
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
