#include "transport/payment_codec.h"

#include <google/protobuf/arena.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include "budgetwatch/v1/payment_service.pb.h"
#include "transport/convert.h"

namespace budgetwatch {

Status DecodeBatch(const grpc::ByteBuffer& bytes, DecodedBatch* batch) {
  // Deserialize empties the buffer it is given; copying one only counts references.
  grpc::ByteBuffer copy(bytes);
  const grpc::Status parsed =
      grpc::SerializationTraits<wire::v1::PaymentBatch>::Deserialize(&copy, &batch->message);
  if (!parsed.ok()) {
    return Refusal(Reason::kMalformedMessage, "",
                   "the request is no RecordPaymentsRequest; generate the client from proto/");
  }
  batch->events.reserve(static_cast<size_t>(batch->message.payments_size()));
  for (const wire::v1::PaymentEvent& event : batch->message.payments()) {
    batch->events.push_back({event.payment_id(), event.kind(), event.project_code(),
                             event.pay_date(), event.amount_fen(), event.payee(), event.memo(),
                             event.original_payment_id()});
  }
  return {};
}

grpc::ByteBuffer EncodeOutcomes(const std::vector<PaymentOutcome>& outcomes) {
  google::protobuf::Arena arena;
  auto* response = google::protobuf::Arena::CreateMessage<v1::RecordPaymentsResponse>(&arena);
  response->mutable_outcomes()->Reserve(static_cast<int>(outcomes.size()));
  for (const PaymentOutcome& outcome : outcomes) ToMessage(outcome, response->add_outcomes());
  grpc::ByteBuffer bytes;
  bool own_buffer = false;
  const grpc::Status serialized = grpc::SerializationTraits<v1::RecordPaymentsResponse>::Serialize(
      *response, &bytes, &own_buffer);
  BW_CHECK(serialized.ok());
  return bytes;
}

}  // namespace budgetwatch
