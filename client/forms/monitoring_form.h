#pragma once

#include <string>

#include "forms/form.h"
#include "forms/review_view.h"

namespace budgetwatch::forms {

// Sheets of the form 项目支出绩效目标执行监控表, each under the given name.
Sheet MonitoringSummary(const ReviewView& view, const std::string& name);
Sheet MonitoringSheet(const ReviewView& view, const ProjectView& project, const std::string& name);

std::string MonitoringTitle(const v1::Review& review);

// The answers to 完成目标可能性, the surest first, and the words for them.
inline constexpr int kLikelihoodCount = 3;
v1::Likelihood LikelihoodAt(int index);
std::string LikelihoodName(const v1::Review& review, v1::Likelihood likelihood);

}  // namespace budgetwatch::forms
