// Goal: every setting reaches its place, and everything that is wrong is named with file,
// line, key and cure before the daemon starts.
// Method: files with all keys; tables of single faults.

#include "app/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "app/command_line.h"
#include "app/settings_source.h"
#include "support/builders.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class OptionsTest : public testing::Test {
 protected:
  std::string Write(const std::string& text) {
    std::ofstream(path_) << text;
    return path_;
  }

  // What is wrong with a configuration, or "".
  std::string ConfigError(const std::string& text) {
    Options options;
    const Status status = ReadConfigFile(Write(text), &options);
    return status.ok() ? "" : status.error().message;
  }

  TemporaryDirectory directory_;
  const std::string path_ = (directory_.path() / "file.yaml").string();
};

TEST_F(OptionsTest, EveryKeyOfTheConfigurationIsRead) {
  Options options;
  const Status status = ReadConfigFile(Write("data_dir: /srv/ledger\n"
                                             "backup_dir: /mnt/backups\n"
                                             "backups_kept: 0\n"
                                             "listen: 0.0.0.0:1\n"
                                             "metrics_listen: localhost:65535\n"
                                             "profile: hebei.yaml\n"
                                             "time_zone: Asia/Urumqi\n"
                                             "today: 2020-07-01\n"
                                             "log_level: debug\n"
                                             "stop_timeout_seconds: 0\n"
                                             "max_queued_events: 1\n"
                                             "max_group_events: 1000000\n"
                                             "memory_limit_mib: 2048\n"
                                             "max_queued_mib: 100\n"
                                             "index_filter_mib: 300\n"
                                             "max_message_bytes: 4096\n"
                                             "max_batch_events: 9999\n"
                                             "max_batches_per_stream: 3\n"
                                             "max_streams: 4\n"
                                             "max_connections: 5\n"
                                             "max_calls_per_connection: 6\n"
                                             "max_source_events_per_second: 7\n"
                                             "max_peer_events_per_second: 8\n"
                                             "handshake_timeout_seconds: 9\n"
                                             "keepalive_seconds: 10\n"
                                             "keepalive_timeout_seconds: 11\n"
                                             "idle_connection_seconds: 12\n"
                                             "stall_timeout_seconds: 13\n"
                                             "checkpoint_entries: 1000\n"
                                             "index_memory_payments: 100000000\n"),
                                       &options);
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(options.data_dir, "/srv/ledger");
  EXPECT_EQ(options.backup_dir, "/mnt/backups");
  EXPECT_EQ(options.backups_kept, 0);
  EXPECT_EQ(options.listen, "0.0.0.0:1");
  EXPECT_EQ(options.metrics_listen, "localhost:65535");
  EXPECT_EQ(options.profile_file, "hebei.yaml");
  EXPECT_EQ(options.time_zone, "Asia/Urumqi");
  EXPECT_EQ(options.today, Day("2020-07-01"));
  EXPECT_EQ(options.log_level, "debug");
  EXPECT_EQ(options.stop_timeout_seconds, 0);
  EXPECT_EQ(options.committer.max_queued_events, 1u);
  EXPECT_EQ(options.committer.max_group_events, 1'000'000u);
  const ServerLimits limits = LimitsOf(options);
  EXPECT_EQ(limits.max_held_bytes, 100u << 20);
  EXPECT_EQ(limits.grpc_memory_bytes, (2048u << 20) / 6);
  EXPECT_EQ(PlanMemory(options).store_bytes, 512u << 20);
  EXPECT_EQ(PlanMemory(options).filter_bytes, 300u << 20);
  EXPECT_EQ(limits.max_message_bytes, 4096);
  EXPECT_EQ(limits.max_batch_events, 9'999u);
  EXPECT_EQ(limits.max_batches_per_stream, 3);
  EXPECT_EQ(limits.max_streams, 4);
  EXPECT_EQ(limits.max_connections, 5);
  EXPECT_EQ(limits.max_calls_per_connection, 6);
  EXPECT_EQ(limits.source_events_per_second, 7);
  EXPECT_EQ(limits.peer_events_per_second, 8);
  EXPECT_EQ(limits.handshake_seconds, 9);
  EXPECT_EQ(limits.keepalive_seconds, 10);
  EXPECT_EQ(limits.keepalive_timeout_seconds, 11);
  EXPECT_EQ(limits.idle_connection_seconds, 12);
  EXPECT_EQ(limits.stall_seconds, 13);
  EXPECT_EQ(options.committer.checkpoint_interval, 1'000);
  EXPECT_EQ(options.index_memory_payments, 100'000'000);
  EXPECT_TRUE(CheckOptions(options).ok());
}

TEST_F(OptionsTest, WhatIsLeftOutKeepsItsValue) {
  Options options;
  options.listen = "127.0.0.1:5";
  ASSERT_TRUE(ReadConfigFile(Write("data_dir: /srv/ledger\nlisten:\n"), &options).ok());
  EXPECT_EQ(options.data_dir, "/srv/ledger");
  EXPECT_EQ(options.listen, "127.0.0.1:5");
  EXPECT_EQ(options.metrics_listen, Options().metrics_listen);
  ASSERT_TRUE(ReadConfigFile(Write("# nothing\n{}\n"), &options).ok());
}

TEST_F(OptionsTest, AnUnknownKeyIsNamedWithItsLineAndTheRightOne) {
  EXPECT_THAT(
      ConfigError("data_dir: /srv\nlistn: 127.0.0.1:1\n"),
      AllOf(HasSubstr(path_), HasSubstr("line 2"), HasSubstr("listn"), HasSubstr("\"listen\"")));
}

TEST_F(OptionsTest, EveryErrorIsTold) {
  const std::string error = ConfigError("today: tomorrow\nstop_timeout_seconds: long\nfoo: 1\n");
  EXPECT_THAT(error, AllOf(HasSubstr("line 1"), HasSubstr("line 2"), HasSubstr("line 3")));
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 2);
}

TEST_F(OptionsTest, WrongTypesAndRangesAreRefused) {
  for (const char* text : {"listen: [127.0.0.1:1]\n",
                           "data_dir: {a: b}\n",
                           "today: 2020-02-30\n",
                           "today: 2020-7-1\n",
                           "stop_timeout_seconds: -1\n",
                           "stop_timeout_seconds: 3601\n",
                           "stop_timeout_seconds: 1.5\n",
                           "stop_timeout_seconds: [1]\n",
                           "max_queued_events: 0\n",
                           "max_queued_events: 100000001\n",
                           "memory_limit_mib: 255\n",
                           "memory_limit_mib: 1048577\n",
                           "max_queued_mib: -1\n",
                           "max_message_bytes: 4095\n",
                           "max_message_bytes: 268435457\n",
                           "max_batch_events: 0\n",
                           "max_batch_events: 10001\n",
                           "max_batches_per_stream: 0\n",
                           "max_streams: 0\n",
                           "max_connections: 0\n",
                           "max_connections: 100001\n",
                           "max_calls_per_connection: 0\n",
                           "max_source_events_per_second: -1\n",
                           "max_peer_events_per_second: -1\n",
                           "handshake_timeout_seconds: 0\n",
                           "keepalive_seconds: 0\n",
                           "keepalive_seconds: 86401\n",
                           "keepalive_timeout_seconds: 0\n",
                           "idle_connection_seconds: 0\n",
                           "stall_timeout_seconds: 0\n",
                           "checkpoint_entries: 999\n",
                           "index_memory_payments: 999\n",
                           "max_group_events: 0\n",
                           "max_group_events: 1000001\n",
                           "max_group_events: 99999999999999999999\n",
                           "- listen\n",
                           "listen\n"}) {
    EXPECT_THAT(ConfigError(text), HasSubstr("line 1")) << text;
  }
  EXPECT_THAT(ConfigError("listen: a:1\nlisten: b:1\n"), HasSubstr("line 2"));
  EXPECT_THAT(ConfigError("listen: 'a:1\n"), HasSubstr("not readable as YAML"));
}

TEST_F(OptionsTest, FilesThatAreNoneAreRefused) {
  Options options;
  const std::string missing = (directory_.path() / "missing.yaml").string();
  const Status status = ReadConfigFile(missing, &options);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().reason, "INVALID_FIELD");
  EXPECT_THAT(status.error().message, AllOf(HasSubstr(missing), HasSubstr("check the name")));
}

