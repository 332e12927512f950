#pragma once

#include <optional>
#include <ostream>

#include "budgetctl/text.h"
#include "budgetwatch/v1/plan_service.pb.h"

namespace budgetwatch::ctl {

// Prints whose plan it is, for which year, and its size; two lines.
void PrintPlanSummary(std::ostream& out, const Speech& say, const v1::Plan& plan);

// Prints a plan with its lines and their schedules.
void PrintPlan(std::ostream& out, const Speech& say, const v1::GetPlanResponse& response,
               std::optional<int> width);
void WritePlanCsv(std::ostream& out, const v1::Plan& plan);

void PrintRevisions(std::ostream& out, const Speech& say,
                    const v1::ListPlanRevisionsResponse& response, std::optional<int> width);
void WriteRevisionsCsv(std::ostream& out, const v1::ListPlanRevisionsResponse& response);

}  // namespace budgetwatch::ctl
