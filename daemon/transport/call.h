#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/worker_pool.h"
#include "domain/reason.h"
#include "service/rpc_observer.h"
#include "transport/error_map.h"

namespace budgetwatch {

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
  kHere,      // on gRPC's thread: nothing but memory is touched
  kReads,     // reads the store
  kCommands,  // waits for the committer, or reads for long
};

// Answers unary calls and tells the observer of them. Thread-safe. Outlives the
// server; it is destroyed after the last call is finished.
class Calls {
 public:
  explicit Calls(RpcObserver& observer) : observer_(observer) {}

  RpcObserver& observer() { return observer_; }

  // Answers with what `handler` returns, a budgetwatch::Status. The handler is kept
  // until it has run: what it captures must live until the call is finished, as
  // requests and responses do.
  template <typename Handler>
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, Lane lane,
                                   std::string_view method, Handler handler) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const auto answer = [reactor, call = Call(observer_, method), handler = std::move(handler)] {
      Finish(reactor, call, ToGrpcStatus(handler()));
    };
    if (lane == Lane::kHere) {
      answer();
    } else if (!(lane == Lane::kReads ? reads_ : commands_).Post(answer)) {
      Finish(reactor, Call(observer_, method), TooMany());
    }
    return reactor;
  }

 private:
  static constexpr size_t kReadThreads = 4;
  static constexpr size_t kCommandThreads = 8;
  static constexpr size_t kWaitingCalls = 1000;

  static void Finish(grpc::ServerUnaryReactor* reactor, const Call& call,
                     const grpc::Status& status) {
    call.Done(status);
    reactor->Finish(status);
  }
  static grpc::Status TooMany() {
    return ToGrpcStatus(
        Refusal(Reason::kQueueFull, "", "too many calls wait to be answered; try again later"));
  }

  RpcObserver& observer_;
  WorkerPool reads_{kReadThreads, kWaitingCalls};
  WorkerPool commands_{kCommandThreads, kWaitingCalls};
};

}  // namespace budgetwatch
