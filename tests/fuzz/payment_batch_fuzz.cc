// Input: a number of pieces, and the bytes of a request that records payments, which
// arrives in so many. The reader by hand reads what the generated one reads.

#include "budgetwatch/wire/v1/wire.pb.h"
#include "fuzz/fuzz_input.h"
#include "transport/payment_codec.h"

namespace budgetwatch {
namespace {

constexpr size_t kMaxEvents = 16;

grpc::ByteBuffer InPieces(std::string_view bytes, size_t count) {
  std::vector<grpc::Slice> pieces;
  const size_t size = bytes.size() / count + 1;
  for (size_t begin = 0; begin < bytes.size(); begin += size) {
    pieces.emplace_back(std::string(bytes.substr(begin, size)));
  }
  return {pieces.data(), pieces.size()};
}

void CheckEvent(const RawPaymentEvent& event, const wire::v1::PaymentEvent& generated) {
  BW_CHECK(event.payment_id == generated.payment_id());
  BW_CHECK(event.kind == generated.kind());
  BW_CHECK(event.project_code == generated.project_code());
  BW_CHECK(event.pay_date == generated.pay_date());
  BW_CHECK(event.amount_fen == generated.amount_fen());
  BW_CHECK(event.payee == generated.payee());
  BW_CHECK(event.memo == generated.memo());
  BW_CHECK(event.original_payment_id == generated.original_payment_id());
}

void CheckBatch(std::string_view bytes, size_t pieces) {
  DecodedBatch batch;
  const Status status = DecodeBatch(InPieces(bytes, pieces), kMaxEvents, &batch);
  BW_CHECK(batch.events.size() <= kMaxEvents);
  wire::v1::PaymentBatch generated;
  const bool parsed = generated.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  if (!status.ok()) {
    // The generated reader knows groups and reads every event; nothing else is refused.
    BW_CHECK(status.error().reason == "MALFORMED_MESSAGE" ||
             status.error().reason == "BATCH_TOO_LARGE");
    return;
  }
  BW_CHECK(parsed);
  BW_CHECK(batch.source == generated.source());
  BW_CHECK(batch.events.size() == static_cast<size_t>(generated.payments_size()));
  for (size_t i = 0; i < batch.events.size(); ++i) {
    CheckEvent(batch.events[i], generated.payments(static_cast<int>(i)));
  }
}

// What the generated writer makes of any message, the reader by hand takes.
void CheckWritten(std::string_view bytes) {
  wire::v1::PaymentBatch generated;
  if (!generated.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  generated.DiscardUnknownFields();
  if (generated.payments_size() > static_cast<int>(kMaxEvents)) return;
  DecodedBatch batch;
  BW_CHECK(DecodeBatch(InPieces(generated.SerializeAsString(), 1), kMaxEvents, &batch).ok());
  BW_CHECK(batch.events.size() == static_cast<size_t>(generated.payments_size()));
}

}  // namespace
}  // namespace budgetwatch

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  budgetwatch::FuzzInput input(data, size);
  const size_t pieces = 1 + input.Byte() % 4;
  budgetwatch::CheckBatch(input.Rest(), pieces);
  budgetwatch::CheckWritten(input.Rest());
  return 0;
}
