// Input: the target text of an indicator. A reading is of one kind, with all that its
// kind needs and nothing else, and its exact value reads as itself.

#include "base/text.h"
#include "domain/date.h"
#include "domain/target.h"
#include "domain/target_number.h"
#include "domain/target_text.h"
#include "fuzz/fuzz_input.h"

namespace budgetwatch {
namespace {

// The number of a canonical decimal.
TargetNumber Canonical(const std::string& value) {
  const std::u32string text = DecodeTargetText(value);
  std::u32string_view rest = text;
  TargetNumber number;
  BW_CHECK(ReadDecimal(&rest, &number) == NumberReading::kRead);
  BW_CHECK(rest.empty());
  BW_CHECK(number.ToString() == value);
  return number;
}

void CheckDate(const std::string& value) {
  if (value.starts_with("--")) {
    // 29 February exists in some years.
    BW_CHECK(Date::Parse("2020-" + value.substr(2)).has_value());
  } else {
    BW_CHECK(Date::Parse(value).has_value());
  }
}

void CheckTarget(const Target& target) {
  const bool range = target.comparator == Comparator::kRange;
  BW_CHECK(range == !target.upper_value.empty());
  BW_CHECK(!target.comparator_written || target.comparator.has_value());
  BW_CHECK(IsValidUtf8(target.unit));
  switch (target.kind) {
    case TargetKind::kQuantitative: {
      const TargetNumber number = Canonical(target.value);
      if (range) BW_CHECK(number.Compare(Canonical(target.upper_value)) <= 0);
      break;
    }
    case TargetKind::kBoolean: BW_CHECK(target.value == "是" || target.value == "否"); break;
    case TargetKind::kQualitative:
      BW_CHECK(target.value.empty() && target.upper_value.empty());
      break;
    case TargetKind::kDate:
      CheckDate(target.value);
      if (range) CheckDate(target.upper_value);
      break;
  }
}

}  // namespace
}  // namespace budgetwatch

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = budgetwatch::FuzzInput(data, size).Rest();
  const budgetwatch::Target target = budgetwatch::ReadTarget(text);
  budgetwatch::CheckTarget(target);
  if (!budgetwatch::IsValidUtf8(text)) return 0;
  BW_CHECK(budgetwatch::EncodeTargetText(budgetwatch::DecodeTargetText(text)) == text);
  // White space around a text says nothing, as long as the whole is not too long.
  constexpr size_t kSurelyShort = 1000;
  if (text.size() > kSurelyShort) return 0;
  BW_CHECK(budgetwatch::ReadTarget(" " + std::string(text) + "\n") == target);
  return 0;
}
