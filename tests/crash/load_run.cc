#include "crash/load_run.h"

#include <signal.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "crash/separate_connection.h"

namespace budgetwatch::crash {
namespace {

using client::CallCode;
using client::CallStatus;

constexpr int kConnections = 3;
constexpr std::chrono::milliseconds kAnswerTimeout{30'000};

v1::StreamPaymentsRequest ForStream(v1::RecordPaymentsRequest request) {
  v1::StreamPaymentsRequest streamed;
  streamed.set_source(request.source());
  streamed.mutable_payments()->Swap(request.mutable_payments());
  return streamed;
}

// How a call ends when its server dies or stops.
bool IsEndOfServer(const CallStatus& status) {
  return status.code == CallCode::kUnavailable || status.code == CallCode::kCancelled;
}

std::string Describe(const CallStatus& status) {
  return std::string(CallCodeName(status.code)) + ' ' + status.reason + ' ' + status.message;
}

// The first difference between an answer and what it must be, or empty.
template <typename Response>
std::string DifferenceOf(const Response& response, const std::vector<ExpectedOutcome>& expected) {
  if (response.outcomes_size() != static_cast<int>(expected.size())) {
    return std::to_string(response.outcomes_size()) + " outcomes for " +
           std::to_string(expected.size()) + " events";
  }
  for (int i = 0; i < response.outcomes_size(); ++i) {
    const v1::PaymentOutcome& outcome = response.outcomes(i);
    const ExpectedOutcome& wanted = expected[static_cast<size_t>(i)];
    if (outcome.outcome() != wanted.outcome || outcome.reason() != wanted.reason) {
      return "event " + std::to_string(i) + ": expected " +
             v1::PaymentOutcome::Outcome_Name(wanted.outcome) + ' ' + std::string(wanted.reason) +
             ", answered {" + outcome.ShortDebugString() + '}';
    }
  }
  return "";
}

class Load {
 public:
  explicit Load(const LoadOptions& options)
      : options_(options), record_(options.record_path, options.load) {}

  LoadResult Run() {
    std::vector<std::unique_ptr<client::Connection>> connections;
    for (int i = 0; i < kConnections; ++i)
      connections.push_back(ConnectSeparately(options_.server));
    running_lanes_ = kLaneCount;
    std::vector<std::thread> threads;
    for (int lane = 0; lane < kLaneCount; ++lane) {
      client::Connection& connection = *connections[static_cast<size_t>(lane % kConnections)];
      threads.emplace_back([this, lane, &connection] {
        ShapeOf(lane).stream ? RunStream(lane, &connection) : RunUnary(lane, &connection);
        const std::lock_guard lock(mutex_);
        --running_lanes_;
        changed_.notify_all();
      });
    }
    SignalInTime();
    for (std::thread& thread : threads) thread.join();
    result_.sent_events = sent_events_;
    return std::move(result_);
  }

 private:
  // Waits for the moment and signals the server.
  void SignalInTime() {
    std::unique_lock lock(mutex_);
    const auto ended = [this] { return running_lanes_ == 0; };
    changed_.wait(lock, [&] {
      return ended() || (options_.pid != 0 && result_.acknowledged_events >= options_.after_events);
    });
    if (options_.pid == 0) return;
    changed_.wait_for(lock, std::chrono::microseconds(options_.delay_micros), ended);
    if (kill(options_.pid, options_.signal) != 0) {
      result_.faults.push_back("process " + std::to_string(options_.pid) + " was gone");
    }
  }

  bool Enough() const {
    return (options_.sent_events_max != 0 && sent_events_ >= options_.sent_events_max) ||
           (options_.seconds_max != 0 && Elapsed() >= std::chrono::seconds(options_.seconds_max));
  }

  std::chrono::nanoseconds Elapsed() const {
    return std::chrono::steady_clock::now() - start_time_;
  }

  // Waits until the rate allows more.
  void Pace() {
    if (options_.events_per_second == 0) return;
    const auto due = start_time_ + std::chrono::microseconds(sent_events_ * 1'000'000 /
                                                             options_.events_per_second);
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, due, [this] { return result_.server_ended; });
  }

  void CountSent(int lane, int batch, const LoadBatch& load) {
    sent_events_ += static_cast<int64_t>(load.outcomes.size());
    record_.Sent(lane, batch);
    const std::lock_guard lock(mutex_);
    ++result_.sent_batches;
  }

  template <typename Response>
  void CountAnswer(int lane, int batch, const Response& response,
                   const std::vector<ExpectedOutcome>& expected) {
    record_.Acknowledged(lane, batch);
    const std::string difference = DifferenceOf(response, expected);
    const std::lock_guard lock(mutex_);
    if (!difference.empty()) AddFault(lane, "batch " + std::to_string(batch) + ", " + difference);
    ++result_.acknowledged_batches;
    result_.acknowledged_events += static_cast<int64_t>(expected.size());
    if (result_.acknowledged_events >= options_.after_events) changed_.notify_all();
  }

  void CountComplete(const LaneModel& model) {
    const std::lock_guard lock(mutex_);
    ++result_.complete_lanes;
    result_.totals.Add(model.totals());
  }

  void CountEnd(int lane, const CallStatus& status) {
    const std::lock_guard lock(mutex_);
    if (IsEndOfServer(status)) {
      result_.server_ended = true;
      changed_.notify_all();
    } else if (!status.ok()) {
      AddFault(lane, "ended with " + Describe(status));
    }
  }

  void AddFault(int lane, const std::string& text) {
    result_.faults.push_back(LaneSource(options_.load.round, lane) + ' ' + text);
  }

  void RunUnary(int lane, client::Connection* connection) {
    LaneModel model(options_.load, lane);
    while (!Enough()) {
      Pace();
      const int batch = model.batch_count();
      const LoadBatch load = model.Next();
      CountSent(lane, batch, load);
      v1::RecordPaymentsResponse response;
      const CallStatus status = connection->RecordPayments(load.request, &response);
      if (!status.ok()) return CountEnd(lane, status);
      CountAnswer(lane, batch, response, load.outcomes);
    }
    CountComplete(model);
  }

  void RunStream(int lane, client::Connection* connection) {
    LaneModel model(options_.load, lane);
    const std::unique_ptr<client::PaymentStream> stream = connection->OpenPaymentStream();
    std::deque<std::vector<ExpectedOutcome>> unanswered;
    int answered = 0;
    v1::StreamPaymentsResponse response;
    const auto take_answer = [&] {
      CountAnswer(lane, answered++, response, unanswered.front());
      unanswered.pop_front();
    };
    bool open = true;
    while (open && !(Enough() && unanswered.empty())) {
      if (!Enough() && std::ssize(unanswered) < ShapeOf(lane).window) {
        Pace();
        const int batch = model.batch_count();
        LoadBatch load = model.Next();
        CountSent(lane, batch, load);
        unanswered.push_back(std::move(load.outcomes));
        open = stream->Send(ForStream(std::move(load.request)), kAnswerTimeout);
      } else {
        open = stream->Receive(&response, kAnswerTimeout);
        if (open) take_answer();
      }
    }
    const CallStatus status = stream->Finish();
    // Answers that were on their way when the server ended count as well.
    while (stream->TryReceive(&response)) take_answer();
    CountEnd(lane, status);
    if (unanswered.empty()) CountComplete(model);
  }

  const LoadOptions options_;
  const RecordWriter record_;
  const std::chrono::steady_clock::time_point start_time_ = std::chrono::steady_clock::now();
  std::atomic<int64_t> sent_events_ = 0;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  int running_lanes_ = 0;
  LoadResult result_;
};

// Sends the batches of one lane again, from the last one with an answer.
class LaneResend {
 public:
  LaneResend(const RoundRecord& record, int lane, client::Connection* connection,
             const RecordWriter* writer)
      : record_(record), lane_(lane), connection_(connection), writer_(writer) {}

