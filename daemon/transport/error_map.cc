#include "transport/error_map.h"

#include "base/text.h"
#include "budgetwatch/wire/v1/wire.pb.h"

namespace budgetwatch {
namespace {

constexpr const char* kDomain = "budgetwatch";

// Long enough for a full queue to drain.
constexpr int64_t kRetryDelayMillis = 100;

// A client refuses more than 8 KiB of metadata, and the message is there twice.
constexpr size_t kMaxMessageTextBytes = 1024;

void AddDetail(const google::protobuf::Message& detail, const char* type,
               wire::v1::RpcStatus* status) {
  google::protobuf::Any* any = status->add_details();
  any->set_type_url(std::string("type.googleapis.com/") + type);
  detail.SerializeToString(any->mutable_value());
}

}  // namespace

grpc::StatusCode ToGrpcCode(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return grpc::StatusCode::INVALID_ARGUMENT;
    case ErrorCode::kNotFound: return grpc::StatusCode::NOT_FOUND;
    case ErrorCode::kFailedPrecondition: return grpc::StatusCode::FAILED_PRECONDITION;
    case ErrorCode::kResourceExhausted: return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case ErrorCode::kUnavailable: return grpc::StatusCode::UNAVAILABLE;
    case ErrorCode::kDeadlineExceeded: return grpc::StatusCode::DEADLINE_EXCEEDED;
    case ErrorCode::kDataLoss: return grpc::StatusCode::DATA_LOSS;
  }
  return grpc::StatusCode::UNKNOWN;
}

const char* GrpcCodeName(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK: return "OK";
    case grpc::StatusCode::CANCELLED: return "CANCELLED";
    case grpc::StatusCode::INVALID_ARGUMENT: return "INVALID_ARGUMENT";
    case grpc::StatusCode::DEADLINE_EXCEEDED: return "DEADLINE_EXCEEDED";
    case grpc::StatusCode::NOT_FOUND: return "NOT_FOUND";
    case grpc::StatusCode::RESOURCE_EXHAUSTED: return "RESOURCE_EXHAUSTED";
    case grpc::StatusCode::FAILED_PRECONDITION: return "FAILED_PRECONDITION";
    case grpc::StatusCode::UNAVAILABLE: return "UNAVAILABLE";
    case grpc::StatusCode::DATA_LOSS: return "DATA_LOSS";
    default: return "UNKNOWN";
  }
}

grpc::Status ToGrpcStatus(const Error& error) {
  const grpc::StatusCode code = ToGrpcCode(error.code);
  const std::string message = Abbreviate(error.message, kMaxMessageTextBytes);
  wire::v1::RpcStatus details;
  details.set_code(static_cast<int>(code));
  details.set_message(message);
  wire::v1::ErrorInfo info;
  info.set_reason(error.reason);
  info.set_domain(kDomain);
  if (!error.field.empty()) (*info.mutable_metadata())["field"] = error.field;
  AddDetail(info, "google.rpc.ErrorInfo", &details);
  if (error.code == ErrorCode::kResourceExhausted) {
    wire::v1::RetryInfo retry;
    const int64_t millis =
        error.retry_after_millis > 0 ? error.retry_after_millis : kRetryDelayMillis;
    retry.mutable_retry_delay()->set_seconds(millis / 1000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(millis % 1000) * 1'000'000);
    AddDetail(retry, "google.rpc.RetryInfo", &details);
  }
  return grpc::Status(code, message, details.SerializeAsString());
}

grpc::Status ToGrpcStatus(const Status& status) {
  return status.ok() ? grpc::Status::OK : ToGrpcStatus(status.error());
}

}  // namespace budgetwatch
