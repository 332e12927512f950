#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace budgetwatch::ctl {

// The proto3 JSON mapping of `message`, with default values printed; optional
// fields and messages that are absent stay absent. Ends with a line feed.
std::string ToJson(const google::protobuf::Message& message);

// The same on one line.
std::string ToJsonLine(const google::protobuf::Message& message);

}  // namespace budgetwatch::ctl
