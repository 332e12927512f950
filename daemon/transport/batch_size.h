#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>

#include "base/result.h"

namespace budgetwatch {

// What a batch of payment events takes, known before it is decoded.
struct BatchSize {
  size_t events = 0;
  size_t wire_bytes = 0;

  // In memory, from decoding until the batch is answered: its texts, and what an event
  // takes beside them.
  size_t held_bytes() const { return wire_bytes + events * kEventBytes; }

  static constexpr size_t kEventBytes = 256;
};

// Counts the events of a RecordPaymentsRequest or StreamPaymentsRequest without
// decoding them: a few bytes of a hostile message can each become an event of hundreds.
// Bytes that are no message are counted as far as they can be read; decoding refuses
// them. Errors: BATCH_TOO_LARGE.
Result<BatchSize> MeasureBatch(const grpc::ByteBuffer& bytes, size_t max_events);

}  // namespace budgetwatch
