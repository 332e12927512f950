#pragma once

#include <optional>
#include <string>

#include "budgetwatch/v1/execution.pb.h"
#include "budgetwatch/v1/known_at.pb.h"
#include "budgetwatch/v1/payment.pb.h"
#include "budgetwatch/v1/plan.pb.h"
#include "budgetwatch/v1/warning.pb.h"
#include "domain/execution_report.h"
#include "domain/warning.h"
#include "service/ledger.h"
#include "service/payments.h"

namespace budgetwatch {

// Between domain and API messages. What comes from outside is checked; errors are
// INVALID_DATE and INVALID_FIELD and name the field.

Result<std::optional<Date>> OptionalDate(const std::string& text, const char* field);
Result<int> FiscalYear(int fiscal_year);
Result<KnownAt> FromMessage(const v1::KnownAt& message);
Result<Explanation> FromMessage(const v1::Explanation& message);

void ToMessage(const RuleFinding& finding, v1::ExecutionFinding* message);
v1::PlanRevision ToMessage(const PlanRevision& revision);
v1::ExecutionReport ToMessage(const ExecutionReport& report);
v1::Suspense ToMessage(const Total& total);
v1::Warning ToMessage(const Warning& warning);
v1::Payment ToMessage(const RecordedPayment& payment);

}  // namespace budgetwatch