TEST_F(OptionsTest, AddressesAreHostAndPort) {
  for (const char* address :
       {"127.0.0.1:0", "localhost:7470", "[::1]:65535", "0.0.0.0:80", "::1:7470"}) {
    Options options;
    options.listen = address;
    EXPECT_TRUE(CheckOptions(options).ok()) << address;
  }
  for (const char* address :
       {"", "127.0.0.1", ":7470", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
        "127.0.0.1:80x", "127.0.0.1: 80", "127.0.0.1:000080", "http://localhost"}) {
    for (const char* field : {"listen", "metrics_listen"}) {
      Options options;
      (std::string(field) == "listen" ? options.listen : options.metrics_listen) = address;
      const Status status = CheckOptions(options);
      ASSERT_FALSE(status.ok()) << address;
      EXPECT_EQ(status.error().field, field);
      EXPECT_THAT(status.error().message, HasSubstr("is not HOST:PORT"));
    }
  }
}

TEST_F(OptionsTest, MetricsHaveAnIpv4AddressOfTheirOwn) {
  const auto error_for = [](const char* listen, const char* metrics_listen) {
    Options options;
    options.listen = listen;
    options.metrics_listen = metrics_listen;
    const Status status = CheckOptions(options);
    return status.ok() ? "" : status.error().field + ": " + status.error().message;
  };
  for (const char* address : {"127.0.0.1:0", "localhost:7471", "0.0.0.0:80"}) {
    EXPECT_EQ(error_for("127.0.0.1:0", address), "") << address;
  }
  for (const char* address : {"[::1]:0", "::1:7471", "[::]:7471"}) {
    EXPECT_THAT(error_for("127.0.0.1:0", address),
                AllOf(HasSubstr("metrics_listen: "), HasSubstr("name an IPv4 address")))
        << address;
  }
  EXPECT_THAT(error_for("127.0.0.1:7471", "127.0.0.1:7471"),
              AllOf(HasSubstr("metrics_listen: "), HasSubstr("another port")));
  EXPECT_EQ(error_for("127.0.0.1:7470", "127.0.0.1:7471"), "");
}

