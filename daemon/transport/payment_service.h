#pragma once

#include "budgetwatch/v1/payment_service.grpc.pb.h"
#include "service/payments.h"
#include "transport/call.h"

namespace budgetwatch {

// PaymentService over gRPC. The recording calls take bytes, so that one event that
// is not UTF-8 does not cost its batch. Thread-safe; what it refers to outlives it.
class PaymentServiceHandler final : public v1::PaymentService::WithRawCallbackMethod_RecordPayments<
                                        v1::PaymentService::WithRawCallbackMethod_StreamPayments<
                                            v1::PaymentService::WithCallbackMethod_GetPayment<
                                                v1::PaymentService::WithCallbackMethod_ListPayments<
                                                    v1::PaymentService::Service>>>> {
 public:
  PaymentServiceHandler(Payments& payments, Calls& calls) : payments_(payments), calls_(calls) {}

  grpc::ServerUnaryReactor* RecordPayments(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StreamPayments(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* GetPayment(grpc::CallbackServerContext* context,
                                       const v1::GetPaymentRequest* request,
                                       v1::GetPaymentResponse* response) override;
  grpc::ServerUnaryReactor* ListPayments(grpc::CallbackServerContext* context,
                                         const v1::ListPaymentsRequest* request,
                                         v1::ListPaymentsResponse* response) override;

 private:
  Status List(const v1::ListPaymentsRequest& request, v1::ListPaymentsResponse* response) const;

  Payments& payments_;
  Calls& calls_;
};

}  // namespace budgetwatch
