#include "bench/load_driver.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace budgetwatch::bench {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr char kUnaryMethod[] = "/budgetwatch.v1.PaymentService/RecordPayments";
constexpr char kStreamMethod[] = "/budgetwatch.v1.PaymentService/StreamPayments";
constexpr int kMessageBytesMax = 64 * 1024 * 1024;
// How often a wait looks for a stop request.
constexpr std::chrono::milliseconds kStopInterval{200};

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& server, int number) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Channels with equal arguments share a connection.
  arguments.SetInt("budgetwatch.bench.connection", number);
  return grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments);
}

// One thing under way in the completion queue.
class Operation {
 public:
  virtual ~Operation() = default;
  virtual void OnEvent(bool ok) = 0;
};

// What calls and streams share: which batch is next, and what became of those sent.
class Run {
 public:
  Run(const LoadOptions& options, const LoadPort& port)
      : options_(options),
        port_(port),
        answered_(static_cast<size_t>(kReorderWindows * options.in_flight)) {}

  const LoadOptions& options() const { return options_; }
  grpc::CompletionQueue* queue() { return &queue_; }

  // An operation whose event will come.
  Operation* Begin(Operation* operation) {
    ++under_way_;
    return operation;
  }
  bool busy() const { return under_way_ > 0; }

  bool MaySend() const {
    return result_.status.ok() && next_ < options_.batch_count &&
           next_ - oldest_ < static_cast<int64_t>(answered_.size());
  }
  // REQUIRES: MaySend().
  int64_t TakeBatch() { return next_++; }
  // Whether a late answer kept slots from sending, and they may go on now.
  bool TakeRelease() {
    const bool was_held_back = held_back_;
    held_back_ = next_ - oldest_ == static_cast<int64_t>(answered_.size());
    return was_held_back && !held_back_;
  }
  bool AllTaken() const { return next_ == options_.batch_count || !result_.status.ok(); }
  bool AllAnswered() const { return oldest_ == options_.batch_count; }

  grpc::ByteBuffer Request(int64_t batch) { return port_.request(batch); }

  void Answer(int64_t batch, steady_clock::time_point sent, const grpc::ByteBuffer& response) {
    last_answer_ = steady_clock::now();
    result_.latency.Add(last_answer_ - sent);
    ++result_.answered_count;
    port_.answer(batch, response);
    answered_[Place(batch)] = true;
    while (oldest_ < next_ && answered_[Place(oldest_)]) answered_[Place(oldest_++)] = false;
  }

  void Fail(client::CallStatus status) {
    if (result_.status.ok()) result_.status = std::move(status);
  }
  void Fail(const grpc::Status& status) {
    Fail(client::MakeCallStatus(status.error_code(), status.error_message(),
                                status.error_details()));
  }
  bool failed() const { return !result_.status.ok(); }

  // Handles one event of the queue; a stop request, or no event within the timeout,
  // is a failure, which cancels nothing by itself.
  void Pump() {
    const auto deadline = steady_clock::now() + options_.timeout;
    while (true) {
      void* tag = nullptr;
      bool ok = false;
      const auto wait = system_clock::now() + kStopInterval;
      if (queue_.AsyncNext(&tag, &ok, wait) == grpc::CompletionQueue::GOT_EVENT) {
        Handle(tag, ok);
        return;
      }
      if (options_.stop.stop_requested()) {
        Fail(client::FailedCall(client::CallCode::kCancelled, "interrupted"));
        return;
      }
      if (steady_clock::now() >= deadline) {
        Fail(client::FailedCall(client::CallCode::kDeadlineExceeded, "no answer in time"));
        return;
      }
    }
  }

  // As Pump, without a bound. REQUIRES: what is under way ends by itself.
  void Drain() {
    void* tag = nullptr;
    bool ok = false;
    if (queue_.Next(&tag, &ok)) Handle(tag, ok);
  }

