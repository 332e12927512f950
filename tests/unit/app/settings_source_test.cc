// Goal: flags override the file, and who is told of an error is told where he set it.
// Method: files and flags that are wrong in one place.

#include "app/settings_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class SettingsSourceTest : public testing::Test {
 protected:
  void Write(const std::string& text) { std::ofstream(source_.config_file) << text; }

  std::string Error() const {
    const auto read = source_.Read();
    return read.ok() ? "" : read.error().message;
  }

  TemporaryDirectory directory_;
  SettingsSource source_{(directory_.path() / "file.yaml").string(), {}};
};

TEST_F(SettingsSourceTest, FlagsOverrideTheFileEachTimeItIsRead) {
  Write("data_dir: /file\nlog_level: error\n");
  source_.flags["data_dir"] = "/flag";
  EXPECT_EQ(source_.Read().value().data_dir, "/flag");
  EXPECT_EQ(source_.Read().value().log_level, "error");
  Write("data_dir: /other\nlog_level: debug\n");
  EXPECT_EQ(source_.Read().value().data_dir, "/flag");
  EXPECT_EQ(source_.Read().value().log_level, "debug");
  source_ = {"", {}};
  EXPECT_EQ(source_.Read().value().data_dir, Options().data_dir);
}

TEST_F(SettingsSourceTest, WhatDoesNotGoTogetherIsToldWithItsLine) {
  Write("data_dir: /srv/ledger\n\nmax_queued_mib: 600\n");
  EXPECT_THAT(Error(), AllOf(StartsWith(source_.config_file + ": line 3, max_queued_mib must"),
                             HasSubstr("half of memory_limit_mib")));
  Write("backup_dir: /srv/ledger/backups\ndata_dir: /srv/ledger\n");
  EXPECT_THAT(Error(), StartsWith(source_.config_file + ": line 1, backup_dir must"));
  // The flag makes it good.
  source_.flags["data_dir"] = "/srv/elsewhere";
  EXPECT_EQ(Error(), "");
}

TEST_F(SettingsSourceTest, WhatAFlagBreaksIsNotBlamedOnTheFile) {
  Write("listen: 127.0.0.1:7470\n");
  source_.flags["listen"] = "nowhere";
  EXPECT_THAT(Error(), StartsWith("command line: listen \"nowhere\" is not HOST:PORT"));
  source_.flags = {{"today", "tomorrow"}};
  EXPECT_THAT(Error(), StartsWith("--today \"tomorrow\" is no date such as"));
}

TEST_F(SettingsSourceTest, AProfileThatIsGoneIsToldWithWhereItIsNamed) {
  Write("log_level: info\nprofile: /nowhere/profile.yaml\n");
  EXPECT_THAT(Error(), AllOf(StartsWith(source_.config_file +
                                        ": line 2, profile: /nowhere/profile.yaml: cannot be"),
                             HasSubstr("check the name")));
  source_.flags["profile"] = directory_.path().string();
  EXPECT_THAT(Error(), AllOf(StartsWith("command line: profile: " + directory_.path().string()),
                             HasSubstr("is a directory")));
  source_.flags["profile"] = source_.config_file;
  EXPECT_EQ(Error(), "");
}

TEST_F(SettingsSourceTest, AnEmptyFileSaysHowToFillIt) {
  for (const char* text : {"", "# all of it is a comment\n"}) {
    Write(text);
    EXPECT_EQ(Error(), source_.config_file + ": the document is empty; write at least one key");
  }
}

TEST_F(SettingsSourceTest, AFileThatIsGoneIsAnError) {
  EXPECT_THAT(Error(), AllOf(HasSubstr(source_.config_file), HasSubstr("check the name")));
}

}  // namespace
}  // namespace budgetwatch
