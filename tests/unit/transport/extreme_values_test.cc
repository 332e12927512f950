// Goal: whatever numbers a caller sends, it gets an answer, and the ledger goes on.
// Method: every call that is one request, with every whole number in it at the ends of its
// range, one at a time beside small ones and all together, with dates and without.

#include <google/protobuf/dynamic_message.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "test_server.h"

namespace budgetwatch {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Which of the numbers of a request get which value.
struct Numbers {
  int64_t value = 0;
  int only = -1;  // the number with this index; the others are 1. -1: all
  bool dates = false;
  int choice = 0;  // which field of each oneof is set
  int seen = 0;    // in the message that was filled
};

int64_t InRangeOf(FieldDescriptor::CppType type, int64_t value) {
  if (type == FieldDescriptor::CPPTYPE_INT64) return value;
  return std::clamp<int64_t>(value, std::numeric_limits<int32_t>::min(),
                             std::numeric_limits<int32_t>::max());
}

// Sets every field that is a number, and one element of every list, down to `depth`.
void Fill(Message* message, Numbers* numbers, int depth = 5) {
  const auto* reflection = message->GetReflection();
  const Descriptor* type = message->GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const auto* oneof = field->real_containing_oneof();
    if (oneof != nullptr &&
        field->index_in_oneof() != std::min(numbers->choice, oneof->field_count() - 1)) {
      continue;
    }
    const auto cpp_type = field->cpp_type();
    if (cpp_type == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (depth == 0 || field->is_map()) continue;
      Fill(field->is_repeated() ? reflection->AddMessage(message, field)
                                : reflection->MutableMessage(message, field),
           numbers, depth - 1);
    } else if (field->is_repeated()) {
      continue;
    } else if (cpp_type == FieldDescriptor::CPPTYPE_STRING) {
      const bool date = field->name().ends_with("_date");
      if (date && !numbers->dates) continue;
      reflection->SetString(message, field, date ? "2020-06-30" : "122002");
    } else if (cpp_type == FieldDescriptor::CPPTYPE_INT32 ||
               cpp_type == FieldDescriptor::CPPTYPE_INT64) {
      const int index = numbers->seen++;
      const bool chosen = numbers->only < 0 || numbers->only == index;
      const int64_t value = InRangeOf(cpp_type, chosen ? numbers->value : 1);
      if (cpp_type == FieldDescriptor::CPPTYPE_INT64) {
        reflection->SetInt64(message, field, value);
      } else {
        reflection->SetInt32(message, field, static_cast<int32_t>(value));
      }
    }
  }
}

class ExtremeValuesTest : public testing::TestWithParam<const char*> {
 protected:
  ExtremeValuesTest() {
    server_.ledger().Apply(MakePlan("122002", {MakeProject("P1", 10'000)}));
    server_.ledger().Record({MakePayment("a", "P1", "2020-05-01", 1)});
  }

  // Returns how many numbers the request has.
  int Call(const google::protobuf::MethodDescriptor& method, Numbers numbers) {
    google::protobuf::DynamicMessageFactory factory;
    const std::unique_ptr<Message> request(factory.GetPrototype(method.input_type())->New());
    Fill(request.get(), &numbers);
    const std::string path = "/" + method.service()->full_name() + "/" + method.name();
    std::string response;
    const grpc::Status status = CallBytes(channel_, path, request->SerializeAsString(), &response);
    static const std::set<grpc::StatusCode> kAnswers = {
        grpc::StatusCode::OK, grpc::StatusCode::INVALID_ARGUMENT, grpc::StatusCode::NOT_FOUND,
        grpc::StatusCode::FAILED_PRECONDITION};
    EXPECT_TRUE(kAnswers.contains(status.error_code()))
        << path << " " << status.error_code() << " " << status.error_message() << "\n"
        << request->ShortDebugString();
    return numbers.seen;
  }

  TestServer server_;
  const std::shared_ptr<grpc::Channel> channel_ = server_.Connect();
};

TEST_P(ExtremeValuesTest, AreAnswered) {
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      std::string("budgetwatch.v1.") + GetParam());
  ASSERT_NE(service, nullptr);
  int numbers = 0;
  for (int i = 0; i < service->method_count() && !HasFailure(); ++i) {
    const auto& method = *service->method(i);
    if (method.client_streaming() || method.server_streaming()) continue;
    for (const int64_t value : {INT64_MIN, int64_t{-1}, int64_t{0}, INT64_MAX}) {
      for (const int way : {0, 1, 2, 3}) {
        const bool dates = way % 2 == 1;
        const int count = Call(method, {value, -1, dates, way / 2});
        for (int only = 0; only < count && !HasFailure(); ++only) {
          Call(method, {value, only, dates, way / 2});
        }
        numbers += count;
      }
    }
  }
  EXPECT_GT(numbers, 0);
  EXPECT_TRUE(Records(channel_, "afterwards"));
}

INSTANTIATE_TEST_SUITE_P(Services, ExtremeValuesTest,
                         testing::Values("PlanService", "PaymentService", "ObservationService",
                                         "MonitorService", "AdminService"));

}  // namespace
}  // namespace budgetwatch
