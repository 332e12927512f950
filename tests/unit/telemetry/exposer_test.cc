// Goal: the exposer answers scrapes on the port it reports, says clearly why it
// cannot listen, and lets go of everything when it stops.
// Method: HTTP by hand over a plain socket on loopback.

#include "telemetry/exposer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <optional>

namespace budgetwatch {
namespace {

constexpr char kLoopback[] = "127.0.0.1:0";

// The answer to GET /metrics; nothing when nobody listens.
std::optional<std::string> Get(int port) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::optional<std::string> answer;
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request =
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(send(connection, request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    answer.emplace();
    char buffer[4096];
    for (ssize_t size = 0; (size = recv(connection, buffer, sizeof(buffer), 0)) > 0;) {
      answer->append(buffer, static_cast<size_t>(size));
    }
  }
  close(connection);
  return answer;
}

std::shared_ptr<prometheus::Registry> RegistryWith(const std::string& name) {
  auto registry = std::make_shared<prometheus::Registry>();
  prometheus::BuildGauge().Name(name).Help("Help of " + name).Register(*registry).Add({}).Set(42);
  return registry;
}

TEST(ExposerTest, AnswersOnTheFreePortThatItReports) {
  const auto exposer =
      Exposer::Start(kLoopback, {RegistryWith("first_value"), RegistryWith("second_value")});
  ASSERT_TRUE(exposer.ok()) << exposer.error().message;
  const int port = exposer.value()->port();
  EXPECT_GT(port, 0);
  EXPECT_EQ(exposer.value()->address(), "127.0.0.1:" + std::to_string(port));
  const auto answer = Get(port);
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->starts_with("HTTP/1.1 200 OK\r\n")) << *answer;
  EXPECT_NE(answer->find("Content-Type: text/plain"), std::string::npos);
  const size_t first = answer->find("\nfirst_value 42\n");
  const size_t second = answer->find("\nsecond_value 42\n");
  ASSERT_NE(first, std::string::npos) << *answer;
  ASSERT_NE(second, std::string::npos) << *answer;
  EXPECT_LT(first, second);
}

TEST(ExposerTest, SecondOneOnThePortIsToldSo) {
  const auto first = Exposer::Start(kLoopback, {});
  ASSERT_TRUE(first.ok());
  const auto second = Exposer::Start(first.value()->address(), {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(second.error().reason, "ADDRESS_IN_USE");
  EXPECT_EQ(second.error().field, "metrics_listen");
  EXPECT_NE(second.error().message.find(first.value()->address()), std::string::npos);
  EXPECT_NE(second.error().message.find("choose another port"), std::string::npos);
  EXPECT_TRUE(Get(first.value()->port()).has_value());  // the first one goes on
}

TEST(ExposerTest, PortIsFreeAgainAfterStop) {
  auto first = Exposer::Start(kLoopback, {});
  ASSERT_TRUE(first.ok());
  const std::string address = first.value()->address();
  first.value()->Stop();
  first.value()->Stop();
  EXPECT_FALSE(Get(first.value()->port()).has_value());
  const auto second = Exposer::Start(address, {});
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_EQ(second.value()->address(), address);
}

TEST(ExposerTest, StopLetsTheCollectablesGo) {
  auto registry = RegistryWith("value");
  const std::weak_ptr<prometheus::Registry> watched = registry;
  const auto exposer = Exposer::Start(kLoopback, {std::move(registry)});
  ASSERT_TRUE(exposer.ok());
  EXPECT_FALSE(watched.expired());
  exposer.value()->Stop();
  EXPECT_TRUE(watched.expired());
}

TEST(ExposerTest, NamesAreResolved) {
  const auto exposer = Exposer::Start("localhost:0", {});
  ASSERT_TRUE(exposer.ok()) << exposer.error().message;
  EXPECT_TRUE(exposer.value()->address().starts_with("localhost:"));
  EXPECT_GT(exposer.value()->port(), 0);
}

TEST(ExposerTest, AddressOfAnotherMachineIsRefused) {
  // Reserved for documentation: nobody has it.
  const auto exposer = Exposer::Start("192.0.2.1:0", {});
  ASSERT_FALSE(exposer.ok());
  EXPECT_EQ(exposer.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(exposer.error().reason, "ADDRESS_NOT_LOCAL");
}

TEST(ExposerTest, AddressesThatAreNoneAreRefused) {
  for (const char* address :
       {"", ":", "9464", ":9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1",
        "127.0.0.1:65536", "127.0.0.1:9464s", "127.0.0.1:0,127.0.0.1:0", "::1:0", "[]:0", "[:0",
        "]:0", "[::1]", "[::1]:0", "no such host:0"}) {
    const auto exposer = Exposer::Start(address, {});
    ASSERT_FALSE(exposer.ok()) << address;
    EXPECT_EQ(exposer.error().code, ErrorCode::kInvalidArgument) << address;
    EXPECT_EQ(exposer.error().reason, "INVALID_ADDRESS") << address;
    EXPECT_NE(exposer.error().message.find('"' + std::string(address) + '"'), std::string::npos);
  }
}

}  // namespace
}  // namespace budgetwatch
