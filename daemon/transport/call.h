#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/clock.h"
#include "base/worker_pool.h"
#include "domain/reason.h"
#include "service/rpc_observer.h"
#include "transport/admission.h"
#include "transport/call_census.h"
#include "transport/error_map.h"
#include "transport/open_call.h"
#include "transport/rate_limiter.h"

namespace budgetwatch {

// What a call costs beside its messages: its place in gRPC, its reactor.
inline constexpr size_t kCallBytes = 24u << 10;

// One call under way: tells the observer when it is finished.
class Call {
 public:
  // The observer outlives the call; `method` is a literal.
  Call(RpcObserver& observer, std::string_view method)
      : observer_(observer), method_(method), start_nanos_(MonotonicNanos()) {}

  int64_t start_nanos() const { return start_nanos_; }

  void Done(const grpc::Status& status) const {
    observer_.OnRpcDone(method_, GrpcCodeName(status.error_code()),
                        MonotonicNanos() - start_nanos_);
  }

 private:
  RpcObserver& observer_;
  std::string_view method_;
  int64_t start_nanos_;
};

// Where a unary call is answered. gRPC has few threads of its own: one that waits on
// them keeps everybody waiting, recording included.
enum class Lane {
  kHere,      // on gRPC's thread: a little memory is touched
  kReads,     // reads the store, or much of what is in memory
  kCommands,  // waits for the committer, or reads for long
};

class Calls;

// A unary call, from its start until its answer is with the client: it holds what the
// request and the answer take of the server. Owns itself.
class UnaryCall final : public grpc::ServerUnaryReactor, public OpenCall {
 public:
  static UnaryCall* Start(Calls& calls, grpc::CallbackServerContext* context,
                          std::string_view method);

  // Takes a request of `request_bytes` in memory on; false when it is refused, and the
  // call answered.
  [[nodiscard]] bool Admit(size_t request_bytes);

  // Takes more on for the request, until there is an answer; false as above.
  [[nodiscard]] bool AdmitMore(size_t bytes);

  // For an answer that takes `bytes` until it is with the client, before it is made; `what`
  // begins the refusal. Small ones are counted when they are there. Errors: those of
  // Admission::AdmitLargeAnswer.
  Status ReserveAnswer(size_t bytes, const std::string& what);

  // Whether there is room for an answer of `response_bytes` beside the request. Where
  // there is none, answer with TooManyAnswers().
  [[nodiscard]] bool AdmitAnswer(size_t response_bytes);
  static Error TooManyAnswers();

  // Finishes the call; once.
  void Answer(const grpc::Status& status);

  void OnDone() override;

  // When it came.
  int64_t start_nanos() const { return call_.start_nanos(); }

 private:
  UnaryCall(Calls& calls, grpc::CallbackServerContext* context, std::string_view method);

  Calls& calls_;
  const CallCensus::Entry entry_;
  const Call call_;
  size_t request_bytes_ = 0;
  Hold hold_;
  size_t reserved_bytes_ = 0;  // for the answer, of large_answer_
  Hold large_answer_;
  std::shared_ptr<UnaryCall> self_;  // until OnDone
};

// Takes calls on within the limits, answers unary ones, tells the observer of them,
// and brings them to an end when the server stops. Thread-safe. Outlives the server;
// it is destroyed after the last call is finished.
class Calls {
 public:
  explicit Calls(RpcObserver& observer, const ServerLimits& limits = {},
                 MemoryCheck has_memory = nullptr)
      : observer_(observer),
        limits_(limits),
        admission_(limits, std::move(has_memory)),
        open_calls_(limits.stall_seconds),
        census_(limits.max_calls_per_connection, connections_),
        sources_(limits.source_events_per_second),
        peers_(limits.peer_events_per_second) {}

  // Threads that make answers.
  static constexpr size_t kReadThreads = 4;
  static constexpr size_t kCommandThreads = 8;
  static constexpr size_t kAnsweringThreads = kReadThreads + kCommandThreads;

  RpcObserver& observer() { return observer_; }
  const ServerLimits& limits() const { return limits_; }
  Admission& admission() { return admission_; }
  OpenCalls& open_calls() { return open_calls_; }
  ConnectionTable& connections() { return connections_; }
  CallCensus& census() { return census_; }

  // Changes the limits of payment events a second, which limits() keeps as they were.
  void SetRates(int64_t source_events_per_second, int64_t peer_events_per_second) {
    sources_.SetRate(source_events_per_second);
    peers_.SetRate(peer_events_per_second);
  }

  // Counts payment events against the limits of their source and their sender.
  // Errors: RATE_LIMITED; INVALID_SOURCE, since a name of any length is no key to keep.
  Status LimitRate(const grpc::CallbackServerContext& context, std::string_view source,
                   size_t event_count);

  // Answers with what `handler(call)` returns, a budgetwatch::Status; a handler that never
  // makes a large answer need not take the call. The handler is kept until it has run: what
  // it captures must live until the call is finished, as requests and responses do. It is
  // not run for a client that does not wait any more.
  template <typename Request, typename Response, typename Handler>
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const Request* request,
                                   Response* response, Lane lane, std::string_view method,
                                   Handler handler) {
    UnaryCall* call = UnaryCall::Start(*this, context, method);
    if (!call->Admit(request->SpaceUsedLong())) return call;
    const auto answer = [call, response, handler = std::move(handler)] {
      if (call->abandoned()) {
        call->Answer(call->AbandonedStatus());
        return;
      }
      Status status;
      if constexpr (std::is_invocable_v<Handler, UnaryCall&>) {
        status = handler(*call);
      } else {
        status = handler();
      }
      // The message and its encoding, both there until the client has read it.
      if (!call->AdmitAnswer(kAnswerCost * response->ByteSizeLong())) {
        response->Clear();
        status = UnaryCall::TooManyAnswers();
      }
      call->Answer(ToGrpcStatus(status));
    };
    if (lane == Lane::kHere) {
      answer();
    } else if (!(lane == Lane::kReads ? reads_ : commands_).Post(answer)) {
      call->Answer(TooManyCalls());
    }
    return call;
  }

  // Has a part of a stream's work done by the threads that read; false, and the work is
  // dropped, when too much waits for them already: the stream ends with TooManyCalls(), or
  // tries again.
  [[nodiscard]] bool PostRead(std::function<void()> work) { return reads_.Post(std::move(work)); }
  static grpc::Status TooManyCalls();

  // Takes no new calls, streams or batches, and has open streams end when what they
  // handed in is answered.
  void Close();

 private:
  static constexpr size_t kWaitingCalls = 1000;
  // Bytes in memory of an answer, for each byte of its encoding.
  static constexpr size_t kAnswerCost = 4;

  RpcObserver& observer_;
  const ServerLimits limits_;
  Admission admission_;
  OpenCalls open_calls_;
  ConnectionTable connections_;
  CallCensus census_;
  RateLimiter sources_;
  RateLimiter peers_;
  WorkerPool reads_{kReadThreads, kWaitingCalls};
  WorkerPool commands_{kCommandThreads, kWaitingCalls};
};

}  // namespace budgetwatch
