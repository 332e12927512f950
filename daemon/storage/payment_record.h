#pragma once

#include <string>
#include <string_view>

#include "domain/journal.h"

namespace budgetwatch {

// storage.v1.PaymentEntry without the generated classes: it is written once for
// every payment, and this takes a fifth of the time. Tests compare the bytes.

void AppendPaymentRecord(const PaymentEntry& entry, std::string* out);

// False for what no encoder made.
bool ParsePaymentRecord(std::string_view bytes, PaymentEntry* entry);

}  // namespace budgetwatch
