// Goal: what the domain, the API and the wire messages say twice is the same, so that
// a cast between them, or a reading of one's bytes as the other, is right.
// Method: walks over the descriptors. The switches below have no default, so that the
// compiler asks for the name of every value that the domain gains.

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>

#include "budgetwatch/v1/error_reason.pb.h"
#include "budgetwatch/v1/execution.pb.h"
#include "budgetwatch/v1/payment_service.pb.h"
#include "budgetwatch/v1/plan.pb.h"
#include "budgetwatch/v1/warning.pb.h"
#include "budgetwatch/wire/v1/wire.pb.h"
#include "domain/execution.h"
#include "domain/payment_group.h"
#include "domain/reason.h"
#include "domain/warning.h"
#include "transport/error_map.h"

namespace budgetwatch {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

// Reasons and errors.

std::set<std::string> DomainReasons() {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(kLastReason); ++i) {
    names.insert("ERROR_REASON_" + std::string(ReasonName(static_cast<Reason>(i))));
  }
  return names;
}

TEST(Contract, TheApiListsTheReasonsOfTheDomain) {
  std::set<std::string> listed;
  const EnumDescriptor* reasons = v1::ErrorReason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    if (reasons->value(i)->number() != 0) listed.insert(reasons->value(i)->name());
  }
  EXPECT_EQ(listed, DomainReasons());
  EXPECT_EQ(listed.size(), static_cast<size_t>(kLastReason) + 1);
}

TEST(Contract, ReasonsOfEventsKeepTheirOrderOfPrecedence) {
  const auto number_of = [](Reason reason) {
    v1::ErrorReason value = v1::ERROR_REASON_UNSPECIFIED;
    EXPECT_TRUE(v1::ErrorReason_Parse("ERROR_REASON_" + std::string(ReasonName(reason)), &value));
    return static_cast<int>(value);
  };
  for (int i = 1; i <= static_cast<int>(Reason::kCorrectionWithoutChange); ++i) {
    EXPECT_LT(number_of(static_cast<Reason>(i - 1)), number_of(static_cast<Reason>(i)));
  }
}

TEST(ErrorMap, EveryErrorCodeHasItsOwnGrpcCode) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kDataLoss); ++i) {
    const grpc::StatusCode code = ToGrpcCode(static_cast<ErrorCode>(i));
    EXPECT_NE(code, grpc::StatusCode::UNKNOWN) << i;
    EXPECT_TRUE(names.insert(GrpcCodeName(code)).second) << i;
  }
  EXPECT_FALSE(names.contains("UNKNOWN"));
  EXPECT_TRUE(names.contains("DATA_LOSS"));
}

TEST(ErrorMap, DetailsCarryReasonDomainAndField) {
  const grpc::Status status =
      ToGrpcStatus(Refusal(Reason::kInvalidDate, "as_of_date", "the date is none"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "the date is none");
  wire::v1::RpcStatus details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), 3);
  EXPECT_EQ(details.message(), "the date is none");
  ASSERT_EQ(details.details_size(), 1);
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  wire::v1::ErrorInfo info;
  ASSERT_TRUE(info.ParseFromString(details.details(0).value()));
  EXPECT_EQ(info.reason(), "INVALID_DATE");
  EXPECT_EQ(info.domain(), "budgetwatch");
  ASSERT_EQ(info.metadata_size(), 1);
  EXPECT_EQ(info.metadata().at("field"), "as_of_date");
}

TEST(ErrorMap, OnlyAFullQueueHintsAtARetry) {
  for (int i = 0; i <= static_cast<int>(kLastReason); ++i) {
    const Error error = Refusal(static_cast<Reason>(i), "", "m");
    wire::v1::RpcStatus details;
    ASSERT_TRUE(details.ParseFromString(ToGrpcStatus(error).error_details()));
    const bool hint = error.code == ErrorCode::kResourceExhausted;
    ASSERT_EQ(details.details_size(), hint ? 2 : 1) << error.reason;
    if (!hint) continue;
    EXPECT_EQ(details.details(1).type_url(), "type.googleapis.com/google.rpc.RetryInfo");
    wire::v1::RetryInfo retry;
    ASSERT_TRUE(retry.ParseFromString(details.details(1).value()));
    EXPECT_EQ(retry.retry_delay().seconds(), 0);
    EXPECT_GT(retry.retry_delay().nanos(), 0);
  }
}

