// Goal: the table of settings holds what the file, the flags and the help are made from,
// without gaps, and what is printed from it is what is delivered.
// Method: every entry by the same rules; the delivered file byte by byte.

#include "app/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "app/settings_source.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class SettingsTest : public testing::Test {
 protected:
  // Values by name of a configuration file, or the error under "error".
  std::map<std::string, std::string> Read(const std::string& text) {
    const std::string path = (directory_.path() / "file.yaml").string();
    std::ofstream(path) << text;
    Options options;
    const Status status = ReadConfigFile(path, &options);
    return status.ok() ? Values(options) : Map{{"error", status.error().message}};
  }

  using Map = std::map<std::string, std::string>;

  static Map Values(const Options& options) {
    Map values;
    for (const Setting& setting : AllSettings()) {
      values[std::string(setting.name)] = ValueText(setting, options);
    }
    return values;
  }

  TemporaryDirectory directory_;
};

// A good value that is not the default.
std::string OtherValue(const Setting& setting) {
  if (const auto* number = std::get_if<NumberForm>(&setting.form)) {
    const bool is_first = number->get(Options()) == number->first;
    return std::to_string(is_first ? number->last : number->first);
  }
  const auto* text = std::get_if<TextForm>(&setting.form);
  if (text == nullptr) return "2020-02-29";
  switch (text->kind) {
    case TextForm::Kind::kAddress: return "[::1]:1";
    case TextForm::Kind::kTimeZone: return "Asia/Urumqi";
    case TextForm::Kind::kLogLevel: return "error";
    default: return "/mnt/other";
  }
}

TEST_F(SettingsTest, TheDeliveredConfigurationIsWhatIsPrinted) {
  EXPECT_EQ(ReadAll(std::string(BW_DEPLOY_DIR) + "/budgetwatchd.yaml"), DefaultConfiguration());
}

TEST_F(SettingsTest, WhatIsPrintedAreTheDefaultsAndTheyAreGood) {
  EXPECT_EQ(Read(DefaultConfiguration()), Values(Options()));
  const Status status = CheckOptions(Options());
  EXPECT_TRUE(status.ok()) << status.error().message;
  std::istringstream lines(DefaultConfiguration());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 96u) << line;
}

TEST_F(SettingsTest, EverySettingHasAPlaceOfItsOwn) {
  for (const Setting& setting : AllSettings()) {
    const std::string name(setting.name);
    const std::string value = OtherValue(setting);
    Map expected = Values(Options());
    EXPECT_NE(expected[name], value);
    expected[name] = value;
    EXPECT_EQ(Read(name + ": '" + value + "'\n"), expected) << name;
    // And is taken over alone.
    std::ofstream((directory_.path() / "other.yaml").string()) << name << ": '" << value << "'\n";
    Options other;
    ASSERT_TRUE(ReadConfigFile((directory_.path() / "other.yaml").string(), &other).ok());
    Options target;
    CopyValue(setting, other, &target);
    EXPECT_EQ(Values(target), expected) << name;
  }
}

TEST_F(SettingsTest, NumbersHaveTheBoundsThatAreTold) {
  for (const Setting& setting : AllSettings()) {
    const auto* number = std::get_if<NumberForm>(&setting.form);
    if (number == nullptr) continue;
    const std::string name(setting.name);
    for (const int64_t good : {number->first, number->last}) {
      EXPECT_EQ(Read(name + ": " + std::to_string(good) + "\n")[name], std::to_string(good));
      EXPECT_THAT(FormText(setting), HasSubstr(std::to_string(good)));
    }
    for (const int64_t bad : {number->first - 1, number->last + 1}) {
      EXPECT_THAT(Read(name + ": " + std::to_string(bad) + "\n")["error"],
                  AllOf(HasSubstr("line 1, " + name), HasSubstr(std::to_string(number->last))));
    }
  }
}

TEST_F(SettingsTest, TextsAndDatesAreCheckedWhereTheyAreRead) {
  for (const char* text : {"listen: nowhere\n", "metrics_listen: 1:99999\n", "log_level: loud\n",
                           "time_zone: Asia/Nowhere\n", "today: 1949-12-31\n", "data_dir: ''\n"}) {
    const std::string name = std::string(text).substr(0, std::string(text).find(':'));
    EXPECT_THAT(Read(text)["error"], HasSubstr("line 1, " + name + ": "));
  }
}

TEST_F(SettingsTest, EachIsExplainedOnce) {
  std::set<std::string_view> names;
  std::set<std::string_view> closed_sections;
  std::string_view section;
  const std::string help = SettingsHelp();
  for (const Setting& setting : AllSettings()) {
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
    EXPECT_GT(setting.summary.size(), 8u) << setting.name;
    EXPECT_FALSE(setting.summary.ends_with('.')) << setting.name;
    EXPECT_TRUE(setting.details.empty() || setting.details.ends_with('.')) << setting.name;
    EXPECT_TRUE(setting.flag.empty() || setting.flag.starts_with("--")) << setting.name;
    if (setting.section != section) {
      EXPECT_TRUE(closed_sections.insert(setting.section).second) << setting.section;
    }
    section = setting.section;
    EXPECT_THAT(help,
                HasSubstr((setting.reloads ? "* " : "  ") + std::string(setting.name) + "\n"));
  }
}

}  // namespace
}  // namespace budgetwatch
