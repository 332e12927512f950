#include "domain/reason.h"

namespace budgetwatch {

std::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kMissingPaymentId: return "MISSING_PAYMENT_ID";
    case Reason::kFieldTooLong: return "FIELD_TOO_LONG";
    case Reason::kInvalidUtf8: return "INVALID_UTF8";
    case Reason::kControlCharacter: return "CONTROL_CHARACTER";
    case Reason::kInvalidKind: return "INVALID_KIND";
    case Reason::kMissingProjectCode: return "MISSING_PROJECT_CODE";
    case Reason::kInvalidDate: return "INVALID_DATE";
    case Reason::kYearOutOfRange: return "YEAR_OUT_OF_RANGE";
    case Reason::kZeroAmount: return "ZERO_AMOUNT";
    case Reason::kInvalidAmount: return "INVALID_AMOUNT";
    case Reason::kAmountOutOfRange: return "AMOUNT_OUT_OF_RANGE";
    case Reason::kOriginalNotAllowed: return "ORIGINAL_NOT_ALLOWED";
    case Reason::kMissingOriginal: return "MISSING_ORIGINAL";
    case Reason::kPaymentIdConflict: return "PAYMENT_ID_CONFLICT";
    case Reason::kFiscalYearClosed: return "FISCAL_YEAR_CLOSED";
    case Reason::kOriginalNotFound: return "ORIGINAL_NOT_FOUND";
    case Reason::kOriginalNotAPayment: return "ORIGINAL_NOT_A_PAYMENT";
    case Reason::kOriginalProjectMismatch: return "ORIGINAL_PROJECT_MISMATCH";
    case Reason::kRefundExceedsPayment: return "REFUND_EXCEEDS_PAYMENT";
    case Reason::kCorrectionExceedsPayment: return "CORRECTION_EXCEEDS_PAYMENT";
    case Reason::kCorrectionWithoutChange: return "CORRECTION_WITHOUT_CHANGE";
    case Reason::kMissingObservationId: return "MISSING_OBSERVATION_ID";
    case Reason::kMissingIndicatorId: return "MISSING_INDICATOR_ID";
    case Reason::kDateInFuture: return "DATE_IN_FUTURE";
    case Reason::kMissingValue: return "MISSING_VALUE";
    case Reason::kInvalidValue: return "INVALID_VALUE";
    case Reason::kUnitMismatch: return "UNIT_MISMATCH";
    case Reason::kInvalidSurvey: return "INVALID_SURVEY";
    case Reason::kObservationIdConflict: return "OBSERVATION_ID_CONFLICT";
    case Reason::kCorrectedNotFound: return "CORRECTED_NOT_FOUND";
    case Reason::kInvalidSource: return "INVALID_SOURCE";
    case Reason::kBatchTooLarge: return "BATCH_TOO_LARGE";
    case Reason::kInvalidField: return "INVALID_FIELD";
    case Reason::kInvalidPageToken: return "INVALID_PAGE_TOKEN";
    case Reason::kDateOutsideFiscalYear: return "DATE_OUTSIDE_FISCAL_YEAR";
    case Reason::kKnownAtInFuture: return "KNOWN_AT_IN_FUTURE";
    case Reason::kPlanNotFound: return "PLAN_NOT_FOUND";
    case Reason::kPaymentNotFound: return "PAYMENT_NOT_FOUND";
    case Reason::kWarningNotFound: return "WARNING_NOT_FOUND";
    case Reason::kFiscalYearNotOver: return "FISCAL_YEAR_NOT_OVER";
    case Reason::kMalformedMessage: return "MALFORMED_MESSAGE";
    case Reason::kReviewNotFound: return "REVIEW_NOT_FOUND";
    case Reason::kAnswerTooLarge: return "ANSWER_TOO_LARGE";
    case Reason::kQueueFull: return "QUEUE_FULL";
    case Reason::kStoreFailed: return "STORE_FAILED";
    case Reason::kShuttingDown: return "SHUTTING_DOWN";
    case Reason::kDataDamaged: return "DATA_DAMAGED";
    case Reason::kRateLimited: return "RATE_LIMITED";
    case Reason::kCallEnded: return "CALL_ENDED";
    case Reason::kBackupRunning: return "BACKUP_RUNNING";
    case Reason::kBackupFailed: return "BACKUP_FAILED";
  }
  return "";
}

ErrorCode ReasonCode(Reason reason) {
  switch (reason) {
    case Reason::kMissingPaymentId:
    case Reason::kFieldTooLong:
    case Reason::kInvalidUtf8:
    case Reason::kControlCharacter:
    case Reason::kInvalidKind:
    case Reason::kMissingProjectCode:
    case Reason::kInvalidDate:
    case Reason::kYearOutOfRange:
    case Reason::kZeroAmount:
    case Reason::kInvalidAmount:
    case Reason::kAmountOutOfRange:
    case Reason::kOriginalNotAllowed:
    case Reason::kMissingOriginal:
    case Reason::kOriginalNotAPayment:
    case Reason::kOriginalProjectMismatch:
    case Reason::kCorrectionWithoutChange:
    case Reason::kMissingObservationId:
    case Reason::kMissingIndicatorId:
    case Reason::kDateInFuture:
    case Reason::kMissingValue:
    case Reason::kInvalidValue:
    case Reason::kUnitMismatch:
    case Reason::kInvalidSurvey:
    case Reason::kInvalidSource:
    case Reason::kBatchTooLarge:
    case Reason::kInvalidField:
    case Reason::kInvalidPageToken:
    case Reason::kDateOutsideFiscalYear:
    case Reason::kKnownAtInFuture:
    case Reason::kMalformedMessage: return ErrorCode::kInvalidArgument;
    case Reason::kPlanNotFound:
    case Reason::kPaymentNotFound:
    case Reason::kOriginalNotFound:
    case Reason::kCorrectedNotFound:
    case Reason::kReviewNotFound:
    case Reason::kWarningNotFound: return ErrorCode::kNotFound;
    case Reason::kObservationIdConflict:
    case Reason::kPaymentIdConflict:
    case Reason::kFiscalYearClosed:
    case Reason::kRefundExceedsPayment:
    case Reason::kCorrectionExceedsPayment:
    case Reason::kFiscalYearNotOver:
    case Reason::kAnswerTooLarge:
    case Reason::kBackupRunning:
    case Reason::kBackupFailed: return ErrorCode::kFailedPrecondition;
    case Reason::kQueueFull:
    case Reason::kRateLimited: return ErrorCode::kResourceExhausted;
    case Reason::kCallEnded: return ErrorCode::kDeadlineExceeded;
    case Reason::kStoreFailed:
    case Reason::kShuttingDown: return ErrorCode::kUnavailable;
    case Reason::kDataDamaged: return ErrorCode::kDataLoss;
  }
  return ErrorCode::kInvalidArgument;
}

Error Refusal(Reason reason, std::string_view field, std::string message) {
  return Error{ReasonCode(reason), std::string(ReasonName(reason)), std::move(message),
               std::string(field)};
}

}  // namespace budgetwatch
