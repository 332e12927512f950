// Goal: `admin health` tells by its exit code alone whether a server serves.
// Method: whole commands in this process against gRPC's own health service.

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <memory>

#include "fake_payment_service.h"
#include "fake_server.h"
#include "run_budgetctl.h"

namespace budgetwatch::ctl {
namespace {

// A server of nothing but health.
class HealthTest : public testing::Test {
 protected:
  void Start() {
    // The switch is the process's; it is read when a server is built.
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    queue_ = builder.AddCompletionQueue();
    server_ = builder.BuildAndStart();
    grpc::EnableDefaultHealthCheckService(false);
    ASSERT_NE(server_, nullptr);
  }
  void TearDown() override {
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now());
    queue_->Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_->Next(&tag, &ok)) {
    }
  }

  Ran Ask(const std::vector<std::string>& flags = {}) {
    std::vector<std::string> arguments = {"--lang", "en", "admin", "health"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return Execute(arguments, "", "127.0.0.1:" + std::to_string(port_));
  }

  int port_ = 1;  // where nobody listens
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(HealthTest, ServingIsZero) {
  Start();
  const Ran ran = Ask();
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "The server is serving.\n");
  EXPECT_EQ(Ask({"--output", "json"}).out, "{\"serving\": true}\n");
  EXPECT_EQ(Ask({"--output", "csv"}).out, "serving\r\ntrue\r\n");
}

TEST_F(HealthTest, NotServingIsOneAndSaysWhereToLook) {
  Start();
  server_->GetHealthCheckService()->SetServingStatus(false);
  const Ran ran = Ask();
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_NE(ran.err.find("admin info"), std::string::npos) << ran.err;
  const Ran json = Ask({"--output", "json"});
  EXPECT_EQ(json.code, 1);
  EXPECT_EQ(json.out, "{\"serving\": false}\n");
}

TEST_F(HealthTest, NobodyAndAServerWithoutHealthAreOne) {
  const Ran nobody = Ask({"--timeout", "0.2"});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_EQ(nobody.out, "");
  EXPECT_NE(nobody.err.find("cannot reach the server"), std::string::npos) << nobody.err;
  FakePaymentService payments;
  const FakeServer server(&payments);
  const Ran without = Execute({"--lang", "en", "admin", "health"}, "", server.address());
  EXPECT_EQ(without.code, 1);
  EXPECT_EQ(without.out, "");
  EXPECT_NE(without.err.find("does not know this call"), std::string::npos) << without.err;
}

}  // namespace
}  // namespace budgetwatch::ctl
