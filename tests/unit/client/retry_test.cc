// Goal: calls are repeated as the policy says and never longer.
// Method: a pacer whose clock only moves when somebody waits.

#include "lib/retry.h"

#include <gtest/gtest.h>

#include <vector>

#include "budgetwatch/wire/v1/wire.pb.h"

namespace budgetwatch::client {
namespace {

using std::chrono::milliseconds;

class FakePacer : public Pacer {
 public:
  std::chrono::steady_clock::time_point Now() override { return now_; }
  bool Wait(milliseconds duration, std::stop_token stop) override {
    waits.push_back(duration);
    now_ += duration;
    return !stop.stop_requested();
  }
  double Random() override { return random; }

  double random = 0;
  std::vector<milliseconds> waits;

 private:
  std::chrono::steady_clock::time_point now_;
};

constexpr RetryPolicy kPolicy{.initial_wait = milliseconds(100),
                              .wait_max = milliseconds(400),
                              .total_max = milliseconds(2'000)};

TEST(RetryTest, RepeatsUntilItSucceeds) {
  FakePacer pacer;
  int attempts = 0;
  const CallStatus status = CallWithRetry(kPolicy, &pacer, std::stop_token(), [&] {
    return ++attempts < 4 ? FailedCall(CallCode::kUnavailable, "not yet") : CallStatus();
  });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(attempts, 4);
  EXPECT_EQ(pacer.waits,
            (std::vector<milliseconds>{milliseconds(100), milliseconds(200), milliseconds(400)}));
}

TEST(RetryTest, ChanceShortensAWaitByAtMostHalf) {
  FakePacer pacer;
  pacer.random = 0.9999999;
  Backoff backoff(kPolicy, &pacer);
  ASSERT_TRUE(backoff.WaitAfter(FailedCall(CallCode::kUnavailable, ""), std::stop_token()));
  EXPECT_EQ(pacer.waits.front(), milliseconds(50));
}

TEST(RetryTest, EndsAtTheTotal) {
  FakePacer pacer;
  const CallStatus status = CallWithRetry(kPolicy, &pacer, std::stop_token(), [] {
    return FailedCall(CallCode::kUnavailable, "down");
  });
  EXPECT_EQ(status.code, CallCode::kUnavailable);
  milliseconds total(0);
  for (const milliseconds wait : pacer.waits) total += wait;
  EXPECT_LE(total, kPolicy.total_max);
  EXPECT_GT(total, kPolicy.total_max - kPolicy.wait_max);
}

TEST(RetryTest, OnlyWhatMayPassIsRepeated) {
  for (int code = 1; code <= 16; ++code) {
    FakePacer pacer;
    int attempts = 0;
    (void)CallWithRetry(kPolicy, &pacer, std::stop_token(), [&] {
      return ++attempts > 1 ? CallStatus() : FailedCall(static_cast<CallCode>(code), "");
    });
    // CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED and UNAVAILABLE.
    const bool repeated = code == 1 || code == 4 || code == 8 || code == 14;
    EXPECT_EQ(attempts, repeated ? 2 : 1) << code;
  }
}

TEST(RetryTest, AStopEndsIt) {
  FakePacer pacer;
  std::stop_source stop;
  int attempts = 0;
  const CallStatus status = CallWithRetry(kPolicy, &pacer, stop.get_token(), [&] {
    ++attempts;
    stop.request_stop();
    return FailedCall(CallCode::kUnavailable, "down");
  });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(attempts, 1);
}

TEST(RetryTest, WaitsAsLongAsTheServerAsks) {
  FakePacer pacer;
  CallStatus busy = FailedCall(CallCode::kResourceExhausted, "busy");
  busy.retry_delay = milliseconds(1'500);
  Backoff backoff(kPolicy, &pacer);
  EXPECT_TRUE(backoff.WaitAfter(busy, std::stop_token()));
  EXPECT_EQ(pacer.waits.front(), milliseconds(1'500));
  EXPECT_FALSE(backoff.WaitAfter(busy, std::stop_token()));  // beyond the total
  backoff.Reset();
  EXPECT_TRUE(backoff.WaitAfter(busy, std::stop_token()));
}

TEST(RetryTest, TheSystemPacerStopsWaitingAtOnce) {
  SystemPacer pacer;
  std::stop_source stop;
  stop.request_stop();
  const auto started = pacer.Now();
  EXPECT_FALSE(pacer.Wait(std::chrono::hours(1), stop.get_token()));
  EXPECT_LT(pacer.Now() - started, std::chrono::minutes(1));
  const double chance = pacer.Random();
  EXPECT_GE(chance, 0);
  EXPECT_LT(chance, 1);
}

std::string Details() {
  wire::v1::ErrorInfo info;
  info.set_reason("QUEUE_FULL");
  info.set_domain("budgetwatch");
  (*info.mutable_metadata())["field"] = "payments";
  wire::v1::RetryInfo retry;
  retry.mutable_retry_delay()->set_nanos(250'000'000);
  wire::v1::RpcStatus status;
  auto* detail = status.add_details();
  detail->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  detail->set_value(info.SerializeAsString());
  detail = status.add_details();
  detail->set_type_url("type.googleapis.com/google.rpc.RetryInfo");
  detail->set_value(retry.SerializeAsString());
  status.add_details()->set_type_url("type.googleapis.com/google.rpc.Help");
  return status.SerializeAsString();
}

TEST(CallStatusTest, ReadsTheDetails) {
  const CallStatus status = MakeCallStatus(8, "busy", Details());
  EXPECT_EQ(status.code, CallCode::kResourceExhausted);
  EXPECT_EQ(status.reason, "QUEUE_FULL");
  EXPECT_EQ(status.message, "busy");
  EXPECT_EQ(status.metadata.at("field"), "payments");
  EXPECT_EQ(status.retry_delay, milliseconds(250));
}

TEST(CallStatusTest, DamagedDetailsLeaveTheCode) {
  const std::string details = Details();
  for (size_t size = 0; size < details.size(); ++size) {
    const CallStatus status = MakeCallStatus(14, "down", details.substr(0, size));
    EXPECT_EQ(status.code, CallCode::kUnavailable);
  }
  EXPECT_EQ(MakeCallStatus(14, "", "\xff\xff garbage").reason, "");
  EXPECT_EQ(MakeCallStatus(99, "", "").code, CallCode::kUnknown);
}

}  // namespace
}  // namespace budgetwatch::client