TEST_F(OptionsTest, OtherValuesAreChecked) {
  const auto field_of = [](auto&& change) {
    Options options;
    change(options);
    const Status status = CheckOptions(options);
    return status.ok() ? "" : status.error().field;
  };
  EXPECT_EQ(field_of([](Options&) {}), "");
  EXPECT_EQ(field_of([](Options& options) { options.max_queued_mib = 513; }), "max_queued_mib");
  EXPECT_EQ(field_of([](Options& options) { options.max_queued_mib = 512; }), "");
  EXPECT_EQ(field_of([](Options& options) { options.index_filter_mib = 513; }), "index_filter_mib");
  EXPECT_EQ(field_of([](Options& options) { options.index_filter_mib = 512; }), "");
  EXPECT_EQ(field_of([](Options& options) { options.max_queued_mib = 63; }), "max_message_bytes");
  EXPECT_EQ(field_of([](Options& options) { options.max_queued_mib = 64; }), "");
  EXPECT_EQ(field_of([](Options& options) { options.data_dir = ""; }), "data_dir");
  EXPECT_EQ(field_of([](Options& options) { options.log_level = "warn"; }), "log_level");
  EXPECT_EQ(field_of([](Options& options) { options.log_level = "warning"; }), "");
  EXPECT_EQ(field_of([](Options& options) { options.time_zone = "Asia/Nowhere"; }), "time_zone");
  EXPECT_EQ(field_of([](Options& options) { options.today = Day("1949-12-31"); }), "today");
  EXPECT_EQ(field_of([](Options& options) { options.today = Day("1950-01-01"); }), "");
  EXPECT_EQ(field_of([](Options& options) { options.today = Day("2200-01-01"); }), "today");
}

