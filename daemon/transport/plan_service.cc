#include "transport/plan_service.h"

#include <charconv>

#include "transport/call.h"
#include "transport/convert.h"
#include "transport/page_token.h"
#include "transport/plan_message.h"

namespace budgetwatch {
namespace {

Status RequirePlan(bool has_plan) {
  if (has_plan) return {};
  return Refusal(Reason::kInvalidField, "plan", "the request carries no plan");
}

}  // namespace

grpc::ServerUnaryReactor* PlanServiceHandler::ValidatePlan(grpc::CallbackServerContext* context,
                                                           const v1::ValidatePlanRequest* request,
                                                           v1::ValidatePlanResponse* response) {
  return calls_.Answer(context, request, response, Lane::kReads, "PlanService/ValidatePlan",
                       [this, request, response]() -> Status {
                         if (Status status = RequirePlan(request->has_plan()); !status.ok())
                           return status;
                         PlanFromMessage read = FromMessage(request->plan());
                         for (const Finding& finding : read.findings)
                           *response->add_findings() = ToMessage(finding);
                         for (const Finding& finding : plans_.Validate(&read.plan)) {
                           *response->add_findings() = ToMessage(finding);
                         }
                         *response->mutable_plan() = ToMessage(read.plan);
                         return {};
                       });
}

grpc::ServerUnaryReactor* PlanServiceHandler::ApplyPlan(grpc::CallbackServerContext* context,
                                                        const v1::ApplyPlanRequest* request,
                                                        v1::ApplyPlanResponse* response) {
  return calls_.Answer(context, request, response, Lane::kCommands, "PlanService/ApplyPlan",
                       [this, request, response] { return Apply(*request, response); });
}

Status PlanServiceHandler::Apply(const v1::ApplyPlanRequest& request,
                                 v1::ApplyPlanResponse* response) {
  if (Status status = RequirePlan(request.has_plan()); !status.ok()) return status;
  const auto effective_date = OptionalDate(request.effective_date(), "effective_date");
  if (!effective_date.ok()) return effective_date.error();
  PlanFromMessage read = FromMessage(request.plan());
  if (HasError(read.findings)) {
    for (const Finding& finding : read.findings) *response->add_findings() = ToMessage(finding);
    return {};
  }
  const auto result = plans_.Apply(
      {std::move(read.plan), effective_date.value(), request.reason(), request.document_number()});
  if (!result.ok()) return result.error();
  response->set_applied(result.value().applied);
  response->set_unchanged(result.value().unchanged);
  if (result.value().revision != nullptr) {
    *response->mutable_revision() = ToMessage(*result.value().revision);
  }
  for (const Finding& finding : result.value().findings) {
    *response->add_findings() = ToMessage(finding);
  }
  return {};
}

grpc::ServerUnaryReactor* PlanServiceHandler::GetPlan(grpc::CallbackServerContext* context,
                                                      const v1::GetPlanRequest* request,
                                                      v1::GetPlanResponse* response) {
  return calls_.Answer(context, request, response, Lane::kReads, "PlanService/GetPlan",
                       [this, request, response] { return Get(*request, response); });
}

Status PlanServiceHandler::Get(const v1::GetPlanRequest& request,
                               v1::GetPlanResponse* response) const {
  const auto fiscal_year = FiscalYear(request.fiscal_year());
  if (!fiscal_year.ok()) return fiscal_year.error();
  const auto as_of = OptionalDate(request.as_of_date(), "as_of_date");
  if (!as_of.ok()) return as_of.error();
  const auto known_at = FromMessage(request.known_at());
  if (!known_at.ok()) return known_at.error();
  const auto sequence = reports_.Resolve(known_at.value());
  if (!sequence.ok()) return sequence.error();
  const auto revision = plans_.InForce(
      request.department_code(), fiscal_year.value(),
      as_of.value().value_or(Date::LastOfYear(fiscal_year.value())), sequence.value());
  if (!revision.ok()) return revision.error();
  *response->mutable_plan() = ToMessage(revision.value()->plan());
  *response->mutable_revision() = ToMessage(*revision.value());
  return {};
}

grpc::ServerUnaryReactor* PlanServiceHandler::ListPlanRevisions(
    grpc::CallbackServerContext* context, const v1::ListPlanRevisionsRequest* request,
    v1::ListPlanRevisionsResponse* response) {
  return calls_.Answer(context, request, response, Lane::kHere, "PlanService/ListPlanRevisions",
                       [this, request, response] { return List(*request, response); });
}

Status PlanServiceHandler::List(const v1::ListPlanRevisionsRequest& request,
                                v1::ListPlanRevisionsResponse* response) const {
  const auto page_size = PageSize(request.page_size());
  if (!page_size.ok()) return page_size.error();
  const std::string filter =
      request.department_code() + '\n' + std::to_string(request.fiscal_year());
  int after = 0;
  if (!request.page_token().empty()) {
    const auto position = DecodePageToken(filter, request.page_token());
    if (!position.ok()) return position.error();
    const std::string& text = position.value();
    std::from_chars(text.data(), text.data() + text.size(), after);
  }
  for (const PlanRevisionPtr& revision :
       plans_.Revisions(request.department_code(), request.fiscal_year())) {
    if (revision->entry.revision_number <= after) continue;
    if (static_cast<size_t>(response->revisions_size()) == page_size.value()) {
      const int last = response->revisions(response->revisions_size() - 1).revision_number();
      response->set_next_page_token(EncodePageToken(filter, std::to_string(last)));
      break;
    }
    *response->add_revisions() = ToMessage(*revision);
  }
  return {};
}

}  // namespace budgetwatch
