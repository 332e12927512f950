#include "bench/feed_request.h"

#include <grpc/slice.h>
#include <grpcpp/support/slice.h>

#include <cstring>

namespace budgetwatch::bench {

grpc::ByteBuffer EncodeRequest(const PaymentFeed& feed, std::string_view source, int64_t first,
                               int64_t count, OutcomeTally* tally) {
  grpc_slice memory =
      grpc_slice_malloc(2 + source.size() + static_cast<size_t>(count) * PaymentFeed::kEventBytes);
  uint8_t* at = GRPC_SLICE_START_PTR(memory);
  *at++ = (1 << 3) | 2;  // field `source`
  *at++ = static_cast<uint8_t>(source.size());
  std::memcpy(at, source.data(), source.size());
  at += source.size();
  for (int64_t i = 0; i < count; ++i, at += PaymentFeed::kEventBytes) {
    const FeedItem item = feed.At(first + i);
    tally->Sent(item);
    feed.Encode(item, at);
  }
  const grpc::Slice slice(memory, grpc::Slice::STEAL_REF);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace budgetwatch::bench
