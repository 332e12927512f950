#pragma once

#include <string>

#include "forms/form.h"
#include "forms/review_view.h"

namespace budgetwatch::forms {

// Sheets of the form 项目支出绩效自评表, each under the given name.
Sheet EvaluationSummary(const ReviewView& view, const std::string& name);
Sheet EvaluationSheet(const ReviewView& view, const ProjectView& project, const std::string& name);

std::string EvaluationTitle(const v1::Review& review);

}  // namespace budgetwatch::forms
