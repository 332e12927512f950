#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "lib/payment_stream.h"
#include "lib/retry.h"

namespace budgetwatch::client {

// What became of one event of a PaymentSender. The references are valid during the
// callback.
struct PaymentResult {
  int64_t tag = 0;  // as given to Add
  const v1::PaymentEvent& event;
  const v1::PaymentOutcome& outcome;
};

struct PaymentSenderOptions {
  std::string source;
  size_t batch_size = 1'000;                  // events per request, 1 to 10,000
  size_t batches_in_flight = 8;               // requests sent and not yet answered, at least 1
  std::chrono::milliseconds timeout{30'000};  // for an answer while requests are under way
  RetryPolicy retry;                          // of the connection, anew after each answer
  std::stop_token stop;                       // ends waiting for a reconnection
  // Told about each break before the next attempt; may be empty.
  std::function<void(const CallStatus&)> on_break;
};

// Sends payment events in batches over a stream, several under way at a time.
//
// 1. Results come in the order of Add, each once, from within Add and Finish.
// 2. A result is final: the server had made the event durable, or rejected it.
// 3. After a broken connection every batch without a result is sent again, in
//    order. An event that had been recorded without its answer arriving then
//    comes back as DUPLICATE, and counts once.
//
// Thread-compatible. Memory is bounded by batch_size × batches_in_flight events.
class PaymentSender {
 public:
  using Opener = std::function<std::unique_ptr<PaymentStream>()>;
  using ResultCallback = std::function<void(const PaymentResult&)>;

  // `pacer` must outlive the sender.
  PaymentSender(PaymentSenderOptions options, Opener open, ResultCallback on_result, Pacer* pacer);
  ~PaymentSender();
  PaymentSender(const PaymentSender&) = delete;
  PaymentSender& operator=(const PaymentSender&) = delete;

  // Takes an event; sends when a batch is full, and waits when too many are under
  // way. After a failure the sender is spent: events without a result may or may
  // not have been recorded, and sending them again later is safe.
  // REQUIRES: texts are valid UTF-8; no failure before.
  CallStatus Add(v1::PaymentEvent event, int64_t tag);

  // Sends the rest, waits for every result and ends the stream.
  CallStatus Finish();

 private:
  struct Batch {
    v1::StreamPaymentsRequest request;
    std::vector<int64_t> tags;
    size_t size_bytes = 0;
  };

  // Closes the batch that is being filled.
  void Seal();
  // Sends all sealed batches and waits until at most `unanswered_max` are open.
  CallStatus Drive(size_t unanswered_max);
  // Gives up the stream; OK when another may be opened.
  CallStatus Recover();
  CallStatus Deliver(const v1::StreamPaymentsResponse& response);
  CallStatus DeliverWhatIsHere();

  const PaymentSenderOptions options_;
  const Opener open_;
  const ResultCallback on_result_;

  Batch filling_;
  std::deque<Batch> unanswered_;  // in order; the first `sent_` are on the stream
  size_t sent_ = 0;
  std::unique_ptr<PaymentStream> stream_;
  Backoff backoff_;
};

}  // namespace budgetwatch::client
