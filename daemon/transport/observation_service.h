#pragma once

#include "budgetwatch/v1/observation_service.grpc.pb.h"
#include "service/observations.h"
#include "service/reports.h"
#include "transport/call.h"

namespace budgetwatch {

// ObservationService over gRPC. Thread-safe; what it refers to outlives it.
class ObservationServiceHandler final : public v1::ObservationService::CallbackService {
 public:
  ObservationServiceHandler(Observations& observations, const Reports& reports, Calls& calls)
      : observations_(observations), reports_(reports), calls_(calls) {}

  grpc::ServerUnaryReactor* RecordObservations(grpc::CallbackServerContext* context,
                                               const v1::RecordObservationsRequest* request,
                                               v1::RecordObservationsResponse* response) override;
  grpc::ServerUnaryReactor* ListObservations(grpc::CallbackServerContext* context,
                                             const v1::ListObservationsRequest* request,
                                             v1::ListObservationsResponse* response) override;

 private:
  Status Record(const v1::RecordObservationsRequest& request,
                v1::RecordObservationsResponse* response);
  Status List(const v1::ListObservationsRequest& request,
              v1::ListObservationsResponse* response) const;

  Observations& observations_;
  const Reports& reports_;
  Calls& calls_;
};

}  // namespace budgetwatch
