#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/outcome_tally.h"
#include "lib/connection.h"

namespace budgetwatch::ctl {

// What a ledger holds of one fiscal year, as its reports say.
struct YearFigures {
  int64_t payment_count = 0;
  int64_t amount_fen = 0;
  int64_t suspended_count = 0;
  int64_t suspense_fen = 0;
  std::map<std::string, int64_t, std::less<>> disbursed_fen;  // by project of a plan
};

// Reads them at the year's end: the server's own sums and each department's report.
client::CallStatus ReadYear(client::Connection& connection, int year, YearFigures* figures);

// Where the growth from `before` to `after` is not what was sent and answered, a
// sentence each, at most 10. Nobody else records meanwhile, and no plan changes.
std::vector<std::string> CompareGrowth(const YearFigures& before, const YearFigures& after,
                                       const bench::PaymentFeed& feed,
                                       const bench::OutcomeTally& tally);

}  // namespace budgetwatch::ctl
