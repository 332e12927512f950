#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <vector>

#include "budgetwatch/wire/v1/wire.pb.h"
#include "domain/payment.h"
#include "domain/payment_group.h"

namespace budgetwatch {

// A batch of events decoded from the bytes of a request. The views of `events`
// point into `message`.
struct DecodedBatch {
  wire::v1::PaymentBatch message;
  std::vector<RawPaymentEvent> events;
};

// Decodes a RecordPaymentsRequest or StreamPaymentsRequest; texts need not be
// UTF-8. Errors: MALFORMED_MESSAGE.
Status DecodeBatch(const grpc::ByteBuffer& bytes, DecodedBatch* batch);

// Encodes a RecordPaymentsResponse or StreamPaymentsResponse.
grpc::ByteBuffer EncodeOutcomes(const std::vector<PaymentOutcome>& outcomes);

}  // namespace budgetwatch