TEST(ErrorMap, SuccessCarriesNothing) {
  const grpc::Status status = ToGrpcStatus(Status());
  EXPECT_TRUE(status.ok());
  EXPECT_TRUE(status.error_details().empty());
}

// A client takes 8 KiB of metadata, which a status with its details must fit into.
TEST(ErrorMap, LongMessagesAreCut) {
  const grpc::Status status =
      ToGrpcStatus(Refusal(Reason::kPaymentNotFound, "payment_id", std::string(100'000, 'x')));
  EXPECT_LT(status.error_message().size() + status.error_details().size(), 4096u);
  EXPECT_FALSE(status.error_message().empty());
}

// Messages that are read from each other's bytes.

// What a decoder tells apart on the wire.
int WireType(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES: return FieldDescriptor::TYPE_BYTES;
    case FieldDescriptor::TYPE_ENUM:
    case FieldDescriptor::TYPE_INT32: return FieldDescriptor::TYPE_INT32;
    default: return field.type();
  }
}

void ExpectSameBytes(const Descriptor& one, const Descriptor& other) {
  EXPECT_EQ(one.field_count(), other.field_count()) << one.full_name();
  for (int i = 0; i < one.field_count(); ++i) {
    const FieldDescriptor& field = *one.field(i);
    const FieldDescriptor* same = other.FindFieldByNumber(field.number());
    ASSERT_NE(same, nullptr) << field.full_name();
    EXPECT_EQ(field.name(), same->name());
    EXPECT_EQ(WireType(field), WireType(*same)) << field.full_name();
    EXPECT_EQ(field.label(), same->label()) << field.full_name();
    EXPECT_EQ(field.is_packed(), same->is_packed()) << field.full_name();
    ASSERT_EQ(field.message_type() == nullptr, same->message_type() == nullptr);
    if (field.message_type() != nullptr) {
      ExpectSameBytes(*field.message_type(), *same->message_type());
    }
  }
}

TEST(Contract, BatchesAreReadFromTheBytesOfTheApi) {
  const Descriptor& batch = *wire::v1::PaymentBatch::descriptor();
  ExpectSameBytes(*v1::RecordPaymentsRequest::descriptor(), batch);
  ExpectSameBytes(*v1::StreamPaymentsRequest::descriptor(), batch);
  ExpectSameBytes(*v1::PaymentEvent::descriptor(), *wire::v1::PaymentEvent::descriptor());
}

TEST(Contract, BothRecordingCallsAnswerTheSameBytes) {
  ExpectSameBytes(*v1::RecordPaymentsResponse::descriptor(),
                  *v1::StreamPaymentsResponse::descriptor());
}

TEST(Contract, NoTextOfAWireEventIsCheckedByTheDecoder) {
  const Descriptor& event = *wire::v1::PaymentEvent::descriptor();
  for (int i = 0; i < event.field_count(); ++i) {
    EXPECT_NE(event.field(i)->type(), FieldDescriptor::TYPE_STRING) << event.field(i)->name();
  }
}

// Enums that are cast.

const char* NameOf(ProjectKind kind) {
  switch (kind) {
    case ProjectKind::kProject: return "PROJECT_KIND_PROJECT";
    case ProjectKind::kPersonnel: return "PROJECT_KIND_PERSONNEL";
    case ProjectKind::kPublic: return "PROJECT_KIND_PUBLIC";
    case ProjectKind::kThreePublic: return "PROJECT_KIND_THREE_PUBLIC";
  }
  return "none";
}

const char* NameOf(FundingSource source) {
  switch (source) {
    case FundingSource::kGeneral: return "FUNDING_SOURCE_GENERAL";
    case FundingSource::kGovernmentFund: return "FUNDING_SOURCE_GOVERNMENT_FUND";
    case FundingSource::kOther: return "FUNDING_SOURCE_OTHER";
  }
  return "none";
}

const char* NameOf(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::kOverspent: return "EXECUTION_STATUS_OVERSPENT";
    case ExecutionStatus::kSeverelyBehind: return "EXECUTION_STATUS_SEVERELY_BEHIND";
    case ExecutionStatus::kBehind: return "EXECUTION_STATUS_BEHIND";
    case ExecutionStatus::kAhead: return "EXECUTION_STATUS_AHEAD";
    case ExecutionStatus::kCompleted: return "EXECUTION_STATUS_COMPLETED";
    case ExecutionStatus::kNotDue: return "EXECUTION_STATUS_NOT_DUE";
    case ExecutionStatus::kOnTrack: return "EXECUTION_STATUS_ON_TRACK";
  }
  return "none";
}

const char* NameOf(Severity severity) {
  switch (severity) {
    case Severity::kInfo: return "SEVERITY_INFO";
    case Severity::kWarning: return "SEVERITY_WARNING";
    case Severity::kError: return "SEVERITY_ERROR";
    case Severity::kCritical: return "SEVERITY_CRITICAL";
  }
  return "none";
}

const char* NameOf(SubjectKind kind) {
  switch (kind) {
    case SubjectKind::kProject: return "SUBJECT_KIND_PROJECT";
    case SubjectKind::kDepartment: return "SUBJECT_KIND_DEPARTMENT";
    case SubjectKind::kSuspense: return "SUBJECT_KIND_SUSPENSE";
    case SubjectKind::kIndicator: return "SUBJECT_KIND_INDICATOR";
  }
  return "none";
}

const char* NameOf(WarningChange change) {
  switch (change) {
    case WarningChange::kOpened: return "WARNING_EVENT_KIND_OPENED";
    case WarningChange::kResolved: return "WARNING_EVENT_KIND_RESOLVED";
    case WarningChange::kReopened: return "WARNING_EVENT_KIND_REOPENED";
    case WarningChange::kExplained: return "WARNING_EVENT_KIND_EXPLAINED";
    case WarningChange::kSuperseded: return "WARNING_EVENT_KIND_SUPERSEDED";
  }
  return "none";
}

const char* NameOf(CauseClass cause) {
  switch (cause) {
    case CauseClass::kFunding: return "CAUSE_CLASS_FUNDING";
    case CauseClass::kInstitution: return "CAUSE_CLASS_INSTITUTION";
    case CauseClass::kPersonnel: return "CAUSE_CLASS_PERSONNEL";
    case CauseClass::kFacility: return "CAUSE_CLASS_FACILITY";
    case CauseClass::kOther: return "CAUSE_CLASS_OTHER";
  }
  return "none";
}

const char* NameOf(PaymentKind kind) {
  switch (kind) {
    case PaymentKind::kPayment: return "PAYMENT_KIND_PAYMENT";
    case PaymentKind::kRefund: return "PAYMENT_KIND_REFUND";
    case PaymentKind::kCorrection: return "PAYMENT_KIND_CORRECTION";
  }
  return "none";
}

const char* NameOf(PaymentOutcome::Kind kind) {
  switch (kind) {
    case PaymentOutcome::Kind::kRecorded: return "OUTCOME_RECORDED";
    case PaymentOutcome::Kind::kDuplicate: return "OUTCOME_DUPLICATE";
    case PaymentOutcome::Kind::kSuspended: return "OUTCOME_SUSPENDED";
    case PaymentOutcome::Kind::kRejected: return "OUTCOME_REJECTED";
  }
  return "none";
}

// `last` is the domain's last value: its numbers run from 1 to it.
template <typename Enum>
void ExpectSameNumbers(const EnumDescriptor& api, Enum last) {
  for (int i = 0; i < api.value_count(); ++i) {
    const int number = api.value(i)->number();
    if (number == 0) continue;
    EXPECT_EQ(api.value(i)->name(), NameOf(static_cast<Enum>(number))) << api.full_name();
  }
  EXPECT_EQ(api.value_count(), static_cast<int>(last) + 1) << api.full_name();
}

TEST(Contract, EnumsThatAreCastHaveTheSameNumbers) {
  ExpectSameNumbers(*v1::ProjectKind_descriptor(), ProjectKind::kThreePublic);
  ExpectSameNumbers(*v1::FundingSource_descriptor(), FundingSource::kOther);
  ExpectSameNumbers(*v1::ExecutionStatus_descriptor(), ExecutionStatus::kOnTrack);
  ExpectSameNumbers(*v1::Severity_descriptor(), Severity::kCritical);
  ExpectSameNumbers(*v1::SubjectKind_descriptor(), SubjectKind::kIndicator);
  ExpectSameNumbers(*v1::WarningEventKind_descriptor(), WarningChange::kSuperseded);
  ExpectSameNumbers(*v1::CauseClass_descriptor(), CauseClass::kOther);
  ExpectSameNumbers(*v1::PaymentKind_descriptor(), PaymentKind::kCorrection);
  ExpectSameNumbers(*v1::PaymentOutcome::Outcome_descriptor(), PaymentOutcome::Kind::kRejected);
}

}  // namespace
}  // namespace budgetwatch
