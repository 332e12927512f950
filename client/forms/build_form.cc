#include "forms/build_form.h"

#include <absl/time/time.h>

#include "forms/evaluation_form.h"
#include "forms/form_parts.h"
#include "forms/form_text.h"
#include "forms/monitoring_form.h"
#include "forms/review_view.h"

namespace budgetwatch::forms {
namespace {

// What tells the two forms apart.
struct Maker {
  std::string (*title)(const v1::Review&);
  Sheet (*summary)(const ReviewView&, const std::string&);
  Sheet (*sheet)(const ReviewView&, const ProjectView&, const std::string&);
};

constexpr Maker kMonitoring = {MonitoringTitle, MonitoringSummary, MonitoringSheet};
constexpr Maker kEvaluation = {EvaluationTitle, EvaluationSummary, EvaluationSheet};

// When the review was frozen, so that the same review gives the same file; 0 when
// it does not say.
int64_t CreatedSecond(const v1::ReviewSummary& summary) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, summary.recorded_time(), &time, &error)) return 0;
  return absl::ToUnixSeconds(time);
}

std::string PageFooter(const v1::ReviewSummary& summary) {
  const std::string id = CleanText(summary.review_id());
  return id.empty() ? "" : "监控报告 " + id;
}

}  // namespace

Form BuildForm(const v1::GetReviewResponse& response, FormKind kind) {
  const Maker& maker = kind == FormKind::kMonitoring ? kMonitoring : kEvaluation;
  const ReviewView view = ViewOf(response);
  SheetNames names;
  Form form;
  form.title = maker.title(response.review());
  form.page_header = DepartmentOf(response.review());
  form.page_footer = PageFooter(response.summary());
  form.created_second = CreatedSecond(response.summary());
  form.sheets.push_back(maker.summary(view, names.Next("部门汇总", "")));
  for (const ProjectView& project : view.projects) {
    form.sheets.push_back(maker.sheet(view, project, names.Next(project.name, project.code)));
  }
  return form;
}

}  // namespace budgetwatch::forms
