#pragma once

#include <grpcpp/support/status.h>

#include "base/result.h"

namespace budgetwatch {

// The canonical gRPC code of a class of failure.
grpc::StatusCode ToGrpcCode(ErrorCode code);

// "OK", "NOT_FOUND" and so on, for metrics.
const char* GrpcCodeName(grpc::StatusCode code);

// The error with its details: ErrorInfo with the reason and the field, and a retry
// hint where waiting helps.
grpc::Status ToGrpcStatus(const Error& error);
grpc::Status ToGrpcStatus(const Status& status);

}  // namespace budgetwatch
