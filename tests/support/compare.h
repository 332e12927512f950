#pragma once

#include <string>
#include <vector>

#include "domain/execution_report.h"
#include "domain/ledger_state.h"
#include "service/payments.h"
#include "support/reference_ledger.h"

// The ledger's answers against the reference's. Each function gives a sentence for
// every difference, none when the two agree.

namespace budgetwatch {

using Differences = std::vector<std::string>;

// Adds a sentence when the two are not the same.
template <typename A, typename B>
void Compare(const std::string& what, const A& ledger, const B& reference, Differences* found) {
  if (ledger == reference) return;
  const auto text = [](const auto& value) {
    if constexpr (requires { std::to_string(value); }) {
      return std::to_string(value);
    } else {
      return std::string(value);
    }
  };
  found->push_back(what + " is " + text(ledger) + ", the reference has " + text(reference));
}

// Sequence, every total, unmatched refunds, plan revisions, closed years, thresholds.
Differences CompareState(const LedgerState& state, const ReferenceLedger& reference);

Differences CompareReport(const ExecutionReport& report, const ReferenceLedger::Report& expected);

Differences ComparePayment(const RecordedPayment& payment,
                           const ReferenceLedger::Booking& expected);

}  // namespace budgetwatch