TEST_F(OptionsTest, BackupsLieOutsideTheDataDirectory) {
  Options options;
  const auto directory_for = [&options](std::string data_dir) {
    options.data_dir = std::move(data_dir);
    return BackupDirectoryOf(options);
  };
  EXPECT_EQ(directory_for("/srv/ledger"), "/srv/ledger-backups");
  EXPECT_EQ(directory_for("/srv/ledger//"), "/srv/ledger-backups");
  EXPECT_EQ(directory_for("ledger"), "ledger-backups");
  for (const char* inside : {"/srv/ledger", "/srv/ledger/backups", "/srv/./ledger/", "/srv", "/"}) {
    options.data_dir = "/srv/ledger/";
    options.backup_dir = inside;
    const Status status = CheckOptions(options);
    ASSERT_FALSE(status.ok()) << inside;
    EXPECT_EQ(status.error().field, "backup_dir");
  }
  for (const char* outside : {"/srv/ledger2", "/srv/backups", "backups"}) {
    options.backup_dir = outside;
    EXPECT_TRUE(CheckOptions(options).ok()) << outside;
  }
}

// Reads a command line; the exit code in `exit_code`, -1 for none.
CommandLine ReadLine(std::vector<std::string> arguments, int* exit_code) {
  arguments.insert(arguments.begin(), "budgetwatchd");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  std::optional<int> code;
  CommandLine line = ReadCommandLine(static_cast<int>(pointers.size()), pointers.data(), &code);
  *exit_code = code.value_or(-1);
  return line;
}

TEST_F(OptionsTest, FlagsOverrideTheFile) {
  int exit_code = 0;
  const CommandLine line =
      ReadLine({"--data-dir", "/flag", "--config",
                Write("data_dir: /file\nlisten: file:1\ntoday: 2020-01-01\nlog_level: error\n"),
                "--today", "2020-07-01", "--metrics-listen", "flag:2"},
               &exit_code);
  EXPECT_EQ(exit_code, -1);
  EXPECT_EQ(line.options.data_dir, "/flag");
  EXPECT_EQ(line.options.listen, "file:1");
  EXPECT_EQ(line.options.metrics_listen, "flag:2");
  EXPECT_EQ(line.options.today, Day("2020-07-01"));
  EXPECT_EQ(line.options.log_level, "error");
}

TEST_F(OptionsTest, TheCommandLineEndsWithItsExitCode) {
  const struct {
    std::vector<std::string> arguments;
    int exit_code;
  } cases[] = {{{}, -1},
               {{"--version"}, 0},
               {{"--help"}, 0},
               {{"--print-default-config"}, 0},
               {{"--check-config"}, 0},
               {{"--check-config", "--listen", "nowhere"}, 1},
               {{"--check-config", "--profile", "missing.yaml"}, 1},
               {{"--no-such-flag"}, 2},
               {{"--listen"}, 2},
               {{"stray"}, 2},
               {{"--today", "2020-02-30"}, 2},
               {{"--config", (directory_.path() / "missing.yaml").string()}, 1}};
  for (const auto& item : cases) {
    int exit_code = 0;
    ReadLine(item.arguments, &exit_code);
    EXPECT_EQ(exit_code, item.exit_code) << testing::PrintToString(item.arguments);
  }
}

}  // namespace
}  // namespace budgetwatch