  void Run() {
    const LaneRecord& record = record_.lanes[static_cast<size_t>(lane_)];
    LaneModel model(record_.load, lane_);
    while (model.batch_count() < record.sent && result.faults.empty()) {
      const int batch = model.batch_count();
      LoadBatch load = model.Next();
      if (batch >= record.acknowledged - 1) Send(batch, batch < record.acknowledged, &load);
    }
    result.totals = model.totals();
  }

  ResendResult result;

 private:
  void Send(int batch, bool acknowledged, LoadBatch* load) {
    v1::RecordPaymentsResponse response;
    const CallStatus status = connection_->RecordPayments(load->request, &response);
    if (!status.ok()) return Fault(batch, Describe(status));
    if (!acknowledged) writer_->Acknowledged(lane_, batch);
    ++result.resent_batches;
    // Whether it is there shows at its first recorded event; the rest must agree.
    bool known = acknowledged;
    for (int i = 0; i < response.outcomes_size() && i < std::ssize(load->outcomes); ++i) {
      if (acknowledged || !load->outcomes[static_cast<size_t>(i)].recorded()) continue;
      known = response.outcomes(i).outcome() == v1::PaymentOutcome::OUTCOME_DUPLICATE;
      break;
    }
    if (known) ++result.found_batches;
    for (ExpectedOutcome& expected : load->outcomes) {
      if (known && expected.recorded()) expected = {v1::PaymentOutcome::OUTCOME_DUPLICATE, ""};
    }
    const std::string difference = DifferenceOf(response, load->outcomes);
    if (!difference.empty()) Fault(batch, difference);
  }

  void Fault(int batch, const std::string& text) {
    result.faults.push_back(LaneSource(record_.load.round, lane_) + " batch " +
                            std::to_string(batch) + " again: " + text);
  }

  const RoundRecord& record_;
  const int lane_;
  client::Connection* const connection_;
  const RecordWriter* const writer_;
};

}  // namespace

LoadResult RunLoad(const LoadOptions& options) { return Load(options).Run(); }

ResendResult ResendUnanswered(const std::string& server, const std::string& record_path,
                              const RoundRecord& record) {
  const RecordWriter writer(record_path);
  const std::unique_ptr<client::Connection> connection = ConnectSeparately(server);
  std::deque<LaneResend> lanes;
  std::vector<std::thread> threads;
  for (int lane = 0; lane < kLaneCount; ++lane) {
    lanes.emplace_back(record, lane, connection.get(), &writer);
    threads.emplace_back([&sent = lanes.back()] { sent.Run(); });
  }
  for (std::thread& thread : threads) thread.join();
  ResendResult all;
  for (const LaneResend& lane : lanes) {
    all.resent_batches += lane.result.resent_batches;
    all.found_batches += lane.result.found_batches;
    all.totals.Add(lane.result.totals);
    all.faults.insert(all.faults.end(), lane.result.faults.begin(), lane.result.faults.end());
  }
  return all;
}

}  // namespace budgetwatch::crash
