#include "budgetctl/bench_totals.h"

#include <unordered_map>

namespace budgetwatch::ctl {
namespace {

constexpr size_t kDifferencesMax = 10;

class Differences {
 public:
  void Compare(const std::string& what, int64_t grown, int64_t expected) {
    if (grown == expected) return;
    if (sentences_.size() < kDifferencesMax) {
      sentences_.push_back(what + " grew by " + std::to_string(grown) + ", expected " +
                           std::to_string(expected));
    }
  }
  std::vector<std::string> Take() { return std::move(sentences_); }

 private:
  std::vector<std::string> sentences_;
};

}  // namespace

client::CallStatus ReadYear(client::Connection& connection, int year, YearFigures* figures) {
  v1::GetServerInfoResponse info;
  if (auto status = connection.GetServerInfo({}, &info); !status.ok()) return status;
  for (const v1::FiscalYearInfo& known : info.fiscal_years()) {
    if (known.fiscal_year() != year) continue;
    figures->payment_count = known.payment_count();
    figures->amount_fen = known.amount_fen();
    figures->suspended_count = known.suspense().payment_count();
    figures->suspense_fen = known.suspense().amount_fen();
    for (const std::string& department : known.department_codes()) {
      v1::GetExecutionReportRequest request;
      request.set_department_code(department);
      request.set_fiscal_year(year);
      request.set_as_of_date(std::to_string(year) + "-12-31");
      v1::GetExecutionReportResponse response;
      if (auto status = connection.GetExecutionReport(request, &response); !status.ok()) {
        return status;
      }
      for (const v1::ProjectExecution& project : response.report().projects()) {
        figures->disbursed_fen[project.project_code()] = project.disbursed_fen();
      }
    }
  }
  return {};
}

std::vector<std::string> CompareGrowth(const YearFigures& before, const YearFigures& after,
                                       const bench::PaymentFeed& feed,
                                       const bench::OutcomeTally& tally) {
  Differences differences;
  differences.Compare("the number of payments", after.payment_count - before.payment_count,
                      tally.recorded_count() + tally.suspended_count());
  differences.Compare("the net sum in fen", after.amount_fen - before.amount_fen, tally.sent_fen());
  differences.Compare("the number in suspense", after.suspended_count - before.suspended_count,
                      tally.suspended_count());
  differences.Compare("the sum in suspense in fen", after.suspense_fen - before.suspense_fen,
                      tally.suspended_fen());
  std::unordered_map<std::string_view, int64_t> sent;
  for (int i = 0; i < feed.options().project_count; ++i) {
    sent[feed.ProjectCode(i)] = tally.project_fen(i);
  }
  for (const auto& [code, disbursed_fen] : after.disbursed_fen) {
    const auto old = before.disbursed_fen.find(code);
    const auto expected = sent.find(code);
    differences.Compare("what project " + code + " paid, in fen,",
                        disbursed_fen - (old == before.disbursed_fen.end() ? 0 : old->second),
                        expected == sent.end() ? 0 : expected->second);
  }
  return differences.Take();
}

}  // namespace budgetwatch::ctl
