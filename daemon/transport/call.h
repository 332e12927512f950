#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <string_view>
#include <utility>

#include "base/clock.h"
#include "service/rpc_observer.h"
#include "transport/error_map.h"

namespace budgetwatch {

// One call under way: tells the observer when it is finished.
class Call {
 public:
  // The observer outlives the call; `method` is a literal.
  Call(RpcObserver& observer, std::string_view method)
      : observer_(observer), method_(method), start_nanos_(MonotonicNanos()) {}

  void Done(const grpc::Status& status) const {
    observer_.OnRpcDone(method_, GrpcCodeName(status.error_code()),
                        MonotonicNanos() - start_nanos_);
  }

 private:
  RpcObserver& observer_;
  std::string_view method_;
  int64_t start_nanos_;
};

// Answers a unary call with what `handler` returns, a budgetwatch::Status, on this
// thread.
template <typename Handler>
grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, RpcObserver& observer,
                                 std::string_view method, Handler&& handler) {
  const Call call(observer, method);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const grpc::Status status = ToGrpcStatus(std::forward<Handler>(handler)());
  call.Done(status);
  reactor->Finish(status);
  return reactor;
}

}  // namespace budgetwatch
