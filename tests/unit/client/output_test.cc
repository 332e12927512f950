// Goal: what scripts read keeps its shape: JSON with defaults but without absent
// optionals, CSV by RFC 4180, exit codes, --known-at, figures and words.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "budgetctl/context.h"
#include "budgetctl/csv.h"
#include "budgetctl/figures.h"
#include "budgetctl/file_output.h"
#include "budgetctl/json.h"
#include "budgetctl/known_at.h"
#include "budgetwatch/v1/error_reason.pb.h"

namespace budgetwatch::ctl {
namespace {

TEST(JsonTest, AbsentOptionalsStayAbsentAndDefaultsArePrinted) {
  v1::ProjectExecution line;
  const std::string json = ToJsonLine(line);
  EXPECT_EQ(json.find("executionRatio"), std::string::npos) << json;
  EXPECT_EQ(json.find("deviationRatio"), std::string::npos) << json;
  EXPECT_NE(json.find("\"plannedRatio\":0"), std::string::npos) << json;
  EXPECT_NE(json.find("\"budgetFen\":\"0\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"findings\":[]"), std::string::npos) << json;
  line.set_execution_ratio(0);
  EXPECT_NE(ToJsonLine(line).find("\"executionRatio\":0"), std::string::npos);
}

TEST(JsonTest, BlankCheckpointAndUnwrittenComparatorAreAbsent) {
  EXPECT_EQ(ToJsonLine(v1::Checkpoint()), "{\"date\":\"\"}\n");
  EXPECT_EQ(ToJsonLine(v1::Target()),
            "{\"kind\":\"TARGET_KIND_UNSPECIFIED\",\"value\":\"\",\"upperValue\":\"\","
            "\"unit\":\"\",\"comparatorWritten\":false,\"notes\":[]}\n");
}

TEST(CsvTest, QuotesWhatNeedsIt) {
  std::ostringstream out;
  WriteCsvRecord(out, {"甲", "a,b", "say \"x\"", "two\nlines", ""});
  EXPECT_EQ(out.str(), "甲,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\r\n");
}

TEST(FiguresTest, SharesHaveTwoDecimals) {
  EXPECT_EQ(FormatShare(0.1004), "10.04%");
  EXPECT_EQ(FormatShare(1.0), "100.00%");
  EXPECT_EQ(FormatShare(std::nullopt), "-");
  // A half goes up however its double lies: 41.5/80 cut off by division, 0.98125 and 0.125%.
  EXPECT_EQ(FormatShare(std::nextafter(41.5 / 80, 0)), "51.88%");
  EXPECT_EQ(FormatShare(0.98125), "98.13%");
  EXPECT_EQ(FormatShare(0.00125), "0.13%");
  EXPECT_EQ(FormatPoints(-0.98125), "-98.13");
  EXPECT_EQ(FormatShare(0.5187499), "51.87%");
  EXPECT_EQ(FormatPoints(-0.27164), "-27.16");
  EXPECT_EQ(FormatPoints(-0.00001), "+0.00");
  EXPECT_EQ(FormatShare(1e300).size(), 307u);
}

TEST(KnownAtTest, DigitsAreASequence) {
  const auto known_at = ParseKnownAt("2020");
  ASSERT_TRUE(known_at.has_value());
  EXPECT_EQ(known_at->sequence(), 2020);
  EXPECT_EQ(ParseKnownAt("0")->moment_case(), v1::KnownAt::kSequence);
  EXPECT_EQ(ParseKnownAt("9223372036854775807")->sequence(), INT64_MAX);
}

TEST(KnownAtTest, AnythingElseIsATime) {
  EXPECT_EQ(ParseKnownAt("1970-01-01T08:00:10+08:00")->time().seconds(), 10);
  EXPECT_EQ(ParseKnownAt("1970-01-01T00:00:10.5Z")->time().nanos(), 500'000'000);
}

TEST(KnownAtTest, RefusesTheRest) {
  for (const char* text : {"", "now", "-1", "1.5", "2020-06-30", "9223372036854775808",
                           "2020-13-01T00:00:00Z", "2020-06-30 08:00:00"}) {
    EXPECT_FALSE(ParseKnownAt(text).has_value()) << text;
  }
}

TEST(ExitCodeTest, EveryRefusalByTheServerIsAFailure) {
  EXPECT_EQ(ExitCodeOf(client::CallStatus()), ExitCode::kDone);
  for (const auto code : {client::CallCode::kInvalidArgument, client::CallCode::kNotFound,
                          client::CallCode::kUnavailable, client::CallCode::kDataLoss}) {
    EXPECT_EQ(ExitCodeOf(client::FailedCall(code, "no")), ExitCode::kFailed);
  }
}

TEST(TextTest, EveryReasonHasAChineseText) {
  const Speech chinese(Language::kChinese);
  std::set<std::string> texts;
  const auto* reasons = v1::ErrorReason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    if (reasons->value(i)->number() == 0) continue;
    const std::string name = reasons->value(i)->name().substr(sizeof("ERROR_REASON_") - 1);
    const std::string text = ReasonText(chinese, name, "as it came");
    EXPECT_NE(text, "as it came") << name;
    EXPECT_TRUE(texts.insert(text).second) << name;
  }
}

TEST(TextTest, EnglishAndUnknownReasonsGiveTheServersMessage) {
  EXPECT_EQ(ReasonText(Speech(Language::kEnglish), "ZERO_AMOUNT", "it is 0"), "it is 0");
  EXPECT_EQ(ReasonText(Speech(Language::kChinese), "OF_TOMORROW", "new"), "new");
  EXPECT_EQ(ReasonText(Speech(Language::kChinese), "OF_TOMORROW", ""), "OF_TOMORROW");
}

TEST(TextTest, EveryStatusHasItsWord) {
  std::set<std::string> words;
  for (int number = 1; number < v1::ExecutionStatus_ARRAYSIZE; ++number) {
    words.insert(Word(Speech(Language::kChinese), static_cast<v1::ExecutionStatus>(number)));
  }
  EXPECT_EQ(words,
            (std::set<std::string>{"超支", "严重滞后", "滞后", "超前", "完成", "未到期", "正常"}));
}

TEST(TextTest, CausesInBothLanguages) {
  EXPECT_EQ(ParseCause("facility"), v1::CAUSE_CLASS_FACILITY);
  EXPECT_EQ(ParseCause("经费保障"), v1::CAUSE_CLASS_FUNDING);
  EXPECT_EQ(ParseCause("其他"), v1::CAUSE_CLASS_OTHER);
  EXPECT_FALSE(ParseCause("").has_value());
  EXPECT_FALSE(ParseCause("weather").has_value());
}

class ReplaceFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "bw-out-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(ReplaceFileTest, ReplacesWholeAndLeavesNothingBeside) {
  const std::string path = folder_ / "plan.yaml";
  EXPECT_EQ(ReplaceFile(path, "old"), "");
  EXPECT_EQ(ReplaceFile(path, "new"), "");
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  EXPECT_EQ(content.str(), "new");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(ReplaceFileTest, SaysWhyItCannot) {
  EXPECT_NE(ReplaceFile(folder_ / "missing" / "plan.yaml", "x"), "");
}

}  // namespace
}  // namespace budgetwatch::ctl