  LoadResult End(steady_clock::time_point started) {
    const auto end = result_.answered_count > 0 ? last_answer_ : started;
    result_.seconds = std::chrono::duration<double>(end - started).count();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
    return std::move(result_);
  }

 private:
  void Handle(void* tag, bool ok) {
    --under_way_;
    static_cast<Operation*>(tag)->OnEvent(ok);
  }

  size_t Place(int64_t batch) const { return static_cast<size_t>(batch) % answered_.size(); }

  const LoadOptions& options_;
  const LoadPort& port_;
  grpc::CompletionQueue queue_;
  std::vector<bool> answered_;  // of [oldest_, next_)
  int64_t next_ = 0;
  int64_t oldest_ = 0;  // the first that is not answered
  bool held_back_ = false;
  int64_t under_way_ = 0;  // operations
  steady_clock::time_point last_answer_;
  LoadResult result_;
};

// A place for one call at a time.
class UnarySlot final : public Operation {
 public:
  UnarySlot(Run& run, const std::shared_ptr<grpc::Channel>& channel) : run_(run), stub_(channel) {}

  // Starts the next batch's call when there is one.
  void SendNext() {
    if (busy_ || !run_.MaySend()) return;
    batch_ = run_.TakeBatch();
    const grpc::ByteBuffer request = run_.Request(batch_);
    context_ = std::make_unique<grpc::ClientContext>();
    context_->set_deadline(system_clock::now() + run_.options().timeout);
    response_.Clear();
    sent_ = steady_clock::now();
    reader_ = stub_.PrepareUnaryCall(context_.get(), kUnaryMethod, request, run_.queue());
    reader_->StartCall();
    reader_->Finish(&response_, &status_, run_.Begin(this));
    busy_ = true;
  }

  void OnEvent(bool) override {
    busy_ = false;
    if (status_.ok()) {
      run_.Answer(batch_, sent_, response_);
      SendNext();
    } else {
      run_.Fail(status_);
    }
  }

  void Cancel() {
    if (busy_) context_->TryCancel();
  }

 private:
  Run& run_;
  grpc::GenericStub stub_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader_;
  grpc::ByteBuffer response_;
  grpc::Status status_;
  int64_t batch_ = 0;
  steady_clock::time_point sent_;
  bool busy_ = false;
};

// One StreamPayments call; at most one read and one write are under way.
class StreamSlot {
 public:
  StreamSlot(Run& run, const std::shared_ptr<grpc::Channel>& channel, int capacity)
      : run_(run), capacity_(static_cast<size_t>(capacity)), stub_(channel) {
    stream_ = stub_.PrepareCall(&context_, kStreamMethod, run_.queue());
    stream_->StartCall(start_.Begin());
  }

  void SendNext() {
    if (start_.busy() || write_.busy() || broken_ || closing_) return;
    if (!taken_) taken_ = Take();
    if (!taken_) {
      if (run_.AllTaken()) {
        closing_ = true;
        stream_->WritesDone(half_close_.Begin());
      }
      return;
    }
    const grpc::ByteBuffer request = run_.Request(*taken_);
    unanswered_.push_back({*taken_, steady_clock::now()});
    // With the next one at hand, gRPC may send both together.
    taken_ = Take();
    grpc::WriteOptions write;
    if (taken_) write.set_buffer_hint();
    stream_->Write(request, write, write_.Begin());
  }

  void Cancel() { context_.TryCancel(); }

 private:
  enum class Step { kStart, kRead, kWrite, kHalfClose, kFinish };

  class StepOperation final : public Operation {
   public:
    StepOperation(StreamSlot& slot, Step step) : slot_(slot), step_(step) {}
    bool busy() const { return busy_; }
    Operation* Begin() {
      busy_ = true;
      return slot_.run_.Begin(this);
    }
    void OnEvent(bool ok) override {
      busy_ = false;
      slot_.OnStep(step_, ok);
    }

