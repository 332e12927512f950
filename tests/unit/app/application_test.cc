// Goal: the daemon starts whole or not at all, says why, and stops within its bound,
// whoever is connected.
// Method: the whole daemon inside this process, on free ports and a directory of its own.

#include "app/application.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>

#include "base/clock.h"
#include "budgetwatch/v1/admin_service.grpc.pb.h"
#include "budgetwatch/v1/monitor_service.grpc.pb.h"
#include "budgetwatch/v1/payment_service.grpc.pb.h"
#include "support/builders.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::chrono::seconds kPatience(60);

struct BoundedCall : grpc::ClientContext {
  BoundedCall() { set_deadline(std::chrono::system_clock::now() + kPatience); }
};

class ApplicationTest : public testing::Test {
 protected:
  ApplicationTest() {
    spdlog::set_level(spdlog::level::off);
    options_.data_dir = (directory_.path() / "data").string();
    options_.listen = "127.0.0.1:0";
    options_.metrics_listen = "127.0.0.1:0";
    options_.today = Day("2020-07-01");
    options_.stop_timeout_seconds = 1;
  }

  // REQUIRES: it can start.
  std::unique_ptr<Application> Start() {
    auto application = Application::Start(options_);
    BW_CHECK(application.ok());
    return std::move(application).value();
  }

  std::string StartError(const Options& options) {
    const auto application = Application::Start(options);
    return application.ok() ? "" : application.error().message;
  }

  std::shared_ptr<grpc::Channel> Connect(const Application& application) {
    return grpc::CreateChannel(application.grpc_address(), grpc::InsecureChannelCredentials());
  }

  TemporaryDirectory directory_;
  Options options_;
};

v1::GetServerInfoResponse InfoOf(const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = v1::AdminService::NewStub(channel);
  BoundedCall context;
  v1::GetServerInfoResponse response;
  EXPECT_TRUE(stub->GetServerInfo(&context, v1::GetServerInfoRequest(), &response).ok());
  return response;
}

TEST_F(ApplicationTest, ServesOnThePortsThatItSays) {
  const auto application = Start();
  EXPECT_EQ(application->grpc_address().find("127.0.0.1:"), 0u);
  EXPECT_NE(application->grpc_address(), "127.0.0.1:0");
  EXPECT_NE(application->metrics_address(), "127.0.0.1:0");
  EXPECT_NE(application->metrics_address(), application->grpc_address());
  const v1::GetServerInfoResponse info = InfoOf(Connect(*application));
  EXPECT_TRUE(info.writable());
  EXPECT_EQ(info.data_directory(), options_.data_dir);
  EXPECT_EQ(info.business_date(), "2020-07-01");
  EXPECT_TRUE(info.business_date_fixed());
  EXPECT_EQ(info.metrics_address(), application->metrics_address());
  EXPECT_EQ(info.profile_name(), "mof-2020");
  EXPECT_GE(info.format_version(), 1);
}

TEST_F(ApplicationTest, ASecondOneOnTheSameDirectoryIsRefused) {
  const auto first = Start();
  EXPECT_THAT(StartError(options_), HasSubstr(options_.data_dir));
  EXPECT_TRUE(InfoOf(Connect(*first)).writable());
}

TEST_F(ApplicationTest, KeepsTheLedgerOverARestart) {
  int64_t sequence = 0;
  {
    const auto application = Start();
    const auto channel = Connect(*application);
    const auto stub = v1::PaymentService::NewStub(channel);
    v1::RecordPaymentsRequest request;
    request.set_source("bank");
    v1::PaymentEvent* event = request.add_payments();
    event->set_payment_id("a");
    event->set_project_code("P1");
    event->set_pay_date("2020-05-01");
    event->set_amount_fen(100);
    BoundedCall context;
    v1::RecordPaymentsResponse response;
    ASSERT_TRUE(stub->RecordPayments(&context, request, &response).ok());
    sequence = response.outcomes(0).sequence();
    EXPECT_GT(sequence, 0);
  }
  const auto application = Start();
  const v1::GetServerInfoResponse info = InfoOf(Connect(*application));
  EXPECT_GE(info.ledger_sequence(), sequence);
  ASSERT_EQ(info.fiscal_years_size(), 1);
  EXPECT_EQ(info.fiscal_years(0).amount_fen(), 100);
}

// Whoever ends a stop that hangs asks at any moment of it.
TEST_F(ApplicationTest, WhatIsUnansweredCanBeAskedWhateverIsClosed) {
  const auto application = Start();
  EXPECT_THAT(application->Unanswered(), HasSubstr("0 calls"));
  application->Stop();
  EXPECT_THAT(application->Unanswered(), HasSubstr("nothing"));
}

