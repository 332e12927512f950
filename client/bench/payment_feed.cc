#include "bench/payment_feed.h"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <utility>

namespace budgetwatch::bench {
namespace {

// Amounts from 20,971.52 to 2,684,354.55 yuan: those that take four bytes.
constexpr int64_t kAmountMinFen = int64_t{1} << 21;
constexpr int64_t kAmountEndFen = int64_t{1} << 28;
constexpr size_t kAmountOffset = 62;

// Twelve bytes of "a supplier" before its number, 21 of "progress payment".
constexpr char kPayeeText[] = "供应单位";
constexpr char kMemoText[] = "项目进度款支付";

// SplitMix64's finalizer, a bijection.
uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

// A number in [0, bound) from the upper half of a hash. REQUIRES: bound < 2^32.
int64_t Reduce(uint64_t hash, int64_t bound) {
  return static_cast<int64_t>(((hash >> 32) * static_cast<uint64_t>(bound)) >> 32);
}

void PutField(PaymentFeed::Field field, uint8_t number, uint8_t* event) {
  event[field.offset - 2] = static_cast<uint8_t>((number << 3) | 2);
  event[field.offset - 1] = static_cast<uint8_t>(field.size);
}

void PutText(std::string_view text, size_t offset, uint8_t* event) {
  std::memcpy(event + offset, text.data(), text.size());
}

}  // namespace

std::string FeedTag(std::string_view source, uint64_t seed) {
  uint64_t hash = 0xcbf29ce484222325u ^ seed;  // FNV-1a
  for (const char c : source) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  std::string tag;
  for (size_t i = 0; i < kFeedTagBytes; ++i) tag += "0123456789abcdef"[(hash >> (4 * i)) & 15];
  return tag;
}

PaymentFeed::PaymentFeed(FeedOptions options) : options_(std::move(options)), template_{} {
  uint8_t* event = template_.data();
  event[0] = (2 << 3) | 2;  // field `payments` of the request
  event[1] = kEventBytes - 2;
  PutField(kId, 1, event);
  PutText(options_.tag, kId.offset, event);
  event[kId.offset + kId.size] = (2 << 3) | 0;  // `kind`
  event[kId.offset + kId.size + 1] = 1;         // PAYMENT_KIND_PAYMENT
  PutField(kProject, 3, event);
  PutField(kDate, 4, event);
  event[kAmountOffset - 1] = (5 << 3) | 0;
  PutField(kPayee, 6, event);
  PutText(kPayeeText, kPayee.offset, event);
  PutField(kMemo, 7, event);
  PutText(kMemoText, kMemo.offset, event);

  char text[32];
  for (int i = 0; i < options_.project_count; ++i) {
    std::snprintf(text, sizeof text, "122-0601-JBN-%c%c%c%c", 'A' + i / 17'576 % 26,
                  'A' + i / 676 % 26, 'A' + i / 26 % 26, 'A' + i % 26);
    codes_ += text;
  }
  const std::chrono::sys_days first(std::chrono::year(options_.year) / 1 / 1);
  for (int i = 0; i < options_.day_count; ++i) {
    const std::chrono::year_month_day date(first + std::chrono::days(i));
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", options_.year,
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    dates_ += text;
  }
  for (int i = 0; i < 1'000; ++i) {
    std::snprintf(text, sizeof text, "%03d", i);
    digits_ += text;
  }
}

int64_t PaymentFeed::Resolve(int64_t index) const {
  // What a repeat points at may be a repeat too, of something earlier still.
  while (index > options_.repeat_distance) {
    const uint64_t hash = Mix(options_.seed * 0x9e3779b97f4a7c15u + static_cast<uint64_t>(index));
    if (static_cast<int>(hash % 1'000) >= options_.repeat_permille) break;
    const int64_t candidates = index - options_.repeat_distance;
    index = Reduce(Mix(hash), candidates);
  }
  return index;
}

FeedItem PaymentFeed::At(int64_t index) const {
  FeedItem item;
  item.original = Resolve(index);
  item.repeat = item.original != index;
  const uint64_t hash =
      Mix(~options_.seed * 0x9e3779b97f4a7c15u + static_cast<uint64_t>(item.original));
  item.project = static_cast<int>(Reduce(hash, options_.project_count));
  const uint64_t second = Mix(hash);
  item.day = static_cast<int>(Reduce(second, options_.day_count));
  item.amount_fen = kAmountMinFen + Reduce(second << 32, kAmountEndFen - kAmountMinFen);
  return item;
}

void PaymentFeed::Encode(const FeedItem& item, uint8_t* out) const {
  std::memcpy(out, template_.data(), kEventBytes);
  const uint64_t number = options_.scattered_ids ? Mix(static_cast<uint64_t>(item.original))
                                                 : static_cast<uint64_t>(item.original);
  uint8_t* id_end = out + kId.offset + kId.size;
  for (int i = 1; i <= 16; ++i) {
    *(id_end - i) = static_cast<uint8_t>("0123456789abcdef"[(number >> (4 * i - 4)) & 15]);
  }
  PutText(ProjectCode(item.project), kProject.offset, out);
  std::memcpy(out + kDate.offset, dates_.data() + kDate.size * static_cast<size_t>(item.day),
              kDate.size);
  auto amount = static_cast<uint64_t>(item.amount_fen);
  for (size_t i = 0; i < 4; ++i, amount >>= 7) {
    out[kAmountOffset + i] = static_cast<uint8_t>((amount & 127) | (i < 3 ? 128 : 0));
  }
  // Suppliers and purposes follow from the amount, some with many payments each.
  const auto value = static_cast<size_t>(item.amount_fen);
  uint8_t* payee_end = out + kPayee.offset + kPayee.size;
  std::memcpy(payee_end - 6, digits_.data() + value % 20 * 3, 3);
  std::memcpy(payee_end - 3, digits_.data() + value / 20 % 1'000 * 3, 3);
  uint8_t* memo_end = out + kMemo.offset + kMemo.size;
  std::memcpy(memo_end - 3, digits_.data() + value / 20'000 % 1'000 * 3, 3);
}

std::string_view PaymentFeed::ProjectCode(int project) const {
  return std::string_view(codes_).substr(kProject.size * static_cast<size_t>(project),
                                         kProject.size);
}

std::string_view TextOf(const uint8_t* event, PaymentFeed::Field field) {
  return {reinterpret_cast<const char*>(event) + field.offset, field.size};
}

}  // namespace budgetwatch::bench
