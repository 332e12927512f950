#include "storage/key_codec.h"

namespace budgetwatch {
namespace {

template <typename Unsigned>
void AppendBigEndian(Unsigned value, std::string* out) {
  for (int shift = static_cast<int>(sizeof(Unsigned)) * 8 - 8; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

// Takes the integer off the front; false when there are too few bytes.
template <typename Unsigned>
bool TakeBigEndian(std::string_view* in, Unsigned* value) {
  if (in->size() < sizeof(Unsigned)) return false;
  Unsigned result = 0;
  for (size_t i = 0; i < sizeof(Unsigned); ++i) {
    result = static_cast<Unsigned>((result << 8) | static_cast<unsigned char>((*in)[i]));
  }
  in->remove_prefix(sizeof(Unsigned));
  *value = result;
  return true;
}

constexpr uint64_t kSign64 = uint64_t{1} << 63;
constexpr uint32_t kSign32 = uint32_t{1} << 31;

void AppendSequence(Sequence sequence, std::string* out) {
  AppendBigEndian(static_cast<uint64_t>(sequence) ^ kSign64, out);
}

bool TakeSequence(std::string_view* in, Sequence* sequence) {
  uint64_t value = 0;
  if (!TakeBigEndian(in, &value)) return false;
  *sequence = static_cast<Sequence>(value ^ kSign64);
  return true;
}

// Year, project code, 0x00 and day: what booking and total keys begin with.
void AppendCell(int fiscal_year, std::string_view project_code, Date date, std::string* out) {
  AppendBigEndian(static_cast<uint16_t>(fiscal_year), out);
  out->append(project_code);
  out->push_back('\0');
  AppendBigEndian(static_cast<uint32_t>(date.day_number()) ^ kSign32, out);
}

bool TakeCell(std::string_view* in, int* fiscal_year, std::string* project_code, Date* date) {
  uint16_t year = 0;
  if (!TakeBigEndian(in, &year)) return false;
  const size_t end = in->find('\0');
  if (end == std::string_view::npos) return false;
  project_code->assign(in->substr(0, end));
  in->remove_prefix(end + 1);
  uint32_t day = 0;
  if (!TakeBigEndian(in, &day)) return false;
  *fiscal_year = year;
  *date = Date::FromDayNumber(static_cast<int32_t>(day ^ kSign32));
  return true;
}

}  // namespace

std::string SequenceKey(Sequence sequence) {
  std::string key;
  AppendSequence(sequence, &key);
  return key;
}

std::optional<Sequence> DecodeSequenceKey(std::string_view key) {
  Sequence sequence = 0;
  if (!TakeSequence(&key, &sequence) || !key.empty()) return std::nullopt;
  return sequence;
}

std::string PaymentIdKey(const PaymentKey& key) {
  static_assert(kMaxSourceBytes < 256);
  std::string bytes;
  bytes.reserve(1 + key.source.size() + key.payment_id.size());
  bytes.push_back(static_cast<char>(key.source.size()));
  bytes += key.source;
  bytes += key.payment_id;
  return bytes;
}

std::string EncodeBookingKey(const BookingKey& key) {
  std::string bytes;
  AppendCell(key.fiscal_year, key.project_code, key.date, &bytes);
  AppendSequence(key.sequence, &bytes);
  bytes.push_back(key.taken_from ? 1 : 0);
  return bytes;
}

std::optional<BookingKey> DecodeBookingKey(std::string_view bytes) {
  BookingKey key;
  if (!TakeCell(&bytes, &key.fiscal_year, &key.project_code, &key.date)) return std::nullopt;
  if (!TakeSequence(&bytes, &key.sequence)) return std::nullopt;
  if (bytes.size() != 1 || static_cast<unsigned char>(bytes[0]) > 1) return std::nullopt;
  key.taken_from = bytes[0] == 1;
  return key;
}

std::string EncodeTotalKey(const TotalKey& key) {
  std::string bytes;
  AppendCell(key.fiscal_year, key.project_code, key.date, &bytes);
  AppendSequence(key.checkpoint, &bytes);
  return bytes;
}

std::optional<TotalKey> DecodeTotalKey(std::string_view bytes) {
  TotalKey key;
  if (!TakeCell(&bytes, &key.fiscal_year, &key.project_code, &key.date)) return std::nullopt;
  if (!TakeSequence(&bytes, &key.checkpoint) || !bytes.empty()) return std::nullopt;
  return key;
}

std::string YearPrefix(int fiscal_year) {
  std::string bytes;
  AppendBigEndian(static_cast<uint16_t>(fiscal_year), &bytes);
  return bytes;
}

std::string EncodeInt64(int64_t value) {
  std::string bytes;
  const auto bits = static_cast<uint64_t>(value);
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<char>((bits >> shift) & 0xff));
  }
  return bytes;
}

std::optional<int64_t> DecodeInt64(std::string_view value) {
  if (value.size() != 8) return std::nullopt;
  uint64_t bits = 0;
  for (int i = 7; i >= 0; --i) {
    bits = (bits << 8) | static_cast<unsigned char>(value[static_cast<size_t>(i)]);
  }
  return static_cast<int64_t>(bits);
}

std::string EncodeTotal(const Total& total) {
  return EncodeInt64(total.amount_fen) + EncodeInt64(total.payment_count);
}

std::optional<Total> DecodeTotal(std::string_view value) {
  if (value.size() != 16) return std::nullopt;
  return Total{*DecodeInt64(value.substr(0, 8)), *DecodeInt64(value.substr(8))};
}

}  // namespace budgetwatch
