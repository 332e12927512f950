#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <ostream>
#include <string>

#include "budgetctl/text.h"
#include "budgetwatch/v1/plan.pb.h"

namespace budgetwatch::ctl {

using Findings = google::protobuf::RepeatedPtrField<v1::Finding>;

// Whether one of them is an error.
bool HasErrorFinding(const Findings& findings);

// Prints each finding with its place, and then how many there are of each severity.
void PrintFindings(std::ostream& out, const Speech& say, const Findings& findings);

// Prints them as CSV with a header.
void WriteFindingsCsv(std::ostream& out, const Findings& findings);

// The severity as the contract spells it: "error".
std::string SeverityKey(v1::Severity severity);

}  // namespace budgetwatch::ctl
