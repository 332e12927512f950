#pragma once

#include "budgetwatch/v1/plan_service.grpc.pb.h"
#include "service/plans.h"
#include "service/reports.h"
#include "transport/call.h"

namespace budgetwatch {

// PlanService over gRPC. Thread-safe; what it refers to outlives it.
class PlanServiceHandler final : public v1::PlanService::CallbackService {
 public:
  PlanServiceHandler(Plans& plans, const Reports& reports, Calls& calls)
      : plans_(plans), reports_(reports), calls_(calls) {}

  grpc::ServerUnaryReactor* ValidatePlan(grpc::CallbackServerContext* context,
                                         const v1::ValidatePlanRequest* request,
                                         v1::ValidatePlanResponse* response) override;
  grpc::ServerUnaryReactor* ApplyPlan(grpc::CallbackServerContext* context,
                                      const v1::ApplyPlanRequest* request,
                                      v1::ApplyPlanResponse* response) override;
  grpc::ServerUnaryReactor* GetPlan(grpc::CallbackServerContext* context,
                                    const v1::GetPlanRequest* request,
                                    v1::GetPlanResponse* response) override;
  grpc::ServerUnaryReactor* ListPlanRevisions(grpc::CallbackServerContext* context,
                                              const v1::ListPlanRevisionsRequest* request,
                                              v1::ListPlanRevisionsResponse* response) override;

 private:
  Status Apply(const v1::ApplyPlanRequest& request, v1::ApplyPlanResponse* response);
  Status Get(const v1::GetPlanRequest& request, v1::GetPlanResponse* response) const;
  Status List(const v1::ListPlanRevisionsRequest& request,
              v1::ListPlanRevisionsResponse* response) const;

  Plans& plans_;
  const Reports& reports_;
  Calls& calls_;
};

}  // namespace budgetwatch
