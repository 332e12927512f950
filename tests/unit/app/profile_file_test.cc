// Goal: every key of a profile reaches its place, and everything that is wrong is named with
// file, line, key and cure; the profiles of deploy/ are what they say.
// Method: files with all keys; tables of single faults; the files themselves.

#include "app/profile_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "domain/score_rules.h"
#include "support/builders.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ProfileFileTest : public testing::Test {
 protected:
  std::string Write(const std::string& text) {
    std::ofstream(path_) << text;
    return path_;
  }

  // What is wrong with a profile, or "".
  std::string ProfileError(const std::string& text) {
    const auto profile = ReadProfileFile(Write(text));
    return profile.ok() ? "" : profile.error().message;
  }

  Profile Deployed(const std::string& name) {
    auto profile = ReadProfileFile(std::string(BW_DEPLOY_DIR) + "/profiles/" + name);
    EXPECT_TRUE(profile.ok()) << profile.error().message;
    return profile.ok() ? std::move(profile).value() : Profile();
  }

  TemporaryDirectory directory_;
  const std::string path_ = (directory_.path() / "file.yaml").string();
};

TEST_F(ProfileFileTest, EveryKeyIsRead) {
  const auto read =
      ReadProfileFile(Write("name: 河北\n"
                            "tolerance_percent: 7.5\n"
                            "severe_percent: '30'\n"
                            "backloaded_percent: 0.0001\n"
                            "backloaded_after: 02-29\n"
                            "rush_percent: 1\n"
                            "shortfall_percent: 2\n"
                            "divergence_percent: 100\n"
                            "monitoring_days: [01-31, 12-31]\n"
                            "review_days: [08-31]\n"
                            "floors:\n"
                            "  - {date: 06-30, percent: 45}\n"
                            "  - {date: 09-30, percent: 75}\n"
                            "score:\n"
                            "  execution_weight: 12.5\n"
                            "  sections:\n"
                            "    - {name: 成本, words: [成本, 费用], weight: 20.25}\n"
                            "    - {name: 其他, words: [产], weight: '67.25'}\n"
                            "  tiers: {achieved_from: 90, partly_from: 50}\n"
                            "  grades:\n"
                            "    - {name: 合格, from: 59.99}\n"
                            "    - {name: 不合格, from: 0}\n"
                            "wording:\n"
                            "  monitoring_title: 监控表\n"
                            "  evaluation_title: 自评表\n"
                            "  impossible: 不可能\n"));
  ASSERT_TRUE(read.ok()) << read.error().message;
  Profile profile;
  profile.name = "河北";
  profile.tolerance_ppm = 75'000;
  profile.severe_ppm = 300'000;
  profile.backloaded_ppm = 1;
  profile.backloaded_after = {2, 29};
  profile.rush_ppm = 10'000;
  profile.shortfall_ppm = 20'000;
  profile.divergence_ppm = 1'000'000;
  profile.monitoring_days = {{1, 31}, {12, 31}};
  profile.review_days = {{8, 31}};
  profile.floors = {{6, 30, 450'000}, {9, 30, 750'000}};
  profile.score.execution_weight_centi = 1'250;
  profile.score.sections = {{"成本", {"成本", "费用"}, 2'025}, {"其他", {"产"}, 6'725}};
  profile.score.achieved_from_percent = 90;
  profile.score.partly_from_percent = 50;
  profile.score.grades = {{"合格", 5'999}, {"不合格", 0}};
  profile.wording = {"监控表", "自评表", "不可能"};
  EXPECT_TRUE(read.value() == profile);
}

TEST_F(ProfileFileTest, WhatIsLeftOutIsBuiltIn) {
  for (const char* text : {"name: mof-2020\n", "{}\n", "name:\nscore:\nwording: {}\n",
                           "score: {tiers: {partly_from: 60}}\n"}) {
    const auto read = ReadProfileFile(Write(text));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_TRUE(read.value() == Profile()) << text;
  }
}

TEST_F(ProfileFileTest, ReviewsMayBeLeftToPeople) {
  const auto read = ReadProfileFile(Write("review_days: []\n"));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(read.value().review_days.empty());
}

TEST_F(ProfileFileTest, TheDocumentedProfileIsTheBuiltInOne) {
  EXPECT_TRUE(Deployed("mof-2020.yaml") == Profile());
  // Every key stands in it with its value, none is left to what is built in.
  std::ifstream file(std::string(BW_DEPLOY_DIR) + "/profiles/mof-2020.yaml");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  for (const char* key : {"name",
                          "tolerance_percent",
                          "severe_percent",
                          "backloaded_percent",
                          "backloaded_after",
                          "rush_percent",
                          "shortfall_percent",
                          "divergence_percent",
                          "monitoring_days",
                          "review_days",
                          "floors",
                          "score",
                          "  execution_weight",
                          "  sections",
                          "  tiers",
                          "    achieved_from",
                          "    partly_from",
                          "  grades",
                          "wording",
                          "  monitoring_title",
                          "  evaluation_title",
                          "  impossible"}) {
    EXPECT_THAT(text, HasSubstr("\n" + std::string(key) + ":"));
  }
}

TEST_F(ProfileFileTest, OtherDeployedProfilesChangeTheirScoresAlone) {
  Profile cost;
  cost.name = "mof-2021";
  cost.score.sections = {{"成本指标", {"成本"}, 2'000},
                         {"产出指标", {"产出", "数量", "质量", "时效"}, 4'000},
                         {"满意度指标", {"满意度", "服务对象", "受益对象"}, 1'000},
                         {"效益指标", {"效益", "效果", "经济", "社会", "生态", "可持续"}, 2'000}};
  EXPECT_TRUE(Deployed("mof-2021.yaml") == cost);
  Profile hubei;
  hubei.name = "hubei";
  hubei.score.execution_weight_centi = 2'000;
  hubei.score.sections[0].weight_centi = 4'000;
  hubei.score.partly_from_percent = 50;
  EXPECT_TRUE(Deployed("hubei.yaml") == hubei);
}

TEST_F(ProfileFileTest, AnUnknownKeyIsNamedWithItsLineAndTheRightOne) {
  const struct {
    const char* text;
    const char* line;
    const char* path;
    const char* nearest;
  } cases[] = {
      {"tolerance_percnt: 5\n", "line 1", "tolerance_percnt", "\"tolerance_percent\""},
      {"floors:\n  - date: 06-30\n    percent: 45\n    day: 1\n", "line 4", "floors[0].day",
       "Known keys: date, percent"},
      {"score:\n  tier: {}\n", "line 2", "score.tier", "\"tiers\""},
      {"score:\n  tiers:\n    partly_form: 1\n", "line 3", "score.tiers.partly_form",
       "\"partly_from\""},
      {"score:\n  grades:\n    - {name: 优,\n       form: 1, from: 0}\n", "line 4",
       "score.grades[0].form", "\"from\""},
      {"score:\n  sections:\n    - {name: 优, word: [a], weight: 90}\n", "line 3",
       "score.sections[0].word", "\"words\""},
      {"wording:\n  title: x\n", "line 2", "wording.title", "Known keys: monitoring_title"}};
  for (const auto& test : cases) {
    EXPECT_THAT(ProfileError(test.text), AllOf(HasSubstr(path_), HasSubstr(test.line),
                                               HasSubstr(test.path), HasSubstr(test.nearest)));
  }
}

TEST_F(ProfileFileTest, BadOnesAreRefusedAtTheirKey) {
  for (const auto& [text, key] :
       {std::pair("tolerance_percent: 101\n", "tolerance_percent"),
        std::pair("tolerance_percent: -1\n", "tolerance_percent"),
        std::pair("tolerance_percent: 5%\n", "tolerance_percent"),
        std::pair("severe_percent: 1e1\n", "severe_percent"),
        std::pair("backloaded_percent: 1.00001\n", "backloaded_percent"),
        std::pair("backloaded_after: 13-01\n", "backloaded_after"),
        std::pair("backloaded_after: 2020-10-31\n", "backloaded_after"),
        std::pair("backloaded_after: 2-29\n", "backloaded_after"),
        std::pair("rush_percent: x\n", "rush_percent"),
        std::pair("shortfall_percent: 100.1\n", "shortfall_percent"),
        std::pair("divergence_percent: [1]\n", "divergence_percent"),
        std::pair("monitoring_days: [06-31]\n", "monitoring_days"),
        std::pair("monitoring_days: []\n", "monitoring_days"),
        std::pair("monitoring_days: 06-30\n", "monitoring_days"),
        std::pair("monitoring_days: [06-30, 06-30]\n", "lists 06-30 twice"),
        std::pair("review_days: [06-31]\n", "review_days"),
        std::pair("review_days: [07-31, 07-31]\n", "lists 07-31 twice"),
        std::pair("floors: [{date: 06-31, percent: 45}]\n", "floors[0].date"),
        std::pair("floors: [{date: 06-30, percent: x}]\n", "floors[0].percent"),
        std::pair("floors: [{date: 06-30}]\n", "percent"),
        std::pair("floors: [06-30]\n", "floors[0]"),
        std::pair("severe_percent: 4.9999\n", "severe_percent"),
        std::pair("tolerance_percent: 21\n", "tolerance_percent"),
        std::pair("name: ''\n", "name: must be a text"),
        std::pair("wording: {monitoring_title: ''}\n", "wording.monitoring_title"),
        std::pair("wording: {impossible: [x]}\n", "wording.impossible")}) {
    EXPECT_THAT(ProfileError(text), HasSubstr(key)) << text;
  }
  EXPECT_EQ(ProfileError("severe_percent: 5\n"), "");
  EXPECT_THAT(ProfileError("name: " + std::string(201, 'a') + "\n"), HasSubstr("1 to 200 bytes"));
}

// Score rules below `score:`, in the second line of the file.
TEST_F(ProfileFileTest, BadScoreRulesAreRefusedAtTheirKey) {
  const std::string section = "{name: 甲, words: [甲], weight: 50}";
  const struct {
    std::string text;
    const char* path;
    const char* cure;
  } cases[] = {
      {"execution_weight: 20", "score.sections: ", "sum to 110, not to 100"},
      {"sections: [" + section + "]", "line 2, score.sections: ", "sum to 60, not to 100"},
      {"execution_weight: 100", "score.execution_weight: ", "below 100"},
      {"execution_weight: 10.001", "score.execution_weight: ", "at most two decimals"},
      {"execution_weight: ten", "score.execution_weight: ", "points from 0 to 100"},
      {"sections: []", "score.sections: ", "1 to 20 items"},
      {"sections: [" + section + ", {name: 甲, words: [乙], weight: 40}]",
       "score.sections[1].name: ", "name of its own"},
      {"sections: [" + section + ", {name: 乙, words: [甲乙], weight: 40}]",
       "score.sections[1].words: ", "\"甲乙\" is never reached"},
      {"sections: [" + section + ", {name: 乙, words: [''], weight: 40}]",
       "score.sections[1].words: ", "would take every indicator"},
      {"sections: [" + section + ", {name: 乙, words: [], weight: 40}]",
       "score.sections[1].words: ", "1 to 20 words"},
      {"sections: [" + section + ", {name: 乙, weight: 40}]",
       "score.sections[1].words: ", "1 to 20 words"},
      {"sections: [" + section + ", {words: [乙], weight: 40}]",
       "score.sections[1].name: ", "is missing"},
      {"sections: [" + section + ", {name: 乙, words: [乙]}]",
       "score.sections[1].weight: ", "is missing"},
      {"sections: [{name: 甲, words: [甲], weight: 90}, {name: 乙, words: [乙], weight: 0}]",
       "score.sections[1].weight: ", "above 0"},
      {"sections: [甲]", "score.sections[0]: ", ""},
      {"tiers: {partly_from: 80}", "score.tiers.partly_from: ", "overlap"},
      {"tiers: {achieved_from: 60}", "score.tiers.partly_from: ", "overlap"},
      {"tiers: {partly_from: 0}", "score.tiers.partly_from: ", "1 to 100"},
      {"tiers: {achieved_from: 80.5}", "score.tiers.achieved_from: ", "whole number"},
      {"tiers: {achieved_from: 101}", "score.tiers.achieved_from: ", "0 – 100"},
      {"tiers: [80, 60]", "score.tiers: ", ""},
      {"grades: []", "score.grades: ", "1 to 20 items"},
      {"grades: [{name: 中, from: 60}, {name: 优, from: 90}, {name: 差, from: 0}]",
       "score.grades[1].from: ", "from the best down"},
      {"grades: [{name: 优, from: 90}, {name: 差, from: 10}]",
       "score.grades[1].from: ", "must be 0"},
      {"grades: [{name: 优, from: 90}, {name: 优, from: 0}]",
       "score.grades[1].name: ", "name of its own"},
      {"grades: [{name: 优, from: 100.01}, {name: 差, from: 0}]",
       "score.grades[0].from: ", "points from 0 to 100"},
      {"grades: [{name: 优}]", "score.grades[0].from: ", "is missing"},
  };
  for (const auto& test : cases) {
    EXPECT_THAT(ProfileError("score:\n  " + test.text + "\n"),
                AllOf(HasSubstr(test.path), HasSubstr(test.cure), HasSubstr("line ")))
        << test.text;
  }
}

TEST_F(ProfileFileTest, EveryErrorIsTold) {
  const std::string error =
      ProfileError("tolerance_percent: x\nscore:\n  execution_weight: y\nwording: 5\nfoo: 1\n");
  EXPECT_THAT(error, AllOf(HasSubstr("line 1"), HasSubstr("line 3"), HasSubstr("line 4"),
                           HasSubstr("line 5")));
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 3);
}

TEST_F(ProfileFileTest, FilesThatAreNoneAreRefused) {
  const auto directory = ReadProfileFile(directory_.path().string());
  ASSERT_FALSE(directory.ok());
  EXPECT_THAT(directory.error().message, HasSubstr("is a directory"));
  const auto missing = ReadProfileFile((directory_.path() / "missing.yaml").string());
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().reason, "INVALID_FIELD");
}

}  // namespace
}  // namespace budgetwatch
