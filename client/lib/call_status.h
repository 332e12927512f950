#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace budgetwatch::client {

// The canonical codes of gRPC, with its numbers.
enum class CallCode {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// "UNAVAILABLE" and so on.
std::string_view CallCodeName(CallCode code);

// How a call ended.
struct [[nodiscard]] CallStatus {
  CallCode code = CallCode::kOk;
  std::string reason;   // UPPER_SNAKE, a name of ErrorReason; empty when the server gave none
  std::string message;  // a sentence for a person
  std::map<std::string, std::string> metadata;  // what varies in the message, such as "field"
  std::chrono::milliseconds retry_delay{0};     // how long the server asks to wait

  bool ok() const { return code == CallCode::kOk; }
};

// A failure that the client itself found.
CallStatus FailedCall(CallCode code, std::string message);

// The status of a call that ended with these parts. `details` are the bytes of a
// google.rpc.Status, as gRPC carries them; what is missing or damaged in them
// leaves the fields empty.
CallStatus MakeCallStatus(int code, std::string message, const std::string& details);

}  // namespace budgetwatch::client
