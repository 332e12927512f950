#include "lib/call_status.h"

#include <algorithm>

#include "budgetwatch/wire/v1/wire.pb.h"

namespace budgetwatch::client {
namespace {

// Longest wait that a server may ask for; longer is a fault of its clock.
constexpr std::chrono::seconds kRetryDelayMax{60};

void ReadDetail(const google::protobuf::Any& detail, CallStatus* status) {
  // Only the name after the last slash counts; the host before it is free.
  const std::string& url = detail.type_url();
  const std::string name = url.substr(url.rfind('/') + 1);
  if (name == "google.rpc.ErrorInfo") {
    wire::v1::ErrorInfo info;
    if (!info.ParseFromString(detail.value())) return;
    status->reason = info.reason();
    status->metadata = {info.metadata().begin(), info.metadata().end()};
  } else if (name == "google.rpc.RetryInfo") {
    wire::v1::RetryInfo info;
    if (!info.ParseFromString(detail.value())) return;
    const int64_t seconds = std::clamp<int64_t>(info.retry_delay().seconds(), 0, 3600);
    const auto delay = std::chrono::seconds(seconds) +
                       std::chrono::milliseconds(info.retry_delay().nanos() / 1'000'000);
    status->retry_delay =
        std::clamp<std::chrono::milliseconds>(delay, std::chrono::milliseconds(0), kRetryDelayMax);
  }
}

}  // namespace

std::string_view CallCodeName(CallCode code) {
  switch (code) {
    case CallCode::kOk: return "OK";
    case CallCode::kCancelled: return "CANCELLED";
    case CallCode::kUnknown: return "UNKNOWN";
    case CallCode::kInvalidArgument: return "INVALID_ARGUMENT";
    case CallCode::kDeadlineExceeded: return "DEADLINE_EXCEEDED";
    case CallCode::kNotFound: return "NOT_FOUND";
    case CallCode::kAlreadyExists: return "ALREADY_EXISTS";
    case CallCode::kPermissionDenied: return "PERMISSION_DENIED";
    case CallCode::kResourceExhausted: return "RESOURCE_EXHAUSTED";
    case CallCode::kFailedPrecondition: return "FAILED_PRECONDITION";
    case CallCode::kAborted: return "ABORTED";
    case CallCode::kOutOfRange: return "OUT_OF_RANGE";
    case CallCode::kUnimplemented: return "UNIMPLEMENTED";
    case CallCode::kInternal: return "INTERNAL";
    case CallCode::kUnavailable: return "UNAVAILABLE";
    case CallCode::kDataLoss: return "DATA_LOSS";
    case CallCode::kUnauthenticated: return "UNAUTHENTICATED";
  }
  return "UNKNOWN";
}

CallStatus FailedCall(CallCode code, std::string message) {
  CallStatus status;
  status.code = code;
  status.message = std::move(message);
  return status;
}

CallStatus MakeCallStatus(int code, std::string message, const std::string& details) {
  CallStatus status;
  status.code = code >= 0 && code <= static_cast<int>(CallCode::kUnauthenticated)
                    ? static_cast<CallCode>(code)
                    : CallCode::kUnknown;
  status.message = std::move(message);
  wire::v1::RpcStatus rpc_status;
  if (!details.empty() && rpc_status.ParseFromString(details)) {
    for (const auto& detail : rpc_status.details()) ReadDetail(detail, &status);
  }
  return status;
}

}  // namespace budgetwatch::client
