#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <memory>
#include <string_view>
#include <vector>

#include "domain/payment.h"
#include "domain/payment_group.h"

namespace budgetwatch {

// A batch of events read from the bytes of a request. The views point into `bytes`: a
// small slice holds its bytes itself, so that a copy of it would not keep them.
struct DecodedBatch {
  std::shared_ptr<const grpc::Slice> bytes;  // null before DecodeBatch
  std::string_view source;
  std::vector<RawPaymentEvent> events;

  // What it takes in memory until it is answered: its texts, and what an event takes
  // beside them.
  size_t held_bytes() const { return bytes->size() + events.size() * kEventBytes; }

  static constexpr size_t kEventBytes = 512;
};

// Reads a RecordPaymentsRequest or StreamPaymentsRequest of up to `max_events`
// events; texts need not be UTF-8. Errors: MALFORMED_MESSAGE, BATCH_TOO_LARGE.
Status DecodeBatch(const grpc::ByteBuffer& bytes, size_t max_events, DecodedBatch* batch);

// Encodes a RecordPaymentsResponse or StreamPaymentsResponse.
grpc::ByteBuffer EncodeOutcomes(const std::vector<PaymentOutcome>& outcomes);

}  // namespace budgetwatch
