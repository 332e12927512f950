// Goal: whatever is read as a target, the reading has one of the four shapes, with all that
// its kind needs and nothing else.
// Method: texts put together from pieces of targets at random. BUDGETWATCH_SEED replays a
// failure. Whether a reading is the right one is compared in target_readings.py.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domain/target.h"
#include "domain/target_check.h"
#include "support/seeded_random.h"

namespace budgetwatch {
namespace {

// What holds for every reading, whatever was read.
void CheckShape(const std::string& text) {
  const Target target = ReadTarget(text);
  const auto fault = FindTargetFault(target);
  EXPECT_FALSE(fault) << text << ": " << fault->field << ": " << fault->en;
  EXPECT_TRUE(!target.comparator_written || target.comparator) << text;
  EXPECT_TRUE(target.kind != TargetKind::kDate || target.comparator) << text;
}

TEST(TargetProperty, MangledTextsKeepTheShapeOfAReading) {
  const std::vector<std::string> pieces = {
      "≥",    "≤",    "不少于", "以上", "以内", "95", "0",      "-",    ".",  ",",  "%",
      "‰",    "万",   "亿",     "元",   "次",   "每", "年",     "月",   "日", "底", "前",
      "至",   "且",   "±",      "(",    "含",   ")",  "百分之", "三",   "十", "零", "点",
      "增长", "完成", "2021",   "/",    "*",    "人", "级",     "左右", "约", "是", "\xE4"};
  const uint64_t seed = SeedOfThisRun();
  SCOPED_TRACE("BUDGETWATCH_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int64_t left = 1 + random.Below(8); left > 0; --left) {
      text += pieces[static_cast<size_t>(random.Below(static_cast<int64_t>(pieces.size())))];
    }
    CheckShape(text);
  }
}

}  // namespace
}  // namespace budgetwatch
