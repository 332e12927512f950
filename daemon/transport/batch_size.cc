#include "transport/batch_size.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <string>

#include "budgetwatch/wire/v1/wire.pb.h"
#include "domain/reason.h"

namespace budgetwatch {

Result<BatchSize> MeasureBatch(const grpc::ByteBuffer& bytes, size_t max_events) {
  using google::protobuf::internal::WireFormatLite;
  constexpr uint32_t kEventTag = WireFormatLite::MakeTag(
      wire::v1::PaymentBatch::kPaymentsFieldNumber, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  BatchSize size;
  size.wire_bytes = bytes.Length();
  // The reader takes the buffer over; copying one only counts references.
  grpc::ByteBuffer copy(bytes);
  grpc::ProtoBufferReader reader(&copy);
  google::protobuf::io::CodedInputStream input(&reader);
  while (const uint32_t tag = input.ReadTagNoLastTag()) {
    if (tag == kEventTag) ++size.events;
    if (!WireFormatLite::SkipField(&input, tag)) break;
  }
  if (size.events > max_events) {
    return Refusal(Reason::kBatchTooLarge, "payments",
                   "the batch holds " + std::to_string(size.events) + " events; send at most " +
                       std::to_string(max_events) + " at once");
  }
  return size;
}

}  // namespace budgetwatch
