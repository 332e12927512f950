#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace budgetwatch {

// Every reason for which the ledger refuses something, in order of precedence
// for payment events. The names are part of the contract: error_reason.proto
// lists the same ones, and a test compares.
enum class Reason {
  // Of a single event.
  kMissingPaymentId,
  kFieldTooLong,
  kInvalidUtf8,
  kControlCharacter,
  kInvalidKind,
  kMissingProjectCode,
  kInvalidDate,
  kYearOutOfRange,
  kZeroAmount,
  kInvalidAmount,
  kAmountOutOfRange,
  kOriginalNotAllowed,
  kMissingOriginal,
  kPaymentIdConflict,
  kFiscalYearClosed,
  kOriginalNotFound,
  kOriginalNotAPayment,
  kOriginalProjectMismatch,
  kRefundExceedsPayment,
  kCorrectionExceedsPayment,
  kCorrectionWithoutChange,
  // Of a single observation.
  kMissingObservationId,
  kMissingIndicatorId,
  kDateInFuture,
  kMissingValue,
  kInvalidValue,
  kUnitMismatch,
  kInvalidSurvey,
  kObservationIdConflict,
  kCorrectedNotFound,
  // Of a request as a whole.
  kInvalidSource,
  kBatchTooLarge,
  kInvalidField,
  kInvalidPageToken,
  kDateOutsideFiscalYear,
  kKnownAtInFuture,
  kPlanNotFound,
  kPaymentNotFound,
  kWarningNotFound,
  kFiscalYearNotOver,
  kMalformedMessage,
  kReviewNotFound,
  kAnswerTooLarge,
  // Of the server.
  kQueueFull,
  kStoreFailed,
  kShuttingDown,
  kDataDamaged,
  kRateLimited,
  kCallEnded,
  kBackupRunning,
  kBackupFailed,
};
inline constexpr Reason kLastReason = Reason::kBackupFailed;

// "MISSING_PAYMENT_ID" and so on.
std::string_view ReasonName(Reason reason);

// Class of failure that the reason belongs to.
ErrorCode ReasonCode(Reason reason);

// An Error of this reason about `field`.
Error Refusal(Reason reason, std::string_view field, std::string message);

}  // namespace budgetwatch
