#include "lib/grpc_payment_stream.h"

#include <deque>

#include "budgetwatch/v1/payment_service.grpc.pb.h"

namespace budgetwatch::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

// How long the end of a stream may take before it is cut.
constexpr milliseconds kFinishTimeout{5'000};

// The call through gRPC's completion queue. A read is always under way, also while
// a write waits for the server: otherwise both sides could stand with full flow
// control windows, each waiting for the other to read. The queue also gives every
// wait a time bound, which the blocking interface lacks.
//
// 1. At most one operation of each kind is under way.
// 2. The queue is empty before it is destroyed.
class GrpcPaymentStream : public PaymentStream {
 public:
  explicit GrpcPaymentStream(const std::shared_ptr<grpc::ChannelInterface>& channel)
      : stub_(v1::PaymentService::NewStub(channel)) {
    stream_ = stub_->AsyncStreamPayments(&context_, &queue_, Begin(&start_));
  }

  ~GrpcPaymentStream() override {
    if (!finished_) {
      context_.TryCancel();
      (void)Finish();
    }
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  bool Send(const v1::StreamPaymentsRequest& request, milliseconds timeout) override {
    const auto deadline = system_clock::now() + timeout;
    if (!PumpWhile(start_, deadline) || broken_) return false;
    stream_->Write(request, Begin(&write_));
    return PumpWhile(write_, deadline) && !broken_;
  }

  bool Receive(v1::StreamPaymentsResponse* response, milliseconds timeout) override {
    const auto deadline = system_clock::now() + timeout;
    while (responses_.empty()) {
      if (broken_ || !PumpOnce(deadline)) return false;
    }
    return TryReceive(response);
  }

  bool TryReceive(v1::StreamPaymentsResponse* response) override {
    // Takes what the queue holds; with a deadline in the past it only looks.
    while (!finished_ && !broken_ && Busy() && Next(system_clock::time_point())) {
    }
    if (responses_.empty()) return false;
    *response = std::move(responses_.front());
    responses_.pop_front();
    return true;
  }

  CallStatus Finish() override {
    if (finished_) return status_;
    if (timed_out_ || start_.under_way) {
      context_.TryCancel();
      Drain();
    }
    if (!broken_ && !timed_out_) stream_->WritesDone(Begin(&half_close_));
    // The reads end only when the server has answered all and ended the call, or
    // the connection is gone: what was acknowledged is then in responses_.
    const auto deadline = system_clock::now() + kFinishTimeout;
    while (Busy()) {
      if (Next(deadline)) continue;
      context_.TryCancel();
      Drain();
    }
    grpc::Status status;
    stream_->Finish(&status, Begin(&finish_));
    Drain();
    finished_ = true;
    status_ = MakeCallStatus(status.error_code(), status.error_message(), status.error_details());
    if (timed_out_) {
      status_ = MakeCallStatus(static_cast<int>(CallCode::kDeadlineExceeded),
                               "the server did not answer in time", "");
    }
    return status_;
  }

 private:
  struct Operation {
    bool under_way = false;
  };

  void* Begin(Operation* operation) {
    operation->under_way = true;
    return operation;
  }

  bool Busy() const {
    return start_.under_way || read_.under_way || write_.under_way || half_close_.under_way ||
           finish_.under_way;
  }

  // Handles one event; false when none came before `deadline`.
  bool Next(system_clock::time_point deadline) {
    void* tag = nullptr;
    bool ok = false;
    if (queue_.AsyncNext(&tag, &ok, deadline) != grpc::CompletionQueue::GOT_EVENT) return false;
    static_cast<Operation*>(tag)->under_way = false;
    if (tag == &read_ && ok) responses_.push_back(std::move(incoming_));
    if (!ok) broken_ = true;
    // Reads go on after a failed write: acknowledgements may still be on the way.
    if ((tag == &read_ || tag == &start_) && ok) stream_->Read(&incoming_, Begin(&read_));
    return true;
  }

  // As Next; remembers that time ran out.
  bool PumpOnce(system_clock::time_point deadline) {
    if (Next(deadline)) return true;
    timed_out_ = true;
    return false;
  }

  bool PumpWhile(const Operation& operation, system_clock::time_point deadline) {
    while (operation.under_way) {
      if (!PumpOnce(deadline)) return false;
    }
    return true;
  }

  // Waits for everything under way. REQUIRES: the call ended or is cancelled.
  void Drain() {
    while (Busy()) (void)Next(system_clock::time_point::max());
  }

  const std::unique_ptr<v1::PaymentService::Stub> stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<
      grpc::ClientAsyncReaderWriter<v1::StreamPaymentsRequest, v1::StreamPaymentsResponse>>
      stream_;
  Operation start_, read_, write_, half_close_, finish_;
  v1::StreamPaymentsResponse incoming_;
  std::deque<v1::StreamPaymentsResponse> responses_;
  bool broken_ = false;
  bool timed_out_ = false;
  bool finished_ = false;
  CallStatus status_;
};

}  // namespace

std::unique_ptr<PaymentStream> OpenGrpcPaymentStream(
    const std::shared_ptr<grpc::ChannelInterface>& channel) {
  return std::make_unique<GrpcPaymentStream>(channel);
}

}  // namespace budgetwatch::client
