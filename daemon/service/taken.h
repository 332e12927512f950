#pragma once

#include <functional>

#include "domain/payment_group.h"

namespace budgetwatch {

// Tells what an entry of the journal takes from payments, itself included where it takes
// refunds that came before it. Errors: of the lookup, which holds those refunds.
Status VisitTaken(const PaymentLookup& lookup, Sequence sequence, const PaymentEntry& entry,
                  const std::function<void(Sequence payment, int64_t amount_fen)>& visit);

}  // namespace budgetwatch
