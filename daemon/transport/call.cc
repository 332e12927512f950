#include "transport/call.h"

#include <string>

#include "domain/payment.h"

namespace budgetwatch {
namespace {

// "ipv4:10.0.0.7" of "ipv4:10.0.0.7:40000": a sender is a machine, not a connection.
std::string MachineOf(const std::string& peer) { return peer.substr(0, peer.rfind(':')); }

Error RateLimited(const std::string& who, int64_t wait_millis) {
  Error error = Refusal(Reason::kRateLimited, "",
                        who + " sends more events than its limit allows; send them again later");
  error.retry_after_millis = wait_millis;
  return error;
}

}  // namespace

UnaryCall* UnaryCall::Start(Calls& calls, grpc::CallbackServerContext* context,
                            std::string_view method) {
  std::shared_ptr<UnaryCall> call(new UnaryCall(calls, context, method));
  call->self_ = call;
  return call.get();
}

UnaryCall::UnaryCall(Calls& calls, grpc::CallbackServerContext* context, std::string_view method)
    : OpenCall(context),
      calls_(calls),
      entry_(calls.census(), *context),
      call_(calls.observer(), method) {}

bool UnaryCall::Admit(size_t request_bytes) {
  // All connections are broken, and this call with them: gRPC only does not say so yet.
  if (!calls_.connections().open()) {
    Answer(grpc::Status::CANCELLED);
    return false;
  }
  if (abandoned()) {
    Answer(AbandonedStatus());
    return false;
  }
  auto hold = calls_.admission().AdmitCall(kCallBytes + request_bytes);
  if (!hold.ok()) {
    Answer(ToGrpcStatus(hold.error()));
    return false;
  }
  hold_ = std::move(hold).value();
  request_bytes_ = hold_.bytes();
  return true;
}

bool UnaryCall::AdmitMore(size_t bytes) {
  if (hold_.Resize(hold_.bytes() + bytes)) return true;
  Answer(ToGrpcStatus(calls_.admission().Full()));
  return false;
}

Status UnaryCall::ReserveAnswer(size_t bytes, const std::string& what) {
  // As many at once as there are threads that make them are within the bound.
  if (bytes <= calls_.limits().max_held_bytes / Calls::kAnsweringThreads) return {};
  auto hold = calls_.admission().AdmitLargeAnswer(bytes, what);
  if (!hold.ok()) return hold.error();
  large_answer_ = std::move(hold).value();
  reserved_bytes_ = bytes;
  return {};
}

bool UnaryCall::AdmitAnswer(size_t response_bytes) {
  return response_bytes <= reserved_bytes_ || hold_.Resize(request_bytes_ + response_bytes);
}

Error UnaryCall::TooManyAnswers() {
  return Refusal(Reason::kQueueFull, "",
                 "too many answers wait for their clients to read them; ask again later");
}

void UnaryCall::Answer(const grpc::Status& status) {
  call_.Done(status);
  // However short the answer: a client can forbid the server to send a single byte.
  BeginWait();
  calls_.open_calls().Add(self_);
  Finish(status);
}

void UnaryCall::OnDone() {
  MarkOver();
  calls_.open_calls().Remove(this);
  // The last owner may be the thread that looks for stalled calls. The call is over with hold_.
  large_answer_ = Hold();
  hold_ = Hold();
  const std::shared_ptr<UnaryCall> last = std::move(self_);
}

Status Calls::LimitRate(const grpc::CallbackServerContext& context, std::string_view source,
                        size_t event_count) {
  if (!sources_.limits() && !peers_.limits()) return {};
  if (Status status = CheckSource(source); !status.ok()) return status;
  const SteadyTime now = SteadyNow();
  const auto count = static_cast<int64_t>(event_count);
  const std::string peer = peers_.limits() ? MachineOf(context.peer()) : std::string();
  const int64_t peer_wait = peers_.Take(peer, count, now);
  if (peer_wait > 0) return RateLimited("this sender", peer_wait);
  const int64_t source_wait = sources_.Take(source, count, now);
  if (source_wait == 0) return {};
  // What one source may not send is no reason to keep others of its machine waiting.
  peers_.GiveBack(peer, count);
  return RateLimited("source \"" + std::string(source) + "\"", source_wait);
}

void Calls::Close() {
  admission_.Close();
  open_calls_.Drain();
}

grpc::Status Calls::TooManyCalls() {
  return ToGrpcStatus(
      Refusal(Reason::kQueueFull, "", "too many calls wait to be answered; try again later"));
}

}  // namespace budgetwatch
