#pragma once

#include "forms/form.h"

namespace budgetwatch::v1 {
class GetReviewResponse;
}

namespace budgetwatch::forms {

enum class FormKind {
  kMonitoring,  // 项目支出绩效目标执行监控表
  kEvaluation,  // 项目支出绩效自评表
};

// The official form of a review: a summary of the department, then a sheet for each
// project. What the review does not know is left blank, to be filled in by hand.
Form BuildForm(const v1::GetReviewResponse& response, FormKind kind);

}  // namespace budgetwatch::forms