TEST_F(ApplicationTest, BackupsGoBesideTheDataDirectory) {
  const auto application = Start();
  const auto stub = v1::AdminService::NewStub(Connect(*application));
  for (int64_t id = 1; id <= 2; ++id) {
    BoundedCall context;
    v1::CreateBackupResponse response;
    ASSERT_TRUE(stub->CreateBackup(&context, {}, &response).ok());
    EXPECT_EQ(response.backup_id(), id);
    EXPECT_EQ(response.chain_hash(), InfoOf(Connect(*application)).chain_hash());
  }
  EXPECT_TRUE(std::filesystem::is_directory(options_.data_dir + "-backups"));
}

TEST_F(ApplicationTest, ARestoreThatWasCutOffKeepsItFromStartingAnew) {
  const std::string restoring = options_.data_dir + ".restoring";
  std::filesystem::create_directory(restoring);
  EXPECT_THAT(StartError(options_), AllOf(HasSubstr(restoring), HasSubstr("run it again")));
  EXPECT_FALSE(std::filesystem::exists(options_.data_dir));
  std::filesystem::remove(restoring);
  Start();
  // Beside a ledger it is a leftover, no more.
  std::filesystem::create_directory(restoring);
  Start();
}

TEST_F(ApplicationTest, StopsTwice) {
  const auto application = Start();
  application->Stop();
  application->Stop();
}

TEST_F(ApplicationTest, StopsWithinItsBoundWhoeverIsConnected) {
  auto application = Start();
  const auto channel = Connect(*application);
  const auto monitor = v1::MonitorService::NewStub(channel);
  const auto payments = v1::PaymentService::NewStub(channel);
  BoundedCall watch_context;
  const auto watch = monitor->WatchWarnings(&watch_context, v1::WatchWarningsRequest());
  BoundedCall stream_context;
  const auto stream = payments->StreamPayments(&stream_context);
  v1::StreamPaymentsRequest request;
  request.set_source("bank");
  v1::StreamPaymentsResponse answer;
  ASSERT_TRUE(stream->Write(request) && stream->Read(&answer));
  const SteadyTime start = SteadyNow();
  application->Stop();
  EXPECT_LT(SteadyNow() - start, std::chrono::seconds(options_.stop_timeout_seconds + 10));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(stream->Finish().ok());
  // The directory is free again.
  application = Start();
  EXPECT_TRUE(InfoOf(Connect(*application)).writable());
}

// A daemon whose configuration and profile are files of the test.
class ReloadTest : public ApplicationTest {
 protected:
  ReloadTest() {
    options_.listen = "127.0.0.1:0";
    source_.config_file = Path("config.yaml");
    WriteConfig("");
    WriteProfile("strict", 1);
  }
  ~ReloadTest() override { spdlog::set_level(spdlog::level::off); }

  std::string Path(const std::string& name) const { return (directory_.path() / name).string(); }

  // Settings besides those that the test needs.
  void WriteConfig(const std::string& more) {
    std::ofstream(source_.config_file)
        << "data_dir: " << options_.data_dir << "\nlisten: 127.0.0.1:0\n"
        << "metrics_listen: 127.0.0.1:0\ntoday: 2020-07-01\n"
        << more;
  }

  void WriteProfile(const std::string& name, int tolerance) {
    std::ofstream(Path("profile.yaml"))
        << "name: " << name << "\ntolerance_percent: " << tolerance << "\n";
  }

  std::unique_ptr<Application> StartFromFile() {
    options_ = source_.Read().value();
    return Start();
  }

  std::string ReloadError(Application& application) {
    const Status status = application.Reload(source_);
    return status.ok() ? "" : status.error().message;
  }

  SettingsSource source_;
};

// Whether so many events of one source pass at once, one call each.
bool Passes(const std::shared_ptr<grpc::Channel>& channel, const std::string& source, int calls) {
  const auto stub = v1::PaymentService::NewStub(channel);
  for (int i = 0; i < calls; ++i) {
    v1::RecordPaymentsRequest request;
    request.set_source(source);
    for (int event = 0; event < 1000; ++event) request.add_payments();
    BoundedCall context;
    v1::RecordPaymentsResponse response;
    const grpc::Status status = stub->RecordPayments(&context, request, &response);
    if (!status.ok()) {
      EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
      return false;
    }
  }
  return true;
}

TEST_F(ReloadTest, TakesOnWhatCanChangeWhileItRuns) {
  const auto application = StartFromFile();
  const auto channel = Connect(*application);
  EXPECT_TRUE(Passes(channel, "before", 3));
  WriteConfig("log_level: error\nstop_timeout_seconds: 7\nmax_source_events_per_second: 1\n");
  ASSERT_EQ(ReloadError(*application), "");
  EXPECT_EQ(spdlog::get_level(), spdlog::level::err);
  EXPECT_EQ(application->options().stop_timeout_seconds, 7);
  EXPECT_FALSE(Passes(channel, "after", 3));
  WriteConfig("log_level: error\n");
  ASSERT_EQ(ReloadError(*application), "");
  EXPECT_TRUE(Passes(channel, "after", 3));
  EXPECT_EQ(application->options().stop_timeout_seconds, Options().stop_timeout_seconds);
}