   private:
    StreamSlot& slot_;
    const Step step_;
    bool busy_ = false;
  };

  struct Sent {
    int64_t batch;
    steady_clock::time_point time;
  };

  // A batch that is surely written next.
  std::optional<int64_t> Take() {
    if (unanswered_.size() >= capacity_ || !run_.MaySend()) return std::nullopt;
    return run_.TakeBatch();
  }

  bool Busy() const {
    return start_.busy() || read_.busy() || write_.busy() || half_close_.busy() || finish_.busy();
  }

  void OnStep(Step step, bool ok) {
    if (step == Step::kFinish) {
      if (!status_.ok() || !unanswered_.empty()) {
        run_.Fail(status_.ok() ? grpc::Status(grpc::StatusCode::INTERNAL,
                                              "the stream ended with batches unanswered")
                               : status_);
      }
      return;
    }
    if (step == Step::kRead && ok) {
      if (unanswered_.empty()) {
        run_.Fail(client::FailedCall(client::CallCode::kInternal, "an answer too many"));
        Cancel();
      } else {
        run_.Answer(unanswered_.front().batch, unanswered_.front().time, response_);
        unanswered_.pop_front();
      }
    }
    if (!ok) broken_ = true;
    if ((step == Step::kStart || step == Step::kRead) && ok) {
      stream_->Read(&response_, read_.Begin());
    } else if (broken_ && !Busy()) {
      stream_->Finish(&status_, finish_.Begin());
    }
    SendNext();
  }

  Run& run_;
  const size_t capacity_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  StepOperation start_{*this, Step::kStart}, read_{*this, Step::kRead}, write_{*this, Step::kWrite},
      half_close_{*this, Step::kHalfClose}, finish_{*this, Step::kFinish};
  grpc::ByteBuffer response_;
  grpc::Status status_;
  std::optional<int64_t> taken_;  // what comes behind the write under way
  std::deque<Sent> unanswered_;
  bool closing_ = false;  // no more writes
  bool broken_ = false;   // ended, from either side
};

// Keeps the slots busy until everything is answered or something failed. A slot sends
// again by itself when it is free.
template <typename Slots>
LoadResult Drive(Run& run, Slots& slots) {
  const auto started = steady_clock::now();
  for (auto& slot : slots) slot->SendNext();
  while (!run.failed() && run.busy()) {
    run.Pump();
    if (run.TakeRelease()) {
      for (auto& slot : slots) slot->SendNext();
    }
  }
  if (run.failed()) {
    for (auto& slot : slots) slot->Cancel();
  } else if (!run.AllAnswered()) {
    run.Fail(client::FailedCall(client::CallCode::kInternal, "not every batch was answered"));
  }
  while (run.busy()) run.Drain();
  return run.End(started);
}

}  // namespace

LoadResult DriveLoad(const LoadOptions& options, const LoadPort& port) {
  Run run(options, port);
  // A stream that may have nothing in flight would never end.
  const int connections =
      options.stream ? std::min(options.connections, options.in_flight) : options.connections;
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < connections; ++i) channels.push_back(MakeChannel(options.server, i));
  if (!options.stream) {
    std::vector<std::unique_ptr<UnarySlot>> slots;
    for (int i = 0; i < options.in_flight; ++i) {
      slots.push_back(
          std::make_unique<UnarySlot>(run, channels[static_cast<size_t>(i) % channels.size()]));
    }
    return Drive(run, slots);
  }
  std::vector<std::unique_ptr<StreamSlot>> slots;
  for (int i = 0; i < connections; ++i) {
    const int more = i < options.in_flight % connections ? 1 : 0;
    slots.push_back(std::make_unique<StreamSlot>(run, channels[static_cast<size_t>(i)],
                                                 options.in_flight / connections + more));
  }
  return Drive(run, slots);
}

}  // namespace budgetwatch::bench
