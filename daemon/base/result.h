#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace budgetwatch {

// Classes of failure that a caller can react to; transport maps each to one
// gRPC code.
enum class ErrorCode {
  kInvalidArgument,     // the input is wrong, and will be wrong again
  kNotFound,            // what is named does not exist
  kFailedPrecondition,  // the state of the ledger does not allow it
  kResourceExhausted,   // a bound is reached; try again later
  kUnavailable,         // the store or the server cannot serve now
  kDeadlineExceeded,    // the caller does not wait any more
  kDataLoss,            // what is stored contradicts itself
};

// Why something was refused or failed.
struct Error {
  ErrorCode code = ErrorCode::kInvalidArgument;
  std::string reason;              // UPPER_SNAKE, one of the names in error_reason.proto
  std::string message;             // a sentence that names the place and the cure
  std::string field;               // the field at fault, or empty
  int64_t retry_after_millis = 0;  // of kResourceExhausted; 0 where it is not known
};

// A value or the reason for its absence. Thread-compatible.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT: implicit on purpose
  Result(Error error) : state_(std::move(error)) {}  // NOLINT: implicit on purpose

  bool ok() const { return std::holds_alternative<T>(state_); }

  // REQUIRES: ok().
  const T& value() const& {
    BW_CHECK(ok());
    return std::get<T>(state_);
  }
  T& value() & {
    BW_CHECK(ok());
    return std::get<T>(state_);
  }
  T&& value() && {
    BW_CHECK(ok());
    return std::get<T>(std::move(state_));
  }

  // REQUIRES: !ok().
  const Error& error() const {
    BW_CHECK(!ok());
    return std::get<Error>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

// Success without a value, or the reason of a failure.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT: implicit on purpose

  bool ok() const { return ok_; }

  // REQUIRES: !ok().
  const Error& error() const {
    BW_CHECK(!ok_);
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace budgetwatch
