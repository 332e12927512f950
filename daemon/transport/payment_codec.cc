#include "transport/payment_codec.h"

#include <string>

#include "base/wire.h"

namespace budgetwatch {
namespace {

// Fields of budgetwatch.v1.RecordPaymentsRequest and StreamPaymentsRequest.
enum BatchField { kSource = 1, kPayments = 2 };

// Fields of budgetwatch.v1.PaymentEvent.
enum EventField {
  kPaymentId = 1,
  kKind = 2,
  kProjectCode = 3,
  kPayDate = 4,
  kAmountFen = 5,
  kPayee = 6,
  kMemo = 7,
  kOriginalPaymentId = 8,
};

// Fields of budgetwatch.v1.RecordPaymentsResponse and PaymentOutcome.
enum ResponseField { kOutcomes = 1 };
enum OutcomeField { kOutcome = 1, kReason = 2, kField = 3, kMessage = 4, kSequence = 5 };

// Fields that it does not know are skipped, as Protocol Buffers do.
bool DecodeEvent(std::string_view bytes, RawPaymentEvent* event) {
  WireReader reader(bytes);
  while (reader.Next()) {
    if (reader.is_varint()) {
      if (reader.field() == kKind) event->kind = static_cast<int>(reader.varint());
      if (reader.field() == kAmountFen) event->amount_fen = static_cast<int64_t>(reader.varint());
    } else if (reader.is_bytes()) {
      switch (reader.field()) {
        case kPaymentId: event->payment_id = reader.bytes(); break;
        case kProjectCode: event->project_code = reader.bytes(); break;
        case kPayDate: event->pay_date = reader.bytes(); break;
        case kPayee: event->payee = reader.bytes(); break;
        case kMemo: event->memo = reader.bytes(); break;
        case kOriginalPaymentId: event->original_payment_id = reader.bytes(); break;
        default: break;
      }
    }
  }
  return reader.done();
}

void AppendTag(int field, bool bytes, std::string* out) {
  out->push_back(static_cast<char>(field << 3 | (bytes ? 2 : 0)));
}

void AppendText(int field, std::string_view text, std::string* out) {
  if (text.empty()) return;
  AppendTag(field, true, out);
  AppendVarint(text.size(), out);
  out->append(text);
}

void AppendOutcome(const PaymentOutcome& outcome, std::string* out) {
  AppendTag(kOutcome, false, out);
  AppendVarint(static_cast<uint64_t>(outcome.kind), out);
  if (outcome.refusal) {
    AppendText(kReason, ReasonName(outcome.refusal->reason), out);
    AppendText(kField, outcome.refusal->field, out);
    AppendText(kMessage, outcome.refusal->message, out);
  }
  if (outcome.sequence == 0) return;
  AppendTag(kSequence, false, out);
  AppendVarint(static_cast<uint64_t>(outcome.sequence), out);
}

// The bytes as one piece; most requests come as one or a few.
grpc::Status ToOneSlice(const grpc::ByteBuffer& bytes, grpc::Slice* slice) {
  if (bytes.TrySingleSlice(slice).ok()) return grpc::Status::OK;
  return bytes.DumpToSingleSlice(slice);
}

}  // namespace

Status DecodeBatch(const grpc::ByteBuffer& bytes, size_t max_events, DecodedBatch* batch) {
  const auto malformed = [] {
    return Refusal(Reason::kMalformedMessage, "",
                   "the request is no RecordPaymentsRequest; generate the client from proto/");
  };
  const auto slice = std::make_shared<grpc::Slice>();
  batch->bytes = slice;
  // An empty message has no slice.
  if (bytes.Length() > 0 && !ToOneSlice(bytes, slice.get()).ok()) return malformed();
  WireReader reader({reinterpret_cast<const char*>(slice->begin()), slice->size()});
  size_t too_many = 0;
  while (reader.Next()) {
    if (!reader.is_bytes()) continue;
    if (reader.field() == kSource) batch->source = reader.bytes();
    if (reader.field() != kPayments) continue;
    // A few bytes of a hostile message can each become an event: those past the limit
    // are counted only.
    if (batch->events.size() == max_events) {
      ++too_many;
    } else if (!DecodeEvent(reader.bytes(), &batch->events.emplace_back())) {
      return malformed();
    }
  }
  if (!reader.done()) return malformed();
  if (too_many > 0) {
    return Refusal(Reason::kBatchTooLarge, "payments",
                   "the batch holds " + std::to_string(batch->events.size() + too_many) +
                       " events; send at most " + std::to_string(max_events) + " at once");
  }
  return {};
}

grpc::ByteBuffer EncodeOutcomes(const std::vector<PaymentOutcome>& outcomes) {
  std::string bytes;
  std::string encoded;
  bytes.reserve(outcomes.size() * 12);
  for (const PaymentOutcome& outcome : outcomes) {
    encoded.clear();
    AppendOutcome(outcome, &encoded);
    AppendText(kOutcomes, encoded, &bytes);
  }
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

}  // namespace budgetwatch
