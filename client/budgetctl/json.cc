#include "budgetctl/json.h"

#include <google/protobuf/util/json_util.h>

#include "base/check.h"

namespace budgetwatch::ctl {
namespace {

std::string Print(const google::protobuf::Message& message, bool whitespace) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = whitespace;
  options.always_print_primitive_fields = true;
  std::string json;
  // Fails only for types that no message of the API holds (Any, bad timestamps).
  BW_CHECK(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  if (json.empty() || json.back() != '\n') json += '\n';
  return json;
}

}  // namespace

std::string ToJson(const google::protobuf::Message& message) { return Print(message, true); }

std::string ToJsonLine(const google::protobuf::Message& message) { return Print(message, false); }

}  // namespace budgetwatch::ctl
