#pragma once

#include <chrono>

#include "budgetwatch/v1/payment_service.pb.h"
#include "lib/call_status.h"

namespace budgetwatch::client {

// One StreamPayments call: requests out, a response for each back, in order. Lasts
// until it breaks or is finished. Thread-compatible: one thread at a time.
class PaymentStream {
 public:
  virtual ~PaymentStream() = default;

  // Hands a request to the network. False when that took longer than `timeout` or
  // the stream is broken; Finish says why. Whether the request arrived is then
  // unknown.
  [[nodiscard]] virtual bool Send(const v1::StreamPaymentsRequest& request,
                                  std::chrono::milliseconds timeout) = 0;

  // Waits for the next response. False as with Send.
  [[nodiscard]] virtual bool Receive(v1::StreamPaymentsResponse* response,
                                     std::chrono::milliseconds timeout) = 0;

  // Takes a response that is here already, without waiting; also after Finish,
  // for what arrived before the end. False when there is none.
  [[nodiscard]] virtual bool TryReceive(v1::StreamPaymentsResponse* response) = 0;

  // Ends the stream and says how it ended: OK when nothing had gone wrong.
  virtual CallStatus Finish() = 0;
};

}  // namespace budgetwatch::client
