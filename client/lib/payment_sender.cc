#include "lib/payment_sender.h"

#include <utility>

namespace budgetwatch::client {
namespace {

// A batch is sent early beyond this size: gRPC refuses messages above 4 MiB.
constexpr size_t kBatchBytesMax = 1024 * 1024;

}  // namespace

PaymentSender::PaymentSender(PaymentSenderOptions options, Opener open, ResultCallback on_result,
                             Pacer* pacer)
    : options_(std::move(options)),
      open_(std::move(open)),
      on_result_(std::move(on_result)),
      backoff_(options_.retry, pacer) {}

PaymentSender::~PaymentSender() = default;

CallStatus PaymentSender::Add(v1::PaymentEvent event, int64_t tag) {
  const size_t event_bytes = event.ByteSizeLong();
  if (!filling_.tags.empty() && filling_.size_bytes + event_bytes > kBatchBytesMax) Seal();
  filling_.size_bytes += event_bytes;
  *filling_.request.add_payments() = std::move(event);
  filling_.tags.push_back(tag);
  if (filling_.tags.size() >= options_.batch_size) Seal();
  if (sent_ == unanswered_.size()) return CallStatus();
  return Drive(options_.batches_in_flight - 1);
}

CallStatus PaymentSender::Finish() {
  Seal();
  CallStatus status = Drive(0);
  if (stream_ != nullptr) {
    // Every event has its result, so how the stream ends changes nothing.
    (void)stream_->Finish();
    stream_.reset();
  }
  return status;
}

void PaymentSender::Seal() {
  if (filling_.tags.empty()) return;
  filling_.request.set_source(options_.source);
  unanswered_.push_back(std::exchange(filling_, Batch()));
}

CallStatus PaymentSender::Drive(size_t unanswered_max) {
  // The bound on silence counts from here, not from a batch of long ago.
  backoff_.Reset();
  while (sent_ < unanswered_.size() || unanswered_.size() > unanswered_max) {
    if (stream_ == nullptr) stream_ = open_();
    bool alive = true;
    if (sent_ < unanswered_.size() && sent_ < options_.batches_in_flight) {
      alive = stream_->Send(unanswered_[sent_].request, options_.timeout);
      if (alive) {
        ++sent_;
        if (CallStatus status = DeliverWhatIsHere(); !status.ok()) return status;
      }
    } else {
      v1::StreamPaymentsResponse response;
      alive = stream_->Receive(&response, options_.timeout);
      if (alive) {
        if (CallStatus status = Deliver(response); !status.ok()) return status;
      }
    }
    if (alive) continue;
    if (CallStatus status = Recover(); !status.ok()) return status;
  }
  return CallStatus();
}

CallStatus PaymentSender::Recover() {
  CallStatus status = stream_->Finish();
  // What was answered before the break needs no second sending.
  if (CallStatus delivered = DeliverWhatIsHere(); !delivered.ok()) return delivered;
  stream_.reset();
  sent_ = 0;
  if (status.ok()) {
    // The server ended the stream with requests unanswered: it is going away.
    status = FailedCall(CallCode::kUnavailable, "the server ended the stream");
  }
  if (options_.on_break && IsRetriable(status)) options_.on_break(status);
  if (!backoff_.WaitAfter(status, options_.stop)) return status;
  return CallStatus();
}

CallStatus PaymentSender::DeliverWhatIsHere() {
  v1::StreamPaymentsResponse response;
  while (stream_->TryReceive(&response)) {
    if (CallStatus status = Deliver(response); !status.ok()) return status;
  }
  return CallStatus();
}

CallStatus PaymentSender::Deliver(const v1::StreamPaymentsResponse& response) {
  if (sent_ == 0)
    return FailedCall(CallCode::kInternal, "the server answered a request that was not sent");
  const Batch batch = std::move(unanswered_.front());
  unanswered_.pop_front();
  --sent_;
  backoff_.Reset();
  if (response.outcomes_size() != batch.request.payments_size()) {
    return FailedCall(CallCode::kInternal,
                      "the server answered " + std::to_string(response.outcomes_size()) +
                          " outcomes for " + std::to_string(batch.request.payments_size()) +
                          " payments; client and server do not fit");
  }
  for (int i = 0; i < response.outcomes_size(); ++i) {
    on_result_(PaymentResult{.tag = batch.tags[static_cast<size_t>(i)],
                             .event = batch.request.payments(i),
                             .outcome = response.outcomes(i)});
  }
  return CallStatus();
}

}  // namespace budgetwatch::client