TEST_F(ReloadTest, AChangedProfileIsRecordedOnce) {
  const auto application = StartFromFile();
  const auto channel = Connect(*application);
  const int64_t before = InfoOf(channel).ledger_sequence();
  ASSERT_EQ(ReloadError(*application), "");
  EXPECT_EQ(InfoOf(channel).ledger_sequence(), before);
  WriteConfig("log_level: error\nprofile: " + Path("profile.yaml") + "\n");
  ASSERT_EQ(ReloadError(*application), "");
  EXPECT_EQ(InfoOf(channel).ledger_sequence(), before + 1);
  EXPECT_EQ(InfoOf(channel).profile_name(), "strict");
  ASSERT_EQ(ReloadError(*application), "");
  EXPECT_EQ(InfoOf(channel).ledger_sequence(), before + 1);
  // The same file with another content.
  WriteProfile("strict", 2);
  ASSERT_EQ(ReloadError(*application), "");
  EXPECT_EQ(InfoOf(channel).ledger_sequence(), before + 2);
}

TEST_F(ReloadTest, ABadFileChangesNothing) {
  WriteConfig("log_level: error\nprofile: " + Path("profile.yaml") + "\n");
  const auto application = StartFromFile();
  const auto channel = Connect(*application);
  const int64_t sequence = InfoOf(channel).ledger_sequence();
  WriteConfig("log_level: warning\nprofile: ''\nlistn: x\n");
  EXPECT_THAT(ReloadError(*application),
              AllOf(HasSubstr(source_.config_file + ": line 7"), HasSubstr("\"listen\"")));
  WriteConfig("log_level: warning\nprofile: " + Path("profile.yaml") + "\n");
  std::ofstream(Path("profile.yaml")) << "name: bad\ntolerance_percent: 200\n";
  EXPECT_THAT(ReloadError(*application), HasSubstr(Path("profile.yaml") + ": line 2"));
  EXPECT_EQ(application->options().log_level, "error");
  EXPECT_EQ(InfoOf(channel).profile_name(), "strict");
  EXPECT_EQ(InfoOf(channel).ledger_sequence(), sequence);
  WriteProfile("strict", 1);
  EXPECT_EQ(ReloadError(*application), "");
  EXPECT_EQ(application->options().log_level, "warning");
}

TEST_F(ReloadTest, WhatNeedsARestartStays) {
  const auto application = StartFromFile();
  source_.flags["data_dir"] = Path("elsewhere");
  WriteConfig("log_level: error\nmax_streams: 1\nmemory_limit_mib: 2048\n");
  ASSERT_EQ(ReloadError(*application), "");
  EXPECT_EQ(application->options().data_dir, options_.data_dir);
  EXPECT_EQ(application->options().server.max_streams, Options().server.max_streams);
  EXPECT_EQ(application->options().memory_limit_mib, Options().memory_limit_mib);
  EXPECT_FALSE(std::filesystem::exists(Path("elsewhere")));
}

TEST_F(ReloadTest, MovesWhileItServes) {
  const auto application = StartFromFile();
  EXPECT_FALSE(application->Beat());
  const SteadyTime deadline = SteadyNow() + kPatience;
  bool moved = false;
  while (!moved && SteadyNow() < deadline) moved = application->Beat();
  EXPECT_TRUE(moved);
  EXPECT_THAT(application->Summary(),
              AllOf(HasSubstr("grpc=" + application->grpc_address()), HasSubstr("store=writable")));
}

TEST_F(ApplicationTest, WhatKeepsItFromStartingIsSaid) {
  const auto running = Start();
  const auto error_with = [this](auto&& change) {
    Options options = options_;
    options.data_dir = (directory_.path() / "other").string();
    change(options);
    return StartError(options);
  };
  EXPECT_THAT(error_with([&](Options& options) { options.listen = running->grpc_address(); }),
              HasSubstr("cannot listen on " + running->grpc_address()));
  EXPECT_THAT(
      error_with([&](Options& options) { options.metrics_listen = running->metrics_address(); }),
      HasSubstr(running->metrics_address()));
  EXPECT_THAT(error_with([](Options& options) { options.listen = "nowhere"; }),
              HasSubstr("is not HOST:PORT"));
  EXPECT_THAT(error_with([](Options& options) { options.profile_file = "missing.yaml"; }),
              HasSubstr("missing.yaml"));
  EXPECT_THAT(error_with([](Options& options) { options.data_dir = "/dev/null/data"; }),
              HasSubstr("/dev/null/data"));
  EXPECT_THAT(error_with([](Options& options) { options.server.max_connections = 2'000'000'000; }),
              AllOf(HasSubstr("2000001024 open files"), HasSubstr("LimitNOFILE")));
  EXPECT_THAT(error_with([](Options& options) { options.time_zone = "Asia/Nowhere"; }),
              HasSubstr("Asia/Nowhere"));
  // What failed has let go of its directory.
  EXPECT_EQ(error_with([](Options&) {}), "");
}

}  // namespace
}  // namespace budgetwatch
