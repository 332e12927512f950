// Input: a date, an amount or a share as text. What is read is written back in its one
// canonical form, which reads as the same value.

#include "base/text.h"
#include "domain/date.h"
#include "domain/money.h"
#include "domain/plan.h"
#include "fuzz/fuzz_input.h"

namespace budgetwatch {
namespace {

void CheckDate(std::string_view text) {
  const auto date = Date::Parse(text);
  if (!date) return;
  BW_CHECK(date->ToString() == text);
  BW_CHECK(Date::FromCivil(date->year(), date->month(), date->day()) == *date);
  BW_CHECK(Date::FromDayNumber(date->day_number()) == *date);
}

void CheckMoney(std::string_view text) {
  for (const MoneyUnit unit : {MoneyUnit::kYuan, MoneyUnit::kTenThousandYuan}) {
    const auto fen = ParseMoney(text, unit);
    if (!fen.ok()) continue;
    for (const bool grouped : {false, true}) {
      const auto again = ParseMoney(FormatYuan(fen.value(), grouped), MoneyUnit::kYuan);
      BW_CHECK(again.ok());
      BW_CHECK(again.value() == fen.value());
    }
    BW_CHECK(!FormatTenThousandYuan(fen.value()).empty());
  }
}

void CheckPercent(std::string_view text) {
  const auto ppm = ParsePercent(text);
  if (!ppm) return;
  BW_CHECK(*ppm >= 0 && *ppm <= kFullSharePpm);
  BW_CHECK(ParsePercent(FormatPercent(*ppm)) == ppm);
}

void CheckText(std::string_view text) {
  const std::string normal = NormalizeNfkc(text);
  if (!IsValidUtf8(text)) {
    BW_CHECK(normal == text);
    return;
  }
  BW_CHECK(IsValidUtf8(normal));
  BW_CHECK(NormalizeNfkc(normal) == normal);
  for (const size_t limit : {size_t{8}, size_t{64}}) {
    BW_CHECK(IsValidUtf8(Abbreviate(text, limit)));
  }
}

}  // namespace
}  // namespace budgetwatch

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = budgetwatch::FuzzInput(data, size).Rest();
  budgetwatch::CheckDate(text);
  budgetwatch::CheckMoney(text);
  budgetwatch::CheckPercent(text);
  budgetwatch::CheckText(text);
  return 0;
}
