// Goal: a reading that was given from outside is taken when each part fits its kind, and
// otherwise the part that does not is named.
#include "domain/target_check.h"

#include <gtest/gtest.h>

#include <string>

namespace budgetwatch {
namespace {

constexpr auto kQuantity = TargetKind::kQuantitative;
constexpr auto kWord = TargetKind::kBoolean;
constexpr auto kText = TargetKind::kQualitative;
constexpr auto kDate = TargetKind::kDate;
constexpr auto kGe = Comparator::kGe;
constexpr auto kLe = Comparator::kLe;
constexpr auto kRange = Comparator::kRange;
constexpr std::nullopt_t kNone = std::nullopt;

// The field with a fault; empty when there is none.
std::string Fault(TargetKind kind, std::optional<Comparator> comparator, const char* value,
                  const char* upper = "", const char* unit = "") {
  const auto fault = FindTargetFault({kind, comparator, value, upper, unit, false, {}});
  if (!fault) return "";
  EXPECT_STRNE(fault->zh, "");
  EXPECT_STRNE(fault->en, "");
  return fault->field;
}

TEST(FindTargetFault, Quantities) {
  EXPECT_EQ(Fault(kQuantity, kNone, "90"), "");
  EXPECT_EQ(Fault(kQuantity, kGe, "-0.97", "", "万元"), "");
  EXPECT_EQ(Fault(kQuantity, kRange, "-5", "5", "%"), "");
  EXPECT_EQ(Fault(kQuantity, kRange, "5", "5"), "");
  for (const char* value : {"", "many", "1,000", "5.", ".5", "+5", "5%", "５", "--5", "1e5"}) {
    EXPECT_EQ(Fault(kQuantity, kGe, value), "value") << value;
  }
  EXPECT_EQ(Fault(kQuantity, kRange, "5"), "upper_value");
  EXPECT_EQ(Fault(kQuantity, kRange, "5", "many"), "upper_value");
  EXPECT_EQ(Fault(kQuantity, kRange, "10", "9.5"), "upper_value");
  EXPECT_EQ(Fault(kQuantity, kGe, "5", "6"), "upper_value");
  EXPECT_EQ(Fault(kQuantity, kGe, "5", "many"), "upper_value");
}

TEST(FindTargetFault, Dates) {
  EXPECT_EQ(Fault(kDate, kLe, "2020-10-31"), "");
  EXPECT_EQ(Fault(kDate, kNone, "--02-29"), "");
  EXPECT_EQ(Fault(kDate, kRange, "2020-11-01", "2021-02-28"), "");
  EXPECT_EQ(Fault(kDate, kRange, "--03-01", "--03-01"), "");
  for (const char* value :
       {"", "2020-02-30", "2021-02-29", "2020-1-1", "--2-29", "-10-31", "月底"}) {
    EXPECT_EQ(Fault(kDate, kLe, value), "value") << value;
  }
  EXPECT_EQ(Fault(kDate, kGe, "2020-10-31"), "comparator");
  EXPECT_EQ(Fault(kDate, kRange, "2020-10-31"), "upper_value");
  EXPECT_EQ(Fault(kDate, kRange, "2020-10-31", "2020-10-30"), "upper_value");
  EXPECT_EQ(Fault(kDate, kRange, "--10-31", "2020-12-31"), "upper_value");
  EXPECT_EQ(Fault(kDate, kLe, "2020-10-31", "2020-12-31"), "upper_value");
  EXPECT_EQ(Fault(kDate, kLe, "2020-10-31", "", "天"), "unit");
}

TEST(FindTargetFault, WordsAndTexts) {
  EXPECT_EQ(Fault(kWord, kNone, "是"), "");
  EXPECT_EQ(Fault(kWord, kNone, "否"), "");
  EXPECT_EQ(Fault(kWord, kNone, "yes"), "value");
  EXPECT_EQ(Fault(kWord, kGe, "是"), "comparator");
  EXPECT_EQ(Fault(kWord, kNone, "是", "否"), "upper_value");
  EXPECT_EQ(Fault(kWord, kNone, "是", "", "个"), "unit");
  EXPECT_EQ(Fault(kText, kNone, ""), "");
  EXPECT_EQ(Fault(kText, kNone, "3"), "value");
  EXPECT_EQ(Fault(kText, kLe, ""), "comparator");
  EXPECT_EQ(Fault(kText, kNone, "", "", "个"), "unit");
}

}  // namespace
}  // namespace budgetwatch
