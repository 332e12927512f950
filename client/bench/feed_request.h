#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <string_view>

#include "bench/outcome_tally.h"
#include "bench/payment_feed.h"

namespace budgetwatch::bench {

// The bytes of a RecordPaymentsRequest or StreamPaymentsRequest with the items
// [first, first + count) of a feed, each counted by `tally` as sent. Made in place, with
// no copy after. REQUIRES: `source` has at most 127 bytes.
grpc::ByteBuffer EncodeRequest(const PaymentFeed& feed, std::string_view source, int64_t first,
                               int64_t count, OutcomeTally* tally);

}  // namespace budgetwatch::bench
