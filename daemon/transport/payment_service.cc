#include "transport/payment_service.h"

#include <charconv>
#include <memory>

#include "transport/call.h"
#include "transport/convert.h"
#include "transport/page_token.h"
#include "transport/payment_codec.h"
#include "transport/payment_stream.h"

namespace budgetwatch {
namespace {

// Position of a page: "<date> <sequence> <side> <project code>".
std::string EncodePosition(const BookingKey& key) {
  return key.date.ToString() + ' ' + std::to_string(key.sequence) +
         (key.taken_from ? " 1 " : " 0 ") + key.project_code;
}

std::optional<BookingKey> DecodePosition(int fiscal_year, const std::string& text) {
  BookingKey key;
  key.fiscal_year = fiscal_year;
  const size_t sequence_end = text.find(' ', 11);
  if (sequence_end == std::string::npos || text.size() < sequence_end + 3) return std::nullopt;
  const auto date = Date::Parse(text.substr(0, 10));
  if (!date) return std::nullopt;
  key.date = *date;
  const char* digits_end = text.data() + sequence_end;
  const auto parsed = std::from_chars(text.data() + 11, digits_end, key.sequence);
  if (parsed.ec != std::errc() || parsed.ptr != digits_end) return std::nullopt;
  key.taken_from = text[sequence_end + 1] == '1';
  key.project_code = text.substr(sequence_end + 3);
  return key;
}

}  // namespace

grpc::ServerUnaryReactor* PaymentServiceHandler::RecordPayments(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  UnaryCall* call = UnaryCall::Start(calls_, context, "PaymentService/RecordPayments");
  // Before the request is looked at: of a call that was reset, it is gone.
  if (!call->Admit(request->Length())) return call;
  DecodedBatch batch;
  Status taken = DecodeBatch(*request, calls_.limits().max_batch_events, &batch);
  if (taken.ok() && !call->AdmitMore(batch.held_bytes() - batch.bytes->size())) return call;
  if (taken.ok()) taken = calls_.LimitRate(*context, batch.source, batch.events.size());
  if (!taken.ok()) {
    call->Answer(ToGrpcStatus(taken));
    return call;
  }
  payments_.Record(batch.source, batch.events, batch.bytes, call->start_nanos(),
                   [call, response](Result<std::vector<PaymentOutcome>> outcomes) {
                     if (outcomes.ok()) {
                       *response = EncodeOutcomes(outcomes.value());
                       // Answered even without room for it: what was recorded should be told.
                       (void)call->AdmitAnswer(response->Length());
                       call->Answer(grpc::Status::OK);
                     } else {
                       call->Answer(call->abandoned() ? call->AbandonedStatus()
                                                      : ToGrpcStatus(outcomes.error()));
                     }
                   },
                   {.abandoned = [call] { return call->abandoned(); }});
  return call;
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* PaymentServiceHandler::StreamPayments(
    grpc::CallbackServerContext* context) {
  return PaymentStream::Start(payments_, calls_, context);
}

grpc::ServerUnaryReactor* PaymentServiceHandler::GetPayment(grpc::CallbackServerContext* context,
                                                            const v1::GetPaymentRequest* request,
                                                            v1::GetPaymentResponse* response) {
  return calls_.Answer(
      context, request, response, Lane::kReads, "PaymentService/GetPayment",
      [this, request, response]() -> Status {
        if (Status status = CheckSource(request->source()); !status.ok()) return status;
        const auto payment = payments_.Find({request->source(), request->payment_id()});
        if (!payment.ok()) return payment.error();
        *response->mutable_payment() = ToMessage(payment.value());
        return {};
      });
}

grpc::ServerUnaryReactor* PaymentServiceHandler::ListPayments(
    grpc::CallbackServerContext* context, const v1::ListPaymentsRequest* request,
    v1::ListPaymentsResponse* response) {
  return calls_.Answer(context, request, response, Lane::kReads, "PaymentService/ListPayments",
                       [this, request, response] { return List(*request, response); });
}

Status PaymentServiceHandler::List(const v1::ListPaymentsRequest& request,
                                   v1::ListPaymentsResponse* response) const {
  const auto fiscal_year = FiscalYear(request.fiscal_year());
  if (!fiscal_year.ok()) return fiscal_year.error();
  const auto first = OptionalDate(request.from_date(), "from_date");
  if (!first.ok()) return first.error();
  const auto last = OptionalDate(request.to_date(), "to_date");
  if (!last.ok()) return last.error();
  const auto page_size = PageSize(request.page_size());
  if (!page_size.ok()) return page_size.error();
  PaymentFilter filter;
  filter.fiscal_year = fiscal_year.value();
  filter.project_code = request.project_code();
  filter.first = first.value().value_or(Date::FirstOfYear(filter.fiscal_year));
  filter.last = last.value().value_or(Date::LastOfYear(filter.fiscal_year));
  filter.suspended_only = request.suspended_only();

  v1::ListPaymentsRequest unpaged = request;
  unpaged.clear_page_size();
  unpaged.clear_page_token();
  const std::string list = unpaged.SerializeAsString();
  std::optional<BookingKey> after;
  if (!request.page_token().empty()) {
    const auto position = DecodePageToken(list, request.page_token());
    if (!position.ok()) return position.error();
    after = DecodePosition(filter.fiscal_year, position.value());
    if (!after) {
      return Refusal(Reason::kInvalidPageToken, "page_token",
                     "page_token is not one of this list; start again without it");
    }
  }
  const auto page = payments_.List(filter, after, page_size.value());
  if (!page.ok()) return page.error();
  for (const RecordedPayment& payment : page.value().payments) {
    *response->add_payments() = ToMessage(payment);
  }
  if (page.value().next) {
    response->set_next_page_token(EncodePageToken(list, EncodePosition(*page.value().next)));
  }
  return {};
}

}  // namespace budgetwatch
