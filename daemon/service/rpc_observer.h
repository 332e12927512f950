#pragma once

#include <cstdint>
#include <string_view>

namespace budgetwatch {

// Hears of finished calls. Thread-safe: called on any thread; be quick.
class RpcObserver {
 public:
  virtual ~RpcObserver() = default;

  // `method` is one of a closed set, such as "PaymentService/RecordPayments";
  // `code` is the canonical gRPC code as a name, such as "OK".
  virtual void OnRpcDone(std::string_view method, std::string_view code,
                         int64_t duration_nanos) = 0;
};

}  // namespace budgetwatch
