#pragma once

#include <memory>

#include "lib/payment_stream.h"

namespace grpc {
class ChannelInterface;
}

namespace budgetwatch::client {

// Opens StreamPayments on a channel. Never fails by itself: a connection that
// cannot be made shows at the first Send.
std::unique_ptr<PaymentStream> OpenGrpcPaymentStream(
    const std::shared_ptr<grpc::ChannelInterface>& channel);

}  // namespace budgetwatch::client
